"""How fast documents are numbered and stored, by billing's own code.

    ./lineup bench documents [--invoices 10000] [--customers 1000]

So many customers have paid in and bought; nothing has a document yet. Timed is
`issue_all`, which reads the ledger, numbers and stores: a receipt for each payment and
an invoice for each purchase. Afterwards the numbers are looked through: without a gap,
none twice. The goal is 10,000 invoices in less than 10 s.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, text

from billing.documents.models import IssuedDocument
from billing.invoicing.operations import issue_all
from billing.wallets.movements import (
    Account,
    Movement,
    between,
    cash,
    customer_account,
    income,
)
from billing.wallets.posting import transfer_all
from lineup.clock import SystemClock
from lineup.command.migrations import migrate
from lineup.contracts.billing.documents import DocumentKind
from lineup.contracts.billing.wallets import Cause
from lineup.database import Database, UnitOfWork, connect
from lineup.ids import new_id
from lineup.money import Money
from lineup.scope import ROOT, below
from lineup.testing.databases import Databases

SERVER = os.environ.get("LINEUP_TEST_POSTGRES", "")
GOAL_SECONDS = 10.0
CHUNK = 500
PRICE = Money.of("9.00 EUR")

PEOPLE = """
INSERT INTO account_copy (id, version, kind, name, scope, partner_id, currency,
                          time_zone, status)
VALUES (:partner, 1, 'partner', 'North TV', :scope, :partner, 'EUR',
        'Europe/Amsterdam', 'active');
INSERT INTO customer_copy (id, version, partner_id, scope, name, email, status)
SELECT id, 1, :partner, :scope || replace(id::text, '-', '') || '/', 'Anna Berg',
       'anna@example.com', 'active'
  FROM unnest(CAST(:customers AS uuid[])) AS c (id);
INSERT INTO product (id, partner_id, scope, name, package_ids, devices, addresses,
                     is_trial, created_at, version)
VALUES (:partner, :partner, :scope, 'Family', '[]', 1, 1, false, now(), 1);
INSERT INTO plan (id, product_id, partner_id, scope, name, price_minor, asset, months,
                  days, sku, created_at)
VALUES (:partner, :partner, :partner, :scope, 'one month', 900, 'EUR', 1, 0, '', now());
INSERT INTO subscription (id, version, user_id, customer_id, partner_id, scope,
                          product_id, product_version, plan_id, state, started_at,
                          ends_at, anchor_at, anchor_months, renews)
SELECT id, 1, id, id, :partner, :scope, :partner, 1, :partner, 'stopped', now(),
       now() + interval '1 day', now(), 1, false
  FROM unnest(CAST(:customers AS uuid[])) AS c (id)
"""
PERIODS = """
INSERT INTO subscription_period (id, subscription_id, plan_id, starts_at, ends_at,
                                 paid_minor, asset, source, is_trial, transfer_id,
                                 refunded_minor, created_at)
SELECT p.id, p.customer, :partner, p.starts_at, p.starts_at + interval '1 day', 900,
       'EUR', 'balance', false, t.id, 0, now()
  FROM unnest(CAST(:periods AS uuid[]), CAST(:customers AS uuid[]),
              CAST(:starts AS timestamptz[])) AS p (id, customer, starts_at)
  JOIN transfer t ON t.partner_id = :partner AND t.key = 'period:' || p.id
"""


def main() -> int:
    """Fill, issue, look through; 1 where a goal is missed or a number is wrong."""
    options = _options()
    if not SERVER:
        sys.exit("Start it by ./lineup bench documents.")
    with _database() as database:
        _fill(database, options.customers, options.invoices)
        began = time.perf_counter()
        issued = issue_all(database)
        seconds = time.perf_counter() - began
        is_whole = _is_whole(database, options.invoices)
    print(f"documents  {issued:>8,}  of them invoices {options.invoices:,}")
    print(f"seconds    {seconds:>8.2f}  goal {GOAL_SECONDS} for 10,000 invoices")
    print(f"a second   {issued / seconds:>8,.0f}")
    print(f"numbers    {'without a gap' if is_whole else 'WRONG'}")
    return 0 if is_whole and seconds < GOAL_SECONDS * options.invoices / 10_000 else 1


def _fill(database: Database, customers: int, invoices: int) -> None:
    """Partner, customers, a payment of each, and so many purchases."""
    partner, ids = new_id(), [new_id() for _ in range(customers)]
    scope = below(ROOT, partner)
    accounts = [customer_account(one, partner, below(scope, one), "EUR") for one in ids]
    periods = [new_id() for _ in range(invoices)]
    with database.transaction() as work:
        values = {"partner": partner, "scope": scope, "customers": ids}
        work.session.execute(text(PEOPLE), values)
        _book(work, _payments(accounts, -(-invoices // customers)))
        _book(work, _sales(accounts, periods))
        starts = [work.now + timedelta(days=n // customers) for n in range(invoices)]
        bought = {
            "partner": partner,
            "periods": periods,
            "customers": [ids[number % customers] for number in range(invoices)],
            "starts": starts,
        }
        work.session.execute(text(PERIODS), bought)
        work.session.execute(text("ANALYZE"))


def _book(work: UnitOfWork, movements: Sequence[Movement]) -> None:
    for start in range(0, len(movements), CHUNK):
        transfer_all(work, movements[start : start + CHUNK])


def _payments(accounts: Sequence[Account], sales: int) -> list[Movement]:
    """What each customer pays in, enough for so many sales."""
    return [
        between(
            cash(account.partner_id, "EUR"),
            account,
            PRICE * sales,
            key=f"top-up:{new_id()}",
            cause=Cause.TOP_UP,
            reference="bank",
        )
        for account in accounts
    ]


def _sales(accounts: Sequence[Account], periods: Sequence[UUID]) -> list[Movement]:
    """A sale for each period, to one customer after the other."""
    return [
        between(
            accounts[number % len(accounts)],
            income(accounts[0].partner_id, "EUR"),
            PRICE,
            key=f"period:{period}",
            cause=Cause.PURCHASE,
            reference="Family, one month",
        )
        for number, period in enumerate(periods)
    ]


def _is_whole(database: Database, invoices: int) -> bool:
    """Whether the invoices are numbered from one on, each number once."""
    number = IssuedDocument.sequence
    statement = select(
        func.count(), func.count(number.distinct()), func.min(number), func.max(number)
    ).where(IssuedDocument.kind == DocumentKind.INVOICE)
    with database.transaction() as work:
        found = work.session.execute(statement).one()
    return tuple(found) == (invoices, invoices, 1, invoices)


@contextmanager
def _database() -> Iterator[Database]:
    databases = Databases(SERVER, migrate)
    database = Database(connect(databases.fresh("billing")), SystemClock())
    try:
        yield database
    finally:
        database.engine.dispose()
        databases.drop_all()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="See the head of this file.")
    parser.add_argument("--invoices", type=int, default=10_000)
    parser.add_argument("--customers", type=int, default=1_000)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
