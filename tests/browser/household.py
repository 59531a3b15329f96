"""A partner with one of everything: enough for every page to show something."""

from dataclasses import dataclass, field
from typing import Any

from running import Running, a_woo_order, until
from worlds import euros

from lineup.context import Role

PASSWORD = "Long-enough-1"
FIRST = {
    "account_id": "/accounts",
    "shop_id": "/shops",
    "order_id": "/orders",
    "channel_id": "/channels",
    "package_id": "/packages",
    "job_id": "/jobs",
    "source_id": "/guide-sources",
}
"""Where the first thing is found that pages name so."""


@dataclass
class Household:
    """Who signs in as what, and the ids of what they have."""

    lineup: Running
    logins: dict[Role, tuple[str, str]] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)

    def furnish(self) -> "Household":
        """Make what the demo lacks, and find what it has."""
        demo = self.lineup.demo
        for role, name in ((Role.OPERATOR, "operator"), (Role.PARTNER, "partner")):
            self.logins[role] = demo[f"{name}_username"], demo[f"{name}_password"]
        self.api = self.lineup.partner()
        self._make_dealer()
        self._make_customer()
        self._take_an_order()
        for name, path in FIRST.items():
            self.things[name] = self.api.get(path, limit=1)["items"][0]["id"]
        return self

    def _make(self, path: str, **body: Any) -> Any:
        answer = self.api("POST", path, json=body)
        assert answer.ok, (path, answer.text)
        return answer.json()

    def _make_dealer(self) -> None:
        login = {"username": "dealer-of-tests", "password": PASSWORD}
        self._make("/accounts", kind="dealer", name="Corner shop", login=login)
        self.logins[Role.DEALER] = login["username"], PASSWORD

    def _make_customer(self) -> None:
        login = {"username": "customer-of-tests", "password": PASSWORD}
        person = {
            "first_name": "Iris",
            "last_name": "Vos",
            "email": "iris.vos@example.org",
        }
        made = self._make("/customers", person=person, login=login, user_name="Hall")
        self.logins[Role.CUSTOMER] = login["username"], PASSWORD
        customer_id = made["id"]
        user = self.api.get("/users", customer_id=customer_id)["items"][0]
        self._make(f"/customers/{customer_id}/top-ups", amount=euros("500.00"))
        product = next(
            row for row in self.api.every("/products") if row["name"] == "Family"
        )
        plan = product["plans"][0]
        bought = self._make("/subscriptions", user_id=user["id"], plan_id=plan["id"])
        self.things |= {
            "customer_id": customer_id,
            "user_id": user["id"],
            "product_id": product["id"],
            "plan_id": plan["id"],
            "subscription_id": bought["id"],
            "delivery_id": self._delivery_to(person["email"]),
            "topic": "customers",
        }

    def _delivery_to(self, email: str) -> str:
        def mine() -> list[str]:
            rows = self.api.get("/deliveries", limit=50)["items"]
            return [row["id"] for row in rows if row["receiver"] == email]

        return str(until(mine, f"a mail to {email}")[0])

    def _take_an_order(self) -> None:
        self.lineup.order(a_woo_order(70_001), delivery="of-tests")
        until(lambda: self.api.get("/orders")["items"], "the order")
