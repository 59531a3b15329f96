"""The operator's tasks of billing."""

import os
import sys

import click
from sqlalchemy import text

from billing.settings import BillingSettings
from billing.subscriptions import renewals, upkeep
from billing.wallets.checks import check_ledger
from billing.webshops.operations.order_queries import announce_waiting_orders
from lineup.clock import clock_for
from lineup.contracts.billing.wallets import CheckLedger, LedgerReport
from lineup.database import Database, connect
from lineup.settings import read

CHECK_SECONDS = 600
"""How long a check of the books may take."""


@click.group()
def commands() -> None:
    """Billing: check the ledger, run renewals, republish events."""


@commands.command("check-ledger")
def check_books() -> None:
    """Check all transactions and balances; exits with 1 on errors."""
    with _database().transaction() as work:
        work.session.execute(text(f"SET LOCAL statement_timeout = '{CHECK_SECONDS}s'"))
        report = check_ledger(work, CheckLedger())
    click.echo(_report_text(report))
    sys.exit(0 if report.is_sound else 1)


@commands.command("renew-due")
def renew_due() -> None:
    """Run due renewals now."""
    click.echo(f"{renewals.renew_all(_database())} customers checked.")


@commands.command("resync")
def resync_all() -> None:
    """Republish all subscriptions and orders waiting for users."""
    database = _database()
    announced = upkeep.resync(database) + announce_waiting_orders(database)
    click.echo(f"{announced} republished.")


def _report_text(report: LedgerReport) -> str:
    lines = [f"{report.transfers} transfers, {report.entries} entries."]
    lines += [f"Transfer {wrong} does not balance." for wrong in _wrong(report)]
    lines += [f"Wallet {wrong} is wrong." for wrong in report.wrong_wallets]
    lines += [
        f"Everything together is {total}, not zero." for total in report.sums if total
    ]
    return "\n".join(lines if len(lines) > 1 else [*lines, "The ledger is correct."])


def _wrong(report: LedgerReport) -> list[str]:
    return [str(transfer) for transfer in report.unbalanced_transfers]


def _database() -> Database:
    settings = read(BillingSettings, os.environ)
    clock = clock_for(settings.clock_offset_file)
    return Database(connect(settings.database_uri, pool_size=2), clock)
