"""A partner of a test's own: channels, a product, customers, and the right to sell."""

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
from running import Api, Running, until

DEMO, BOUGHT = ["Welcome"], ["Welcome", "News One", "Sports One"]
PLAYLIST = "#EXTM3U\n" + "".join(
    f'#EXTINF:-1 tvg-chno="{number}",{name}\nhttp://edge.example.net/{number}.m3u8\n'
    for number, name in enumerate(BOUGHT, 1)
)
NUMBERS = itertools.count(1)


def is_for(role: str, operation: Any) -> bool:
    """Whether the specification lets a role, or everybody, ask an operation."""
    text = operation["description"].rpartition("For: ")[2]
    return not {role, "everybody"}.isdisjoint(text.partition(".")[0].split(", "))


def euros(amount: str) -> dict[str, str]:
    """An amount as the API has it."""
    return {"amount": amount, "currency": "EUR"}


@dataclass
class Tenant:
    """A partner and what it has made."""

    lineup: Running
    username: str
    password: str
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sign_in()

    def sign_in(self) -> None:
        """Sign in, anew where the clock was moved beyond the last token's end."""
        self.api: Api = self.lineup.sign_in(self.username, self.password)

    def at(self, instant: datetime) -> None:
        """Let the platform's clock stand at `instant`, and go on from there."""
        self.lineup.set_clock(instant)
        self.sign_in()

    def make(self, path: str, **body: Any) -> Any:
        """Make something; fails when it is refused."""
        answer = self.api("POST", path, json=body)
        assert answer.ok, (path, answer.text)
        return answer.json()

    def put(self, path: str, **body: Any) -> Any:
        """Replace something; fails when it is refused."""
        answer = self.api("PUT", path, json=body)
        assert answer.ok, (path, answer.text)
        return answer.json()

    def plan(self, price: str, **length: int) -> str:
        """A new plan's id."""
        path = f"/products/{self.ids['product_id']}/plans"
        name = f"Plan {next(NUMBERS)}"
        return str(self.make(path, name=name, price=euros(price), **length)["id"])

    def customer(self, balance: str = "", **details: Any) -> str:
        """A new customer's id; its mail address is customer<n>@example.net."""
        email = f"customer{next(NUMBERS)}@example.net"
        person = {"first_name": "C", "last_name": "Customer", "email": email}
        made = self.make("/customers", person=person, **details)
        if balance:
            self.top_up(made["id"], balance)
        return str(made["id"])

    def top_up(self, customer_id: str, amount: str) -> None:
        """Money from outside."""
        self.make(f"/customers/{customer_id}/top-ups", amount=euros(amount))

    def user(self, customer_id: str) -> Any:
        """A new user's card."""
        return self.make(f"/customers/{customer_id}/users", name="Living room")

    def access(self, user_id: str) -> dict[str, Any]:
        """What a user types into its player, which nothing bought or stopped changes."""
        return access_of(self.api.get(f"/users/{user_id}"))

    def buy(self, user_id: str, plan_id: str) -> Any:
        """A subscription from the customer's balance."""
        return self.make("/subscriptions", user_id=user_id, plan_id=plan_id)

    def balance(self, customer_id: str) -> str:
        """What a customer has."""
        wallet = self.api.get(f"/customers/{customer_id}/wallet")
        return str(wallet["balance"]["amount"])

    def subscription(self, user_id: str) -> Any:
        """A user's newest subscription."""
        return self.api.get("/subscriptions", user_id=user_id)["items"][0]


def create_tenant(lineup: Running) -> Tenant:
    """A new partner with three channels, one of them for everybody, and a product."""
    operator = lineup.sign_in(
        lineup.demo["operator_username"], lineup.demo["operator_password"]
    )
    login = {"username": f"world-{secrets.token_hex(4)}", "password": "Long-enough-1"}
    made = operator(
        "POST", "/accounts", json={"kind": "partner", "name": "World", "login": login}
    )
    assert made.status_code == 201, made.text
    tenant = Tenant(lineup, **login, ids={"partner_id": made.json()["id"]})
    _import_channels(tenant)
    return tenant


def one_of_everything(lineup: Running) -> Tenant:
    """A new partner that has one of everything that can be changed; `ids` names each."""
    tenant = create_tenant(lineup)
    login = {"username": f"{tenant.username}-dealer", "password": "Long-enough-1"}
    dealer = tenant.make("/accounts", kind="dealer", name="Dealer", login=login)
    customer, plan = tenant.customer(), tenant.plan("9.00", days=30)
    user = tenant.user(customer)["id"]
    shop = {"kind": "woocommerce", "name": "Shop", "secret": "s" * 20}
    source = {"name": "Guide", "address": "http://127.0.0.1:9/guide.xml"}
    sender = {"sender_address": "tv@example.org", "sender_name": "TV"}
    # A server of its own: of the installation's it is told when others' mail leaves.
    server = {"host": "mail.example.net", "port": 25, "security": "none"}
    tenant.put("/mail-transport", **sender, **server, username="")
    listed = f"/accounts/{dealer['id']}/price-list/{plan}"
    tenant.put(listed, price=euros("8.00"), discount_percent=0)
    given = f"/customers/{customer}/packages/{tenant.ids['package_id']}"
    tenant.put(given, is_included=True)
    rate = tenant.api("POST", "/tax-rates", json={"country": "NL", "percent": "21"})
    tenant.customer("1.00")
    until(lambda: tenant.api.get("/documents")["items"], "a receipt")
    tenant.ids |= {
        "rate_id": rate.json()["rates"][0]["id"],
        "document_id": tenant.api.get("/documents")["items"][0]["id"],
        "account_id": dealer["id"],
        "customer_id": customer,
        "group_id": tenant.make("/customer-groups", name="Regulars")["id"],
        "set_id": tenant.make("/permission-sets", name="Desk", permissions=["sell"])[
            "id"
        ],
        "key_id": tenant.make("/api-keys", name="Webshop")["key"]["id"],
        "box_model_id": tenant.make("/box-models", name="MAG")["id"],
        "seller_plan_id": tenant.make("/seller-plans", name="Starter")["id"],
        "login_id": tenant.make(
            f"/accounts/{dealer['id']}/logins",
            role="dealer",
            login={"username": f"aid{dealer['id'][-8:]}", "password": "p" * 12},
        )["id"],
        "user_id": user,
        "device_id": tenant.make(f"/users/{user}/devices", model="Box")["id"],
        "plan_id": plan,
        "shop_id": tenant.make("/shops", **shop, currency="EUR")["id"],
        "source_id": tenant.make("/guide-sources", **source, is_on=False)["id"],
    }
    box = {"box_model_id": tenant.ids["box_model_id"], "serial": "A1"}
    tenant.ids["box_id"] = tenant.make("/boxes", **box, mac="001A79000001")["id"]
    return tenant


def _import_channels(tenant: Tenant) -> None:
    file = {"file": ("channels.m3u", PLAYLIST)}
    job = tenant.api("POST", "/channel-imports/file", files=file).json()
    until(lambda: tenant.api.get(f"/jobs/{job['id']}")["state"] == "done", "channels")
    channels = [row["id"] for row in tenant.api.every("/channels")]
    package = tenant.make("/packages", name="All", channel_ids=channels)["id"]
    for row in tenant.api.get("/packages")["items"]:
        if row["is_demo"]:
            tenant.put(f"/packages/{row['id']}/channels", channel_ids=channels[:1])
    product = tenant.make("/products", name="Family", package_ids=[package])["id"]
    tenant.ids |= {
        "job_id": job["id"],
        "channel_id": channels[0],
        "package_id": package,
        "product_id": product,
    }


def shown_channels(user: Any) -> list[str]:
    """The names of the channels a user's link shows."""
    answer = requests.get(user["playlist_url"], timeout=10)
    answer.raise_for_status()
    lines = answer.text.splitlines()
    return [line.rpartition(",")[2] for line in lines if line.startswith("#EXTINF")]


def stream_links(user: Any) -> list[str]:
    """The addresses in a user's playlist, as somebody might save them."""
    text = requests.get(user["playlist_url"], timeout=10).text
    return [line for line in text.splitlines() if line.startswith("http")]


def soon(user: Any, channels: list[str]) -> None:
    """The link shows these channels within a minute (SU-20, PE-03)."""
    until(lambda: shown_channels(user) == channels, f"the link to show {channels}", 60)


def instant(text: str) -> datetime:
    """A time of the API."""
    return datetime.fromisoformat(text)


def shortly_before(moment: datetime) -> datetime:
    """A minute before: time for what a test does, and less than a cent of a month."""
    return moment - timedelta(minutes=1)


def access_of(card: Any) -> dict[str, Any]:
    """The links and Xtream data on a user's card."""
    return {name: card[name] for name in ("playlist_url", "guide_url", "xtream")}
