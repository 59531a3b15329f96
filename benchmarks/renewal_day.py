"""How fast billing renews on the first of the month, beside the least it can take.

    ./lineup bench renewal_day [--subscriptions 100000] [--customers 30000] [--rounds 3]
                               [--whole]

All subscriptions are due at once; one customer in twenty has no money. Billing's own
code (`renew_all`) renews them on one connection, then in two processes as two copies of
the service do. The limit is one statement of SQL for 5,000 subscriptions at a time, on
one connection, over the least tables that hold the same facts: a wallet for each
subscription, whole numbers for ids, no periods, no index but what it needs, an event
of id and price. Each round takes a fresh copy of the same books and
runs all three in turn; afterwards billing's books are checked. Renewals a second,
medians; the machine is shared by all of them, so read the ratios.

`--whole` starts a whole system beside it, with as many renewals due at once, while
people fetch playlists and buy: how long until every copy follows and every access fact
is written, as times of what billing took by itself.
"""

import argparse
import logging
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2
import structlog
from sqlalchemy import text

from billing.subscriptions.renewals import renew_all
from billing.wallets.checks import check_ledger
from billing.wallets.movements import cash, income
from lineup.clock import SetClock
from lineup.command.migrations import migrate
from lineup.contracts.billing.wallets import CheckLedger
from lineup.database import Database, connect
from lineup.scope import ROOT, below
from lineup.testing.databases import database_uri, fresh_name

SERVER = os.environ.get("LINEUP_TEST_POSTGRES", "")
NOW = datetime(2026, 12, 1, 0, 0, 30, tzinfo=UTC)
FOLDER = Path(__file__).parent
PARTNER = UUID(int=1)
GOALS = {"one connection": 0.8, "two copies": 1.0}
CHUNK = 5_000
"""Subscriptions of one statement of the limit."""

LEAST = (FOLDER / "renewal_least.sql").read_text()
LIMIT = (FOLDER / "renewal_limit.sql").read_text()
BOOKS = (FOLDER / "renewal_books.sql").read_text()


class Bench:
    """Filled databases, each run on a copy of its own."""

    def __init__(self, subscriptions: int, customers: int) -> None:
        self._values = {
            "subscriptions": subscriptions,
            "customers": customers,
            "now": NOW,
            "chunk": CHUNK,
            "partner": str(PARTNER),
            "scope": below(ROOT, PARTNER),
            "income": str(income(PARTNER, "EUR").id),
            "cash": str(cash(PARTNER, "EUR").id),
        }
        self._made: list[str] = []
        self.subscriptions = subscriptions
        self._least = self._filled("least", LEAST, lambda _: None)
        self._books = self._filled("books", BOOKS, lambda uri: migrate("billing", uri))

    def limit(self) -> float:
        """Renewals a second by the one statement."""
        with self._copy(self._least) as uri, _connected(uri) as session:
            begun = time.perf_counter()
            with session.cursor() as cursor:
                total = 0
                while True:
                    cursor.execute(LIMIT, self._values)
                    session.commit()
                    if not cursor.rowcount:
                        break
                    total += cursor.rowcount
            self._check(total, self.subscriptions)
            return self.subscriptions / (time.perf_counter() - begun)

    def ours(self, copies: int) -> float:
        """Renewals a second by so many copies of billing."""
        with self._copy(self._books) as uri:
            context = multiprocessing.get_context("spawn")
            barrier = context.Barrier(copies + 1)
            works = [
                context.Process(target=renew, args=(uri, barrier))
                for _ in range(copies)
            ]
            for work in works:
                work.start()
            barrier.wait()
            begun = time.perf_counter()
            for work in works:
                work.join()
            seconds = time.perf_counter() - begun
            self._check_books(uri)
            return self.subscriptions / seconds

    def close(self) -> None:
        """Leave nothing behind."""
        for name in list(self._made):
            self._drop(name)

    def _check_books(self, uri: str) -> None:
        count = "SELECT count(*) FROM subscription WHERE ends_at > %(now)s"
        told = "SELECT count(*) FROM outbox"
        with _connected(uri) as session, session.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute(count, self._values)
            ((renewed,),) = cursor.fetchall()
            cursor.execute(told)
            ((events,),) = cursor.fetchall()
        self._check(events, self.subscriptions)
        if not 0.94 * self.subscriptions < renewed < 0.96 * self.subscriptions:
            sys.exit(f"{renewed} of {self.subscriptions} were renewed.")
        with Database(connect(uri), SetClock(NOW)).transaction() as work:
            work.session.execute(text("SET LOCAL statement_timeout = 0"))
            report = check_ledger(work, CheckLedger())
        if not report.is_sound:
            sys.exit(f"The books are wrong: {report}")

    def _check(self, found: int, wanted: int) -> None:
        if found != wanted:
            sys.exit(f"{found} in place of {wanted}.")

    def _filled(self, name: str, words: str, prepare: Callable[[str], None]) -> str:
        made = self._create(name, "template1")
        uri = database_uri(SERVER, made)
        prepare(uri)
        with _connected(uri) as session, session.cursor() as cursor:
            cursor.execute(words, self._values)
            session.commit()
            session.autocommit = True
            cursor.execute("VACUUM ANALYZE")
        return made

    @contextmanager
    def _copy(self, template: str) -> Iterator[str]:
        name = self._create("run", template)
        with _connected(SERVER) as session, session.cursor() as cursor:
            cursor.execute("CHECKPOINT")
        try:
            yield database_uri(SERVER, name)
        finally:
            self._drop(name)

    def _create(self, purpose: str, template: str) -> str:
        name = fresh_name(purpose)
        self._admin(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._made.append(name)
        return name

    def _drop(self, name: str) -> None:
        self._admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._made.remove(name)

    def _admin(self, statement: str) -> None:
        with _connected(SERVER) as session, session.cursor() as cursor:
            session.autocommit = True
            cursor.execute(statement)


def renew(uri: str, barrier: Any) -> None:
    """What a copy of billing does on its timer, once all are ready."""
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet)
    engine = connect(uri, pool_size=1)
    database = Database(engine, SetClock(NOW))
    engine.connect().close()
    barrier.wait()
    renew_all(database)
    engine.dispose()


@contextmanager
def _connected(uri: str) -> Iterator[Any]:
    session = psycopg2.connect(uri)
    try:
        yield session
    finally:
        session.close()


def main() -> None:
    """Measure in turns and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=100_000)
    parser.add_argument("--customers", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--whole", action="store_true", help="a whole system, too")
    options = parser.parse_args()
    bench = Bench(options.subscriptions, options.customers)
    ways: dict[str, Callable[[], float]] = {
        "limit": bench.limit,
        "one connection": lambda: bench.ours(1),
        "two copies": lambda: bench.ours(2),
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    try:
        for _ in range(options.rounds):
            for name, way in ways.items():
                found[name].append(way())
    finally:
        bench.close()
    medians = {name: statistics.median(values) for name, values in found.items()}
    print(f"{options.subscriptions} due of {options.customers} customers; renewals/s")
    for name, median in medians.items():
        ratio, goal = median / medians["limit"], GOALS.get(name)
        wanted = f"  (goal: {goal})" if goal else ""
        print(f"  {name:16}{median:10,.0f}{ratio:8.2f}{wanted}")
    if options.whole:
        from renewal_whole import measure_whole

        alone = medians["one connection"]
        measure_whole(options.subscriptions, options.customers, alone)


if __name__ == "__main__":
    main()
