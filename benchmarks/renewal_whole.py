"""Serves `renewal_day --whole`: renewals followed to the end by a whole system."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg2
import requests
from order_cost import a_system, between, cpu_of
from order_to_playlist import CHECKOUT, percentile
from panel_lists import a_customer
from row_copies import Copy, made_id, multiply, name_wallets
from running import Running

MOST_TIMES = 8.0
"""Of what billing takes alone."""
MOST_SLOWER = 2.0
PURCHASE_MS = 300.0
FETCHES_A_SECOND = 20
CALM_SECONDS = 20.0
LONGEST_SECONDS = 1800.0
MONEY = 100_000
USER, SUBSCRIPTION, WALLET, PERIOD = map(made_id, (2, 3, 5, 6))
LOGIN, TOKEN = "'renews' || n", "md5('renews' || n)"
MARKED = """
INSERT INTO access_files (user_id, version, due_at, names)
SELECT id, 0, now(), '[]' FROM users ON CONFLICT (user_id) DO NOTHING
"""
DUE = """
UPDATE subscription SET renewal_due_at = now() WHERE id::text LIKE '01900000-%'
"""
PLAN = "SELECT plan_id FROM subscription WHERE id::text LIKE '01900000-%'"
TOKENS = "SELECT array_agg(token) FROM users"
COUNTS = {
    ("billing", "due"): "FROM subscription WHERE renewal_due_at <= now()",
    ("billing", "untold"): "FROM outbox",
    ("playlists", "facts to make"): "FROM access_files WHERE due_at IS NOT NULL",
    ("playlists", "files to write"): "FROM stale_shards",
}
VERSIONS = {
    "billing": "subscription",
    "accounts": "subscription_copies",
    "playlists": "subscriptions",
}
"""Every copy follows once the versions of all are the same, for they only rise."""


def copies(customers: int) -> tuple[Copy, ...]:
    """A user whose subscription renews, of each service that knows it."""
    owner = made_id(1, f"(1 + mod(n, {customers}))")
    scope = f"replace(t.scope, %(hex)s, replace({owner}::text, '-', ''))"
    email = f"'renews' || 1 + mod(n, {customers}) || '@example.net'"
    person = {"id": owner, "scope": scope, "email": email}
    named = person | {"email_key": email, "username": email}
    user = {"id": USER, "customer_id": owner, "scope": scope}
    player = user | {"username": LOGIN, "token": TOKEN}
    bought = {"id": SUBSCRIPTION, "user_id": USER}
    sold = bought | {"customer_id": owner, "scope": scope}
    switched = {"renews": "true", "renewal_due_at": "NULL"}
    money = f"CASE WHEN mod(n, 20) = 0 THEN 0 ELSE {MONEY} END"
    wallet = {"id": WALLET, "owner_id": owner, "scope": scope, "balance_minor": money}
    paid = {"id": PERIOD, "subscription_id": SUBSCRIPTION}
    of = {name: f"id = %({name})s" for name in ("customer", "user", "subscription")}
    return (
        ("accounts", "accounts", of["customer"], person),
        ("accounts", "customers", of["customer"], named),
        ("accounts", "users", of["user"], player),
        ("accounts", "subscription_copies", of["subscription"], bought),
        ("billing", "customer_copy", of["customer"], person),
        ("billing", "user_copy", of["user"], user | {"username": LOGIN}),
        ("billing", "wallet", "owner_id = %(customer)s", wallet),
        ("billing", "subscription", of["subscription"], sold | switched),
        ("billing", "subscription_period", f"subscription_{of['subscription']}", paid),
        ("notifications", "customer_copy", of["customer"], person),
        ("playlists", "customers", of["customer"], {"id": owner}),
        ("playlists", "users", of["user"], player),
        ("playlists", "subscriptions", of["subscription"], sold),
    )


class Look:
    """A look into the services' own databases, over connections that stay open."""

    def __init__(self, system: Running) -> None:
        self._open = {
            name: psycopg2.connect(system.database_uri(name)) for name in VERSIONS
        }
        for connection in self._open.values():
            connection.autocommit = True

    def run(self, service: str, statement: str) -> Any:
        """The first row of what it gives, or nothing."""
        with self._open[service].cursor() as rows:
            rows.execute(statement)
            return rows.fetchone() if rows.description else None

    def is_due(self) -> bool:
        """Whether billing has something to renew."""
        return self._counted("billing", "due") > 0

    def is_done(self) -> bool:
        """Whether all is renewed, told, copied and written."""
        versions = {
            self.run(service, f"SELECT sum(version) FROM {table}")[0]
            for service, table in VERSIONS.items()
        }
        return len(versions) == 1 and not any(self._counted(*what) for what in COUNTS)

    def _counted(self, service: str, what: str) -> int:
        (count,) = self.run(service, f"SELECT count(*) {COUNTS[service, what]}")
        return int(count)


class Visitors:
    """People who fetch playlists at a steady rate, and one purchase a second."""

    def __init__(self, system: Running, look: Look, users: int) -> None:
        self._partner, self._users = system.partner(), users
        self._address, self._session = system.url("GATEWAY"), requests.Session()
        self._chance = random.Random(1)
        (self._plan_id,) = look.run("billing", PLAN)
        self._tokens = look.run("playlists", TOKENS)[0]

    @contextmanager
    def there(self) -> Iterator[dict[str, list[float]]]:
        """While the body runs; how many milliseconds each had to wait."""
        is_over, taken = threading.Event(), dict[str, list[float]](fetch=[], buy=[])
        ways = ("fetch", self._fetch, FETCHES_A_SECOND), ("buy", self._buy, 1)

        def go(name: str, act: Callable[[], requests.Response], rate: int) -> None:
            due = time.perf_counter()
            while not is_over.wait(max(0, due - time.perf_counter())):
                begun = time.perf_counter()
                answer = act()
                taken[name].append((time.perf_counter() - begun) * 1000)
                answer.raise_for_status()
                due += 1 / rate

        with ThreadPoolExecutor(len(ways)) as pool:
            visits = [pool.submit(go, *way) for way in ways]
            try:
                yield taken
            finally:
                is_over.set()
            for visit in visits:
                visit.result()

    def _fetch(self) -> requests.Response:
        token = self._chance.choice(self._tokens)
        return self._session.get(f"{self._address}/p/{token}.m3u8", timeout=60)

    def _buy(self) -> requests.Response:
        """One more month for somebody who is about to be renewed, or just was."""
        number = self._chance.randrange(1, self._users)
        while number % 20 == 0:
            number = self._chance.randrange(1, self._users)
        user = f"01900000-0000-7000-8002-{number:012x}"
        wish = {"user_id": user, "plan_id": self._plan_id}
        return self._partner("POST", "/subscriptions", json=wish)


def wait_until(condition: Callable[[], bool]) -> float:
    """Seconds until it holds."""
    begun = time.perf_counter()
    while not condition():
        if time.perf_counter() - begun > LONGEST_SECONDS:
            raise TimeoutError("The system does not follow.")
        time.sleep(0.5)
    return time.perf_counter() - begun


def fill(system: Running, look: Look, subscriptions: int, customers: int) -> None:
    """Users in every service, none of them due, each with its access fact."""
    multiply(system, a_customer(system), subscriptions, copies(customers))
    name_wallets(system)
    look.run("playlists", MARKED)
    wait_until(look.is_done)


def measure_whole(subscriptions: int, customers: int, alone: float) -> None:
    """Renew all at once in a whole system, and print how long it takes to follow.

    `alone` is how many renewals a second billing made by itself.
    """
    with a_system(CHECKOUT) as system:
        look = Look(system)
        fill(system, look, subscriptions, customers)
        visitors = Visitors(system, look, subscriptions)
        with visitors.there() as calm:
            time.sleep(CALM_SECONDS)
        wait_until(look.is_done)
        before = cpu_of(system)
        with visitors.there() as busy:
            look.run("billing", DUE)
            renewed = wait_until(lambda: not look.is_due())
            seconds = renewed + wait_until(look.is_done)
        used = between(before, cpu_of(system), subscriptions)
    times = seconds * alone / subscriptions
    print(f"whole system: billing {renewed:.0f} s, everything {seconds:.0f} s")
    print(f"  times billing alone{times:11.1f}  (goal: at most {MOST_TIMES:g})")
    print(f"  p99, ms{'calm':>23}{'meanwhile':>11}")
    goals = {
        "fetch": f"at most {MOST_SLOWER:g} times",
        "buy": f"under {PURCHASE_MS:g}",
    }
    for name, goal in goals.items():
        row = "".join(f"{percentile(ms[name], 99):11.0f}" for ms in (calm, busy))
        print(f"  {name:19}{row}  (goal: {goal})")
    print("  CPU ms a renewal: " + ", ".join(f"{r} {c:.2f}" for r, c in used.items()))
