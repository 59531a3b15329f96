"""Three months of a partner's business: who came, paid again, stopped or stayed away.

Made by the same requests as everything else, day by day, with the platform's clock set
to the day. The same for the same day: a seed decides who does what.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from lineup_local.demo.api import Api
from lineup_local.demo.orders import DemoShop

FIRST = "Ada Bram Cleo Daan Eva Finn Hans Ines Kira Luca".split()  # noqa: SIM905
LAST = "Albers Bakker Costa Dekker Evers Ferrari Groen".split()  # noqa: SIM905
LAST += "Jansen Lopez Meyer Novak Olsen Peeters Rossi".split()  # noqa: SIM905
LAST += "Schmidt Tanaka Visser Weber Yilmaz Zeman".split()  # noqa: SIM905
DAYS = 90
"""How long ago it began."""
MONTH = 27
"""Who stays pays again before a month is over."""
PLANS = (
    ("BASIC-1M", "9.00"),
    ("FAMILY-1M", "15.00"),
    ("FAMILY-1M", "15.00"),
    ("BASIC-3M", "25.00"),
    ("FAMILY-12M", "120.00"),
)
MONTHLY = "-1M"
AT_ONCE = 4
"""Requests side by side: a machine has few processors."""
SHOP_EVERY_DAYS = 9

Act = Callable[[], object]


@dataclass
class Regular:
    """One customer, as it is remembered between days."""

    api: Api
    name: tuple[str, str]
    sku: str
    price: str
    plan_id: str
    sends_credentials: bool
    made: dict[str, str] = field(default_factory=dict)

    def come(self) -> None:
        """Become a customer with a user, and buy."""
        first, last = self.name
        email = f"{first}.{last}@example.org".lower()
        person = {"first_name": first, "last_name": last, "email": email}
        customer = self.api.post(
            "/customers", person=person, send_credentials=self.sends_credentials
        )
        self.made["customer"] = customer["id"]
        path = f"/customers/{customer['id']}"
        self.made["user"] = self.api.post(f"{path}/users", name="Living room")["id"]
        self.pay()

    def pay(self) -> None:
        """Top up and buy a period, the next one where one runs."""
        self.top_up("Paid at the counter")
        bought = self.api.post(
            "/subscriptions", user_id=self.made["user"], plan_id=self.plan_id
        )
        self.made["subscription"] = bought["id"]

    def stop(self) -> None:
        """End what runs, and leave what is left on the balance."""
        self.api.post(f"/subscriptions/{self.made['subscription']}/stop")

    def renew_by_itself(self) -> None:
        """From now on; not everybody has the money for it."""
        self.api.put(f"/users/{self.made['user']}/renewal", renews=True)

    def top_up(self, note: str) -> None:
        """Have the money for a period."""
        amount = {"amount": self.price, "currency": "EUR"}
        path = f"/customers/{self.made['customer']}/top-ups"
        self.api.post(path, amount=amount, note=note)


def live_through(
    api: Api,
    plans: Mapping[str, str],
    shop: DemoShop,
    at: Callable[[timedelta], None],
    count: int,
) -> None:
    """Let so many customers come and go in the last three months, then be today."""
    days = _days(api, plans, count)
    with ThreadPoolExecutor(AT_ONCE) as together:
        for ago in range(DAYS, -1, -1):
            at(timedelta(days=ago))
            for round_of_day in days[ago]:
                list(together.map(_do, round_of_day))
            if ago % SHOP_EVERY_DAYS == 0:
                shop.sell(timedelta(days=ago))
    at(timedelta(0))


def _do(act: Act) -> None:
    act()


def _days(api: Api, plans: Mapping[str, str], count: int) -> dict[int, list[list[Act]]]:
    """What happens how many days ago: who comes, then all else."""
    dice = random.Random(2026)  # noqa: S311 - a demo
    names = [(first, last) for last in LAST for first in FIRST]
    days: dict[int, list[list[Act]]] = defaultdict(lambda: [[], []])
    for name in dice.sample(names, count):
        sku, price = dice.choice(PLANS)
        regular = Regular(
            api, name, sku, price, plans[sku], sends_credentials=dice.random() < 0.3
        )
        # More come in the later weeks than in the first: business grows.
        came = int(DAYS * (1 - dice.random() ** 0.7))
        days[came][0].append(regular.come)
        for ago, act in _later(regular, came, dice):
            days[ago][1].append(act)
    return days


def _later(
    regular: Regular, came: int, dice: random.Random
) -> Iterator[tuple[int, Act]]:
    """What a customer does after it came, each with how many days ago."""
    ago = came
    while regular.sku.endswith(MONTHLY) and ago > MONTH:
        if dice.random() < 0.22:
            return  # it lapses
        ago -= MONTH
        yield ago, regular.pay
    if ago > 3 and dice.random() < 0.06:
        yield ago - 3, regular.stop
    elif dice.random() < 0.5:
        yield 0, partial(_renewing, regular, has_money=dice.random() < 0.6)


def _renewing(regular: Regular, *, has_money: bool) -> None:
    regular.renew_by_itself()
    if has_money:
        regular.top_up("For the next month")
