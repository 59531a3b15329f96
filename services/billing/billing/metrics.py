"""What billing tells whoever watches it: renewals and ends due, and the books.

Every copy checks the books for itself once an hour and remembers what it found; that
needs no table, and a copy that started anew has checked within a minute or two.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select, text

from billing.subscriptions.models import Subscription
from billing.subscriptions.row_by_row import is_not_put_off
from billing.wallets.checks import check_ledger
from billing.webshops.metrics import deliveries
from lineup.contracts.billing.running import has_lapsed
from lineup.contracts.billing.wallets import CheckLedger, LedgerReport
from lineup.database import Database, UnitOfWork
from lineup.metrics import FAILING_ROWS, Gauge, Sample, due

log = structlog.get_logger(__name__)

CHECK_SECONDS = 3600
LONGEST_CHECK_SECONDS = 600

SOUND = Gauge("lineup_ledger_sound", "Whether the last check found the books right.")
CHECKED_AT = Gauge(
    "lineup_ledger_checked_timestamp_seconds", "When the books were last checked."
)


@dataclass
class Books:
    """What a process last found of the books, and tells."""

    checked_at: float | None = None
    is_sound: bool = True

    def is_due(self) -> bool:
        """Whether the last check is too long ago."""
        return self.checked_at is None or time.time() - self.checked_at >= CHECK_SECONDS

    def note(self, report: LedgerReport) -> None:
        """Remember a check; what is wrong is logged as well."""
        self.checked_at, self.is_sound = time.time(), report.is_sound
        if not report.is_sound:
            log.error(
                "ledger_unsound",
                transfers=report.unbalanced_transfers,
                wallets=report.wrong_wallets,
            )

    def ledger(self, _work: UnitOfWork) -> Iterator[Sample]:
        """The last check; nothing before the first."""
        if self.checked_at is not None:
            yield SOUND.of(self.is_sound)
            yield CHECKED_AT.of(self.checked_at)


BOOKS = Books()
"""Those of this process."""


def checked(database: Database) -> LedgerReport:
    """Check all books of the installation; may take ten minutes."""
    with database.transaction() as work:
        limit = f"SET LOCAL statement_timeout = '{LONGEST_CHECK_SECONDS}s'"
        work.session.execute(text(limit))
        return check_ledger(work, CheckLedger())


def renewals(work: UnitOfWork) -> Iterator[Sample]:
    """Renewals that should have been tried, and for how long the oldest has waited."""
    due_at = Subscription.renewal_due_at
    count, oldest = work.session.execute(
        select(func.count(), func.min(due_at)).where(
            due_at <= work.now, is_not_put_off(work.now)
        )
    ).one()
    yield from due("renewals", count, oldest, work.now)


def put_off(work: UnitOfWork) -> Iterator[Sample]:
    """Subscriptions that timers leave alone for a while, since their work raised."""
    waiting = Subscription.put_off_until > work.now
    count = work.session.scalar(select(func.count()).where(waiting)) or 0
    yield FAILING_ROWS.of(count, "subscriptions")


def ends(work: UnitOfWork) -> Iterator[Sample]:
    """Ends that have passed and were not announced yet."""
    count, oldest = work.session.execute(
        select(func.count(), func.min(Subscription.ends_at)).where(
            has_lapsed(Subscription, work.now), is_not_put_off(work.now)
        )
    ).one()
    yield from due("ends", count, oldest, work.now)


METRIC_SOURCES = (renewals, ends, put_off, deliveries, BOOKS.ledger)
