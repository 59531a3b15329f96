"""How many single transfers a second billing books, by its own code.

    ./lineup bench ledger [--seconds 2] [--rounds 5] [--threads 4] [--pgledger FILE …]

Each transfer is a transaction of its own: an idempotency key, two entries, two
balances that never fall below zero. In turns, in one run, on one PostgreSQL that syncs
each commit:

- **function**: psycopg2 calls one function of PL/pgSQL that does just that, between
  BEGIN and COMMIT as ours; and once more without them, as the least there is;
- **pgledger**: psycopg2 calls `pgledger_create_transfer`, likewise. Its SQL is not part
  of this checkout: name the files, else the row is left out;
- **billing**: `Database.transaction` and `wallets.posting.transfer`.

Spread: between two of 2,000 balances. Hot: from one of them to the one house account
that all sales go to. Afterwards billing's books are checked. The goals are for one
thread: 0.85 of the function, 1.8 times pgledger, hot 0.9 of spread.
"""

import argparse
import os
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

from billing.wallets.checks import check_ledger
from billing.wallets.movements import Account, between, cash, customer_account, income
from billing.wallets.posting import transfer
from lineup.clock import SystemClock
from lineup.command.migrations import migrate
from lineup.contracts.billing.wallets import Cause, CheckLedger
from lineup.database import Database, connect
from lineup.ids import new_id
from lineup.money import Money
from lineup.scope import ROOT, below
from lineup.testing.databases import Databases

SERVER = os.environ.get("LINEUP_TEST_POSTGRES", "")
ACCOUNTS = 2_000
OPENING = 1_000_000_000
GOALS = {"function": 0.85, "pgledger": 1.8, "hot": 0.9}

FUNCTION = """
CREATE TABLE account (
    id bigint PRIMARY KEY,
    balance bigint NOT NULL CHECK (balance >= 0),
    version bigint NOT NULL DEFAULT 0
);
CREATE TABLE movement (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE,
    source bigint NOT NULL REFERENCES account,
    target bigint NOT NULL REFERENCES account,
    amount bigint NOT NULL CHECK (amount > 0),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE line (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    movement_id bigint NOT NULL REFERENCES movement,
    account_id bigint NOT NULL REFERENCES account,
    amount bigint NOT NULL,
    balance bigint NOT NULL,
    version bigint NOT NULL
);
CREATE INDEX ON line (account_id, version);
CREATE INDEX ON line (movement_id);
CREATE FUNCTION move(p_key text, p_source bigint, p_target bigint, p_amount bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
    s account;
    t account;
BEGIN
    INSERT INTO movement (key, source, target, amount)
    VALUES (p_key, p_source, p_target, p_amount)
    ON CONFLICT (key) DO NOTHING RETURNING id INTO made;
    IF made IS NULL THEN
        SELECT id INTO made FROM movement WHERE key = p_key;
        RETURN made;
    END IF;
    IF p_source < p_target THEN
        UPDATE account SET balance = balance - p_amount, version = version + 1
         WHERE id = p_source RETURNING * INTO s;
        UPDATE account SET balance = balance + p_amount, version = version + 1
         WHERE id = p_target RETURNING * INTO t;
    ELSE
        UPDATE account SET balance = balance + p_amount, version = version + 1
         WHERE id = p_target RETURNING * INTO t;
        UPDATE account SET balance = balance - p_amount, version = version + 1
         WHERE id = p_source RETURNING * INTO s;
    END IF;
    INSERT INTO line (movement_id, account_id, amount, balance, version)
    VALUES (made, p_source, -p_amount, s.balance, s.version),
           (made, p_target, p_amount, t.balance, t.version);
    RETURN made;
END $$;
"""
MOVE = "SELECT move(%s, %s, %s, %s)"
PGLEDGER = "SELECT id FROM pgledger_create_transfer(%s, %s, %s)"
OPEN_PGLEDGER = "SELECT id FROM pgledger_create_account(%s, 'EUR')"

Values = Callable[[int, int, int, int], tuple[object, ...]]
Move = Callable[[int, int, int, int], None]
"""Moves money once: which one it is, from, to, how much. The house is number 0."""


@dataclass(frozen=True)
class Way:
    """A way to book; `begin` makes what one thread books by."""

    name: str
    begin: Callable[[], Move]


class ByStatement:
    """Books by one statement of psycopg2, on a connection for each thread."""

    def __init__(
        self,
        uri: str,
        statement: str,
        values: Values,
        *,
        autocommit: bool = False,
    ) -> None:
        self._uri, self._statement, self._values = uri, statement, values
        self._autocommit = autocommit

    def begin(self) -> Move:
        """A thread's own connection."""
        connection: Connection = psycopg2.connect(self._uri)
        connection.autocommit = self._autocommit

        def move(which: int, source: int, target: int, amount: int) -> None:
            with connection.cursor() as cursor:
                values = self._values(which, source, target, amount)
                cursor.execute(self._statement, values)
                cursor.fetchall()
            connection.commit()

        return move


class Billing:
    """Billing's ledger, its balances opened and filled."""

    def __init__(self, uri: str) -> None:
        self.database = Database(connect(uri), SystemClock())
        self._partner_id = new_id()
        self._customers = [new_id() for _ in range(ACCOUNTS + 1)]
        outside = cash(self._partner_id, "EUR")
        for number in range(1, ACCOUNTS + 1):
            self._book(outside, self._account(number), OPENING, Cause.TOP_UP)

    def begin(self) -> Move:
        """The same for every thread: the pool gives each its connection."""
        return self._move

    def is_sound(self) -> bool:
        """Whether the books are right, to the last entry."""
        with self.database.transaction() as work:
            return check_ledger(work, CheckLedger()).is_sound

    def _move(self, _which: int, source: int, target: int, amount: int) -> None:
        ends = self._account(source), self._account(target)
        self._book(*ends, amount, Cause.PURCHASE)

    def _book(
        self, source: Account, target: Account, amount: int, cause: Cause
    ) -> None:
        movement = between(
            source,
            target,
            Money(amount, "EUR"),
            key=f"bench:{new_id()}",
            cause=cause,
            reference="Family, a month",
        )
        with self.database.transaction() as work:
            transfer(work, movement)

    def _account(self, number: int) -> Account:
        if not number:
            return income(self._partner_id, "EUR")
        customer_id: UUID = self._customers[number]
        scope = below(below(ROOT, self._partner_id), customer_id)
        return customer_account(customer_id, self._partner_id, scope, "EUR")


def function_ways(uri: str) -> list[Way]:
    """The one function, in a transaction as ours and by itself."""
    with _connected(uri) as connection, connection.cursor() as cursor:
        cursor.execute(FUNCTION)
        cursor.execute(
            "INSERT INTO account (id, balance)"
            " SELECT number, %s FROM generate_series(0, %s) AS number",
            (OPENING, ACCOUNTS),
        )
    tag = new_id().hex

    def values(which: int, source: int, target: int, amount: int) -> tuple[object, ...]:
        return f"{tag}:{threading.get_ident()}:{which}", source, target, amount

    alone = ByStatement(uri, MOVE, values, autocommit=True)
    return [
        Way("function", ByStatement(uri, MOVE, values).begin),
        Way("function, autocommit", alone.begin),
    ]


def pgledger_way(uri: str, files: list[Path]) -> Way:
    """Its own SQL in a database of its own."""
    with _connected(uri) as connection, connection.cursor() as cursor:
        for file in files:
            cursor.execute(file.read_text())
        ids = []
        for number in range(ACCOUNTS + 1):
            cursor.execute(OPEN_PGLEDGER, (f"account {number}",))
            ids.append(cursor.fetchone()[0])

    def values(
        _which: int, source: int, target: int, amount: int
    ) -> tuple[object, ...]:
        return ids[source], ids[target], amount

    return Way("pgledger", ByStatement(uri, PGLEDGER, values).begin)


@contextmanager
def _connected(uri: str) -> Iterator[Connection]:
    connection = psycopg2.connect(uri)
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def rate(way: Way, threads: int, seconds: float, *, is_hot: bool) -> float:
    """Transfers a second of so many threads."""
    counts = [0] * threads
    begin_at = time.perf_counter() + 0.2
    end_at = begin_at + seconds
    first = time.time_ns()

    def book(thread: int) -> None:
        move, draw = way.begin(), random.Random()
        time.sleep(max(0, begin_at - time.perf_counter()))
        while time.perf_counter() < end_at:
            source, target = draw.sample(range(1, ACCOUNTS + 1), 2)
            which = first + counts[thread]
            move(which, source, 0 if is_hot else target, draw.randint(1, 100))
            counts[thread] += 1

    running = [threading.Thread(target=book, args=(n,)) for n in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return sum(counts) / seconds


@contextmanager
def ways(pgledger: list[Path]) -> Iterator[tuple[list[Way], Billing]]:
    """Every way with a database of its own, gone afterwards."""
    databases = Databases(SERVER, migrate)

    def durable(uri: str) -> str:
        with _connected(uri) as connection, connection.cursor() as cursor:
            name = uri.rsplit("/", 1)[1]
            cursor.execute(f'ALTER DATABASE "{name}" RESET synchronous_commit')
        return uri

    try:
        billing = Billing(durable(databases.fresh("billing")))
        found = function_ways(durable(databases.empty()))
        if pgledger:
            found.append(pgledger_way(durable(databases.empty()), pgledger))
        yield [*found, Way("billing", billing.begin)], billing
        billing.database.engine.dispose()
    finally:
        databases.drop_all()


Rates = dict[tuple[str, int, bool], float]
"""Medians by way, threads, and whether it is hot."""


def measured(found: list[Way], rounds: int, seconds: float, threads: int) -> Rates:
    """Every way in turns."""
    runs: dict[tuple[str, int, bool], list[float]] = {}
    for _ in range(rounds):
        for count in (1, threads):
            for is_hot in (False, True):
                for way in found:
                    key = way.name, count, is_hot
                    got = rate(way, count, seconds, is_hot=is_hot)
                    runs.setdefault(key, []).append(got)
    return {key: statistics.median(values) for key, values in runs.items()}


def show(rates: Rates, names: list[str], threads: int) -> bool:
    """The table and the goals; whether one is missed."""
    head = [f"{n} thread{'s' if n > 1 else ''}" for n in (1, threads)]
    columns = [f"{h}, {kind}" for h in head for kind in ("spread", "hot")]
    print(f"{'transfers a second':24}" + "".join(f"{c:>20}" for c in columns))
    shapes = [(n, is_hot) for n in (1, threads) for is_hot in (False, True)]
    for name in names:
        row = "".join(f"{rates[name, *shape]:20,.0f}" for shape in shapes)
        print(f"{name:24}{row}")
    for other in names[:-1]:
        ratios = (rates["billing", *s] / rates[other, *s] for s in shapes)
        row = "".join(f"{ratio:20.2f}" for ratio in ratios)
        print(f"{'billing / ' + other:24}{row}")
    reached = [_is_reached(rates, names, goal) for goal in GOALS]
    return not all(reached)


def _is_reached(rates: Rates, names: list[str], goal: str) -> bool:
    """Whether a goal of one thread is reached; what is not beside it counts as such."""
    if goal == "hot":
        words = "billing, hot / spread"
        ratio = rates["billing", 1, True] / rates["billing", 1, False]
    elif goal in names:
        words = f"billing / {goal}"
        ratio = rates["billing", 1, False] / rates[goal, 1, False]
    else:
        print(f"{goal}: left out; name its SQL files by --{goal}")
        return True
    print(f"{words}: {ratio:.2f} (goal: at least {GOALS[goal]})")
    return ratio >= GOALS[goal]


def main() -> int:
    """Measure, print, check the books; 1 when a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument(
        "--pgledger",
        type=Path,
        nargs="+",
        default=[],
        help="its SQL files in the order they are loaded: those of vendor/ first",
    )
    asked = parser.parse_args()
    with ways(asked.pgledger) as (found, billing):
        rates = measured(found, asked.rounds, asked.seconds, asked.threads)
        missed = show(rates, [way.name for way in found], asked.threads)
        is_sound = billing.is_sound()
    print(f"billing's books: {'sound' if is_sound else 'WRONG'}")
    return int(missed or not is_sound)


if __name__ == "__main__":
    sys.exit(main())
