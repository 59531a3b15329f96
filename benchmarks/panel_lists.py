"""How fast the panel's lists are when a partner has 100,000 customers.

    ./lineup bench panel_lists [--customers 100000] [--rounds 30] [--running]

A whole system is started for it; `--running` takes the one that is up here and leaves
the customers in it. One customer is made as people make one, with a user, a plan and
its mail, and its rows are multiplied inside each service's own database. Then the demo
partner, signed in at the panel, asks each question over and over: through the gateway,
over the bus, to the page. Every answer is checked to show rows. The goal is 300 ms for
95 of 100.
"""

import argparse
import math
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

import requests

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / "tests" / "integration"))

from row_copies import Copy, made_id, multiply  # noqa: E402
from running import Running, free_ports, until  # noqa: E402

GOAL_MS = 300
PERCENTILES = (50, 95, 99)
FIRST = "Ada,Ben,Cleo,Dina,Elio,Fay,Gus,Hana,Ivo,Jo,Kai,Lea,Max,Nia,Olaf,Pia"
LAST = "Abel,Bos,Cruz,Dahl,Eck,Falk,Gray,Holm,Iten,Jung,Koch,Lund,Moss,Nagy,Orr,Pohl"
CITY = "Aachen,Bergen,Cork,Delft,Essen,Faro,Gent,Hamar,Izmir,Jena,Kiel,Linz"


def picked(words: str, step: int = 1) -> str:
    """SQL: one of some words, by the row's number."""
    listed = words.split(",")
    array = ",".join(f"'{word}'" for word in listed)
    return f"(ARRAY[{array}])[1 + mod(n / {step}, {len(listed)})]"


CUSTOMER, USER, SUBSCRIPTION, DELIVERY, WALLET = map(made_id, range(1, 6))
FIRST_NAME, LAST_NAME = picked(FIRST), picked(LAST, 16)
NAME = f"{FIRST_NAME} || ' ' || {LAST_NAME}"
EMAIL, LOGIN = "'copy' || n || '@example.net'", "'copy' || n"
WORDS = f"lower({NAME} || ' copy' || n || '@example.net copy' || n || ' living room')"
IS_OVER = "mod(n, 400) < 60"
ENDS_AT = (
    "now() + n * interval '1 millisecond' + interval '1 day' * CASE WHEN"
    f" {IS_OVER} THEN -1 - mod(n, 400) ELSE mod(n, 400) - 50 END"
)
"""Some are over and none is due soon: the services must have nothing to do."""
STATE = f"CASE WHEN {IS_OVER} THEN 'expired' ELSE t.state END"
DUE_AT = f"CASE WHEN {IS_OVER} THEN NULL ELSE {ENDS_AT} END"
CREATED_AT = "now() - n * interval '1 minute'"
SCOPE = f"replace(t.scope, %(hex)s, replace({CUSTOMER}::text, '-', ''))"

COPIES: tuple[Copy, ...] = (
    (
        "accounts",
        "accounts",
        "id = %(customer)s",
        {"id": CUSTOMER, "scope": SCOPE, "name": NAME, "email": EMAIL},
    ),
    (
        "accounts",
        "customers",
        "id = %(customer)s",
        {
            "id": CUSTOMER,
            "scope": SCOPE,
            "first_name": FIRST_NAME,
            "last_name": LAST_NAME,
            "email": EMAIL,
            "email_key": EMAIL,
            "username": LOGIN,
            "name_key": f"lower({LAST_NAME} || ' ' || {FIRST_NAME})",
            "city": picked(CITY),
            "search": WORDS,
            "ends_at": ENDS_AT,
            "paid_until": ENDS_AT,
            "created_at": CREATED_AT,
        },
    ),
    (
        "accounts",
        "users",
        "id = %(user)s",
        {
            "id": USER,
            "customer_id": CUSTOMER,
            "scope": SCOPE,
            "username": LOGIN,
            "token": "'copy' || n",
            "search": WORDS,
            "ends_at": ENDS_AT,
            "paid_until": ENDS_AT,
        },
    ),
    (
        "accounts",
        "subscription_copies",
        "id = %(subscription)s",
        {
            "id": SUBSCRIPTION,
            "user_id": USER,
            "state": STATE,
            "ends_at": ENDS_AT,
        },
    ),
    (
        "billing",
        "customer_copy",
        "id = %(customer)s",
        {"id": CUSTOMER, "scope": SCOPE, "name": NAME, "email": EMAIL},
    ),
    (
        "billing",
        "user_copy",
        "id = %(user)s",
        {"id": USER, "customer_id": CUSTOMER, "scope": SCOPE},
    ),
    (
        "billing",
        "wallet",
        "owner_id = %(customer)s",
        {"id": WALLET, "owner_id": CUSTOMER, "scope": SCOPE},
    ),
    (
        "billing",
        "subscription",
        "id = %(subscription)s",
        {
            "id": SUBSCRIPTION,
            "user_id": USER,
            "customer_id": CUSTOMER,
            "scope": SCOPE,
            "ends_at": ENDS_AT,
            "state": STATE,
            "renewal_due_at": DUE_AT,
        },
    ),
    (
        "notifications",
        "customer_copy",
        "id = %(customer)s",
        {"id": CUSTOMER, "scope": SCOPE, "email": EMAIL},
    ),
    (
        "notifications",
        "delivery",
        "id = %(delivery)s",
        {
            "id": DELIVERY,
            "cause_id": DELIVERY,
            "customer_id": CUSTOMER,
            "scope": SCOPE,
            "receiver": EMAIL,
            "created_at": CREATED_AT,
        },
    ),
)

QUESTIONS = {
    "customers": "/customers",
    "customers by name": "/customers?order=name",
    "customers by name, last first": "/customers?order=-name",
    "customers by end": "/customers?order=ends_at",
    "customers, one in all": "/customers?search=copy4711%40",
    "customers, a frequent word": "/customers?search=ada",
    "customers, two words, by name": "/customers?search=ada+holm&order=name",
    "customers, none": "/customers?search=nobody-has-this",
    "customers in a state": "/customers?state=active",
    "customers in a state, by end": "/customers?state=expired&order=-ends_at",
    "subscriptions": "/subscriptions",
    "subscriptions by end": "/subscriptions?order=ends_at",
    "subscriptions, a frequent word": "/subscriptions?search=ada",
    "delivery log": "/deliveries",
    "delivery log, one in all": "/deliveries?search=copy4711%40",
    "everything, one in all": "/search?q=copy4711%40",
    "everything, a frequent word": "/search?q=ada",
    "dashboard": "/dashboard",
    "a customer": "/customers/{customer}",
}
EMPTY = {"customers, none"}


class Partner:
    """The demo partner at the panel."""

    def __init__(self, system: Running) -> None:
        self.address = system.url("GATEWAY")
        self.session = requests.Session()
        page = self.session.get(f"{self.address}/sign-in", timeout=10).text
        said = dict(re.findall(r'name="(csrf_token|key)"[^>]* value="([^"]*)"', page))
        said["username"] = system.demo["partner_username"]
        said["password"] = system.demo["partner_password"]
        self.session.post(f"{self.address}/sign-in", data=said, timeout=10)

    def ask(self, path: str) -> tuple[float, str]:
        """Milliseconds until the whole page is here, and the page."""
        began = time.perf_counter()
        answer = self.session.get(self.address + path, timeout=60)
        taken = (time.perf_counter() - began) * 1000
        answer.raise_for_status()
        return taken, answer.text


def a_customer(system: Running) -> dict[str, str]:
    """The one that is copied: with a user, a running plan, and its mail."""
    api = system.partner()
    email = f"original{time.time_ns()}@example.net"
    person = {"first_name": "Original", "last_name": "Customer", "email": email}
    made = api(
        "POST", "/customers", json={"person": person, "user_name": "Living room"}
    ).json()
    user = api.get("/users", customer_id=made["id"])["items"][0]
    money = {"amount": {"amount": "500.00", "currency": "EUR"}}
    api("POST", f"/customers/{made['id']}/top-ups", json=money)
    plan = next(p for r in api.every("/products") for p in r["plans"] if p["months"])
    wish = {"user_id": user["id"], "plan_id": plan["id"]}
    bought = api("POST", "/subscriptions", json=wish).json()

    def mail() -> list[str]:
        rows = api.get("/deliveries", limit=20)["items"]
        return [row["id"] for row in rows if row["receiver"] == email]

    delivery = until(mail, "the mail")[0]
    until(system.is_settled, "every copy to be made")
    return {
        "customer": made["id"],
        "hex": made["id"].replace("-", ""),
        "user": user["id"],
        "subscription": bought["id"],
        "delivery": delivery,
    }


def measure(partner: Partner, ids: Mapping[str, str], rounds: int) -> int:
    """Ask every question in turns and print the table; how many miss the goal."""
    times: dict[str, list[float]] = {name: [] for name in QUESTIONS}
    for turn in range(rounds + 1):
        for name, path in QUESTIONS.items():
            taken, page = partner.ask(path.format(**ids))
            check(name, page)
            if turn:  # the first one warms
                times[name].append(taken)
    print(f"\n{'milliseconds':34}" + "".join(f"{f'p{p}':>8}" for p in PERCENTILES))
    missed = 0
    for name, values in times.items():
        ranks = [percentile(values, percent) for percent in PERCENTILES]
        missed += ranks[1] > GOAL_MS
        late = f"   over {GOAL_MS}" if ranks[1] > GOAL_MS else ""
        print(f"  {name:32}" + "".join(f"{rank:8.0f}" for rank in ranks) + late)
    return missed


def check(name: str, page: str) -> None:
    """An answer without rows, or without its service, is not worth measuring."""
    if "cannot be shown right now" in page:
        raise SystemExit(f"{name}: a service did not answer in time")
    if "<tbody>" not in page and "card" not in page and name not in EMPTY:
        raise SystemExit(f"{name}: nothing was found")


def percentile(values: list[float], percent: int) -> float:
    """The nearest-rank percentile."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(percent / 100 * len(ranked)) - 1)]


@contextmanager
def a_system() -> Iterator[Running]:
    """A system of its own for as long as the body runs."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        system = Running(Path(folder) / ".lineup", free_ports())
        try:
            system.up()
            yield system
        finally:
            system.down()


def main() -> None:
    """Fill a system, measure it, and fail where the goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--running", action="store_true", help="use what is up")
    asked = parser.parse_args()
    with nullcontext(Running.found()) if asked.running else a_system() as system:
        ids = a_customer(system)
        began = time.monotonic()
        multiply(system, ids, asked.customers, COPIES)
        print(f"{asked.customers} customers made in {time.monotonic() - began:.0f} s")
        sys.exit(1 if measure(Partner(system), ids, asked.rounds) else 0)


if __name__ == "__main__":
    main()
