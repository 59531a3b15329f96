"""The operator's tasks of billing."""

import os
import sys

import click
from sqlalchemy import text

from billing.settings import BillingSettings
from billing.subscriptions import renewals, upkeep
from billing.wallets.checks import check_ledger
from billing.webshops.operations.reading import announce_waiting_orders
from lineup.clock import clock_for
from lineup.contracts.billing.wallets import CheckLedger, LedgerReport
from lineup.database import Database, connect
from lineup.settings import read

CHECK_SECONDS = 600
"""How long a check of the books may take."""


@click.group()
def commands() -> None:
    """What is owed: check the books, renew, announce everything again."""


@commands.command("check-ledger")
def check_books() -> None:
    """Check every transfer and wallet; ends with 1 when anything is wrong."""
    with _database().transaction() as work:
        work.session.execute(text(f"SET LOCAL statement_timeout = '{CHECK_SECONDS}s'"))
        report = check_ledger(work, CheckLedger())
    click.echo(_told(report))
    sys.exit(0 if report.is_sound else 1)


@commands.command("renew-due")
def renew_due() -> None:
    """Renew what is due now, without waiting for the service."""
    click.echo(f"{renewals.renew_all(_database())} customers looked at.")


@commands.command("resync")
def resync_all() -> None:
    """Announce every subscription again, and every order that waits for users."""
    database = _database()
    announced = upkeep.resync(database) + announce_waiting_orders(database)
    click.echo(f"{announced} announced again.")


def _told(report: LedgerReport) -> str:
    lines = [f"{report.transfers} transfers, {report.entries} entries."]
    lines += [f"Transfer {wrong} does not balance." for wrong in _wrong(report)]
    lines += [f"Wallet {wrong} is wrong." for wrong in report.wrong_wallets]
    lines += [
        f"Everything together is {total}, not zero." for total in report.sums if total
    ]
    return "\n".join(lines if len(lines) > 1 else [*lines, "The books are right."])


def _wrong(report: LedgerReport) -> list[str]:
    return [str(transfer) for transfer in report.unbalanced_transfers]


def _database() -> Database:
    settings = read(BillingSettings, os.environ)
    clock = clock_for(settings.clock_offset_file)
    return Database(connect(settings.database_uri, pool_size=2), clock)
