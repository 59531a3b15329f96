"""A partner with one of everything: enough for every page to show something."""

import itertools
import secrets
from dataclasses import dataclass, field
from typing import Any

import requests
from factories import euros
from running import Running, a_woo_order, until

from lineup.context import Role

PASSWORD = "Long-enough-1"
MARK = secrets.token_hex(3)
"""So that a run may follow another in the same system."""
NUMBERS = itertools.count(int(MARK, 16) * 100)
FIRST = {
    "document_id": "/documents",
    "shop_id": "/shops",
    "order_id": "/orders",
    "channel_id": "/channels",
    "package_id": "/packages",
    "job_id": "/jobs",
    "source_id": "/guide-sources",
    "shop-deliveries/delivery_id": "/shop-deliveries",
}
"""Where the first thing is found that pages name so."""

AN_UNMATCHED_PAYMENT = """
INSERT INTO unmatched_payments (
    id, partner_id, reference, amount_minor, asset, reason, received_at, handled_by, note
) VALUES (
    gen_random_uuid(), gen_random_uuid(), 'P-1234', 2000, 'EUR', 'partner_purged', now(),
    '', ''
) RETURNING id::text
"""


@dataclass(frozen=True)
class Guest:
    """A customer of a test's own."""

    id: str
    username: str
    name: str
    email: str
    password: str = PASSWORD


@dataclass(frozen=True)
class Dealer:
    """A dealer of a test's own, and the user of its one customer."""

    name: str
    username: str
    user: Any


@dataclass
class Fixtures:
    """Who signs in as what, and the ids of what they have."""

    lineup: Running
    logins: dict[Role, tuple[str, str]] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)

    def furnish(self) -> "Fixtures":
        """Make what the demo lacks, and find what it has."""
        demo = self.lineup.demo
        for role, name in ((Role.OPERATOR, "operator"), (Role.PARTNER, "partner")):
            self.logins[role] = demo[f"{name}_username"], demo[f"{name}_password"]
        self.api = self.lineup.partner()
        self._make_dealer()
        self._make_customer()
        self._take_an_order()
        until(lambda: self.api.get("/documents", limit=1)["items"], "a document")
        for name, path in FIRST.items():
            self.things[name] = self.api.get(path, limit=1)["items"][0]["id"]
        self._find_partners()
        self._link_a_reseller()
        self._trash_a_customer()
        self.things["entry_id"] = self.api.get("/audit-log")["items"][0]["id"]
        order = self.api.get(f"/orders/{self.things['order_id']}")
        self.things["seat_id"] = order["pieces"][0]["id"]
        return self

    def guest(self, balance: str, **details: Any) -> Guest:
        """A new customer with something on its balance, and no user yet."""
        number = next(NUMBERS)
        name, email = f"guest-{number}", f"guest{number}@example.org"
        person = {"first_name": "Guest", "last_name": f"Number{number}", "email": email}
        login = {"username": name, "password": PASSWORD}
        made = self._make("/customers", person=person, login=login, **details)
        self._make(f"/customers/{made['id']}/top-ups", amount=euros(balance))
        return Guest(made["id"], name, f"Guest Number{number}", email)

    def user(self, guest: Guest, name: str, sku: str = "") -> Any:
        """A new user of theirs, with a plan where a SKU says which."""
        user = self._make(f"/customers/{guest.id}/users", name=name)
        if sku:
            plan_id = self.plan(sku)["id"]
            self._make("/subscriptions", user_id=user["id"], plan_id=plan_id)
        return user

    def dealer(self) -> Dealer:
        """A new dealer with a customer whose user plays what was bought."""
        number = next(NUMBERS)
        name, username = f"Dealer {number}", f"dealer-{number}"
        login = {"username": username, "password": PASSWORD}
        made = self._make("/accounts", kind="dealer", name=name, login=login)
        guest = self.guest(balance="20.00", seller_id=made["id"])
        user = self.user(guest, "Lounge", sku="FAMILY-1M")
        return Dealer(name, username, user)

    def lets_in(self, username: str, password: str = PASSWORD) -> bool:
        """Whether somebody can sign in."""
        answer = requests.post(
            f"{self.lineup.url('GATEWAY')}/api/v1/tokens",
            json={"username": username, "password": password},
            timeout=10,
        )
        return answer.ok

    def user_of(self, guest: Guest) -> Any:
        """The one user they have."""
        return self.api.get("/users", customer_id=guest.id)["items"][0]

    def plan(self, sku: str) -> Any:
        """A plan of the demo."""
        products = self.api.every("/products")
        return next(p for row in products for p in row["plans"] if p["sku"] == sku)

    def _make(self, path: str, **body: Any) -> Any:
        answer = self.api("POST", path, json=body)
        assert answer.ok, (path, answer.text)
        return answer.json()

    def _make_dealer(self) -> None:
        login = {"username": f"dealer-{MARK}", "password": PASSWORD}
        made = self._make("/accounts", kind="dealer", name="Corner shop", login=login)
        self.logins[Role.DEALER] = login["username"], PASSWORD
        [first] = self.api.get(f"/accounts/{made['id']}/logins")["items"]
        self.things |= {"account_id": made["id"], "login_id": first["id"]}
        self._delete_another()

    def _delete_another(self) -> None:
        login = {"username": f"gone-{MARK}", "password": PASSWORD}
        made = self._make("/accounts", kind="dealer", name="Gone shop", login=login)
        path = f"/accounts/{made['id']}"
        params = {"confirmation": login["username"]}
        answer = self.api("DELETE", path, params=params)
        assert answer.ok, answer.text
        self.things["account-jobs/job_id"] = answer.json()["id"]

    def _make_customer(self) -> None:
        login = {"username": f"customer-{MARK}", "password": PASSWORD}
        person = {
            "first_name": "Iris",
            "last_name": "Vos",
            "email": f"iris.{MARK}@example.org",
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
            "transfer_id": self._first_booking(customer_id),
            "delivery_id": self._delivery_to(person["email"]),
            "topic": "customers",
        }
        self._equip(user["id"])

    def _find_partners(self) -> None:
        """The demo partner, and the packages that partners choose from."""
        operator = self.lineup.sign_in(*self.logins[Role.OPERATOR])
        package = operator.get("/partner-packages", limit=1)["items"][0]
        places = ("partner-packages", "package", "join")
        self.things |= {f"{place}/package_id": package["id"] for place in places}
        self.things["partner_id"] = self.lineup.demo["partner_id"]
        [(payment_id,)] = self.lineup.rows("accounts", AN_UNMATCHED_PAYMENT)
        self.things["unmatched-payments/payment_id"] = payment_id

    def company(self) -> tuple[str, str]:
        """A new reseller company: its name, and its username."""
        number = next(NUMBERS)
        name, username = f"Resale {number}", f"resale-{number}"
        operator = self.lineup.sign_in(*self.logins[Role.OPERATOR])
        answer = operator(
            "POST",
            "/accounts",
            json={
                "kind": "reseller_company",
                "name": name,
                "email": f"{username}@example.org",
                "login": {"username": username, "password": PASSWORD},
            },
        )
        assert answer.ok, answer.text
        return name, username

    def support(self) -> str:
        """A new login of the operator's support: its username."""
        operator = self.lineup.sign_in(*self.logins[Role.OPERATOR])
        username = f"sue-{next(NUMBERS)}"
        account_id = operator.get("/me")["account_id"]
        answer = operator(
            "POST",
            f"/accounts/{account_id}/logins",
            json={
                "role": "support",
                "login": {"username": username, "password": PASSWORD},
            },
        )
        assert answer.ok, answer.text
        return username

    def _link_a_reseller(self) -> None:
        _, username = self.company()
        self.logins[Role.RESELLER_COMPANY] = username, PASSWORD
        company = self.lineup.sign_in(username, PASSWORD)
        wanted = {"partner_id": self.things["partner_id"], "message": "Hello"}
        answer = company("POST", "/link-requests", json=wanted)
        assert answer.ok, answer.text
        request_id = answer.json()["id"]
        linked = self._make(f"/link-requests/{request_id}/accept")
        self.things |= {"request_id": request_id, "link_id": linked["link_id"]}

    def _trash_a_customer(self) -> None:
        person = {"first_name": "Gone", "last_name": "Guest", "email": ""}
        made = self._make("/customers", person=person)
        answer = self.api("DELETE", f"/customers/{made['id']}")
        assert answer.ok, answer.text
        self.things["trash/customer_id"] = made["id"]

    def _first_booking(self, customer_id: str) -> str:
        entries = self.api.get(f"/customers/{customer_id}/entries", order="created_at")
        return str(entries["items"][0]["transfer_id"])

    def _equip(self, user_id: str) -> None:
        device = self._make(f"/users/{user_id}/devices", model="Smart TV")
        self.things["device_id"] = device["id"]
        group = self._make("/customer-groups", name=f"Hotels {MARK}")
        desk = self._make("/permission-sets", name=f"Desk {MARK}", permissions=["sell"])
        key = self._make("/api-keys", name=f"Webshop {MARK}")["key"]
        grant = self._make("/support-grants", hours=1)
        plan = self._make("/seller-plans", name=f"Starter {MARK}", most_users=5)
        model = self._make("/box-models", name=f"MAG {MARK}", maker="Infomir")
        mac = f"00:1A:79:{MARK[:2]}:{MARK[2:4]}:{MARK[4:]}"
        is_of = {"box_model_id": model["id"]}
        box = self._make("/boxes", **is_of, serial=f"A{MARK}", mac=mac)
        self._make(f"/boxes/{box['id']}/assign", user_id=user_id)
        self.things |= {
            "box_model_id": model["id"],
            "box_id": box["id"],
            "group_id": group["id"],
            "set_id": desk["id"],
            "key_id": key["id"],
            "grant_id": grant["id"],
            "seller_plan_id": plan["id"],
        }

    def _delivery_to(self, email: str) -> str:
        def mine() -> list[str]:
            rows = self.api.get("/deliveries", limit=50)["items"]
            return [row["id"] for row in rows if row["receiver"] == email]

        return str(until(mine, f"a mail to {email}")[0])

    def _take_an_order(self) -> None:
        self.lineup.order(a_woo_order(next(NUMBERS)), delivery=MARK)
        until(lambda: self.api.get("/orders")["items"], "the order")
