"""The demo's customers, one for each thing that can be true of a subscription."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lineup_local.demo.api import Api


@dataclass(frozen=True, kw_only=True)
class DemoCustomer:
    """Somebody, and what they did how long ago."""

    first_name: str
    last_name: str
    users: tuple[str, ...] = ("Living room",)
    balance: str = ""
    plan: str = ""
    days_ago: int = 0
    stopped: bool = False
    renews: bool = False

    @property
    def email(self) -> str:
        """Where mail to them goes."""
        return f"{self.first_name}.{self.last_name}@example.org".lower()


CUSTOMERS = (
    DemoCustomer(
        first_name="Ana",
        last_name="Ruiz",
        users=("Living room", "Bedroom", "Friend"),
        balance="60.00",
        plan="FAMILY-1M",
        days_ago=10,
        renews=True,
    ),
    DemoCustomer(
        first_name="Ben",
        last_name="Okafor",
        balance="9.00",
        plan="BASIC-1M",
        days_ago=27,
    ),
    DemoCustomer(
        first_name="Chiara",
        last_name="Conti",
        balance="12.00",
        plan="BASIC-1M",
        days_ago=45,
    ),
    DemoCustomer(
        first_name="Dmitri",
        last_name="Sokolov",
        balance="15.00",
        plan="FAMILY-1M",
        days_ago=5,
        stopped=True,
    ),
    DemoCustomer(first_name="Elif", last_name="Kaya"),
    DemoCustomer(
        first_name="Femi",
        last_name="Adeyemi",
        plan="TRIAL-1D",
        days_ago=0,
    ),
    DemoCustomer(
        first_name="Greta",
        last_name="Lindqvist",
        users=("TV",),
        balance="120.00",
        plan="FAMILY-12M",
        days_ago=100,
        renews=True,
    ),
    DemoCustomer(first_name="Hugo", last_name="Martin", users=()),
)
"""Renewing with three users, ending soon, expired, stopped, never bought, on trial,
a year ahead, and without a user yet."""


def make_customers(
    api: Api, plans: dict[str, str], at: Callable[[timedelta], None]
) -> None:
    """Make them all, each at its own time: `at` sets the platform's clock back."""
    for person in sorted(CUSTOMERS, key=lambda person: -person.days_ago):
        at(timedelta(days=person.days_ago))
        users = _make(api, person)
        if person.plan:
            _buy(api, person, users[0], plans[person.plan])
    at(timedelta(0))


def _make(api: Api, person: DemoCustomer) -> list[Any]:
    customer = api.post(
        "/customers",
        person={
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "country": "NL",
        },
    )
    path = f"/customers/{customer['id']}"
    if person.balance:
        amount = {"amount": person.balance, "currency": "EUR"}
        api.post(f"{path}/top-ups", amount=amount, note="Opening balance")
    return [api.post(f"{path}/users", name=name) for name in person.users]


def _buy(api: Api, person: DemoCustomer, user: Any, plan_id: str) -> None:
    bought = api.post("/subscriptions", user_id=user["id"], plan_id=plan_id)
    if person.renews:
        api.put(f"/users/{user['id']}/renewal", renews=True)
    if person.stopped:
        api.post(f"/subscriptions/{bought['id']}/stop")
