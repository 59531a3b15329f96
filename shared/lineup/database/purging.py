"""Purges: everything of one partner, or all that names one customer, goes, a bounded
number of rows at a time.

A service keeps a table of purges (partners) and one of erasures (customers) and says in
which steps it deletes what; it confirms when a whole pass found nothing more. What
arrives late (an event that was tried again) is swept up: the steps are taken again
after a quarter of an hour, two hours, a day.
A process that dies leaves the rest to the next one, and a request that comes again is
confirmed again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import (
    ColumnElement,
    Text,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from lineup import metrics
from lineup.contracts.accounts.erasure import number_of
from lineup.database.database import Database
from lineup.database.faults import is_away
from lineup.database.records import IDEMPOTENCY
from lineup.database.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

CHUNK = 1000
"""Rows of one transaction: nobody waits long for one of them."""
CHUNKS_A_TURN = 20
SWEEPS = tuple(timedelta(minutes=minutes) for minutes in (15, 120, 24 * 60))
PUT_OFF_FOR = timedelta(minutes=1)


class PurgeRequest(Protocol):
    """The event that asks for a purge."""

    @property
    def id(self) -> UUID:
        """Of the account that goes."""

    @property
    def version(self) -> int:
        """Of this request; asking again raises it."""

    @property
    def scope(self) -> str:
        """The account's own path."""


class PurgeRow:
    """One account's purge in one service: what a table of them has.

    The row stays, and tells that the account is gone.
    """

    __tablename__ = "purges"
    __audited__ = False

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """The account of the partner or customer."""
    scope: Mapped[str]
    version: Mapped[int]
    """Of the last request."""
    step: Mapped[int] = mapped_column(default=0)
    found: Mapped[bool] = mapped_column(default=False)
    """Whether this pass through the steps has found anything."""
    pass_began_at: Mapped[datetime] = mapped_column(
        server_default=func.clock_timestamp()
    )
    """By the database's clock."""
    sweeps: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    """When it is gone on with; None: it is over."""
    confirmed_at: Mapped[datetime | None]


WAIT = -1
WAIT_FOR = timedelta(seconds=1)
Step = Callable[[UnitOfWork, Any], int]
"""Deletes some rows of an account, by its purge; how many, or WAIT for others."""
Confirm = Callable[[UnitOfWork, Any], None]
"""Tells that everything of an account was deleted."""


@dataclass(frozen=True)
class Purging:
    """How a service deletes what it has of a partner, or what names a customer."""

    service: str
    purges: Any
    """Its table of purges, or of erasures."""
    steps: Sequence[Step]
    confirm: Confirm

    def request(
        self, work: UnitOfWork, account_id: UUID, scope: str, version: int
    ) -> None:
        """Begin, or confirm again what was done before."""
        beginning = insert(self.purges).values(
            id=account_id,
            scope=scope,
            version=version,
            step=0,
            found=False,
            sweeps=0,
            due_at=work.now,
        )
        again = beginning.on_conflict_do_update(
            index_elements=[self.purges.id],
            set_={"version": beginning.excluded.version},
            where=self.purges.version < beginning.excluded.version,
        )
        work.session.execute(again)
        purge = work.session.get_one(
            self.purges, account_id, with_for_update=True, populate_existing=True
        )
        if purge.confirmed_at is not None:
            self.confirm(work, purge)

    def receive(self, work: UnitOfWork, requested: PurgeRequest) -> None:
        """Everything of an account is to be deleted."""
        self.request(work, requested.id, requested.scope, requested.version)

    def go_on(self, database: Database) -> int:
        """Do up to twenty chunks of whatever is due and nobody else is at; how many."""
        for done in range(CHUNKS_A_TURN):
            if not self._go_on(database):
                return done
        return CHUNKS_A_TURN

    def _go_on(self, database: Database) -> bool:
        trying: list[UUID] = []
        try:
            with database.transaction() as work:
                return self.do_some(work, trying)
        except Exception as error:
            if not trying or is_away(error):
                raise
            metrics.PUT_OFF.labels(self.service, self.purges.__tablename__).inc()
            log.exception("purge_put_off", account=str(trying[0]))
            with database.transaction() as work:
                purge = work.session.get_one(self.purges, trying[0])
                purge.due_at = work.now + PUT_OFF_FOR
            return True

    def do_some(self, work: UnitOfWork, trying: list[UUID] | None = None) -> bool:
        """Delete one chunk of the purge whose turn it is; False when there is none."""
        due = select(self.purges).where(self.purges.due_at <= work.now)
        first = due.order_by(self.purges.due_at, self.purges.id).limit(1)
        purge = work.session.scalar(first.with_for_update(skip_locked=True))
        if purge is None:
            return False
        if trying is not None:
            trying.append(purge.id)
        while purge.step < len(self.steps):
            count = self.steps[purge.step](work, purge)
            if count == WAIT:
                purge.due_at = work.now + WAIT_FOR
                return True
            if count:
                purge.found = True
                return True
            purge.step += 1
        self._end_pass(work, purge)
        return True

    def _end_pass(self, work: UnitOfWork, purge: Any) -> None:
        """Go through the steps again after one that found something; else be done."""
        purge.step = 0
        purge.pass_began_at = func.clock_timestamp()
        if purge.found:
            purge.found = False
            return
        if purge.confirmed_at is None:
            purge.confirmed_at = work.now
            self.confirm(work, purge)
            log.info("account_purged", service=self.service, account=str(purge.id))
        later = SWEEPS[purge.sweeps : purge.sweeps + 1]
        purge.sweeps += 1
        purge.due_at = work.now + later[0] if later else None


def rows(model: Any, *conditions: Callable[[Any], ColumnElement[bool]]) -> Step:
    """A step that deletes the rows of a table that meet conditions on its purge."""
    keys = tuple(model.__table__.primary_key)

    def step(work: UnitOfWork, purge: Any) -> int:
        theirs = (condition(purge) for condition in conditions)
        some = select(*keys).where(*theirs).limit(CHUNK)
        gone = delete(model.__table__).where(tuple_(*keys).in_(some)).returning(keys[0])
        return len(work.session.execute(gone).all())

    return step


def below_partner(model: Any) -> Step:
    """A step that deletes what lies at or below the partner."""
    return rows(model, lambda purge: model.scope.startswith(purge.scope))


def of_partner(model: Any, column: Any = None) -> Step:
    """A step that deletes what names the partner."""
    named = model.partner_id if column is None else column
    return rows(model, lambda purge: named == purge.id)


def kept_answers(work: UnitOfWork, purge: Any) -> int:
    """A step that deletes answers that were kept: to the partner, and about it."""
    keys = IDEMPOTENCY.c.owner, IDEMPOTENCY.c.key
    said = cast(IDEMPOTENCY.c.reply, Text)
    own = IDEMPOTENCY.c.scope.startswith(purge.scope)
    tells = or_(own, said.contains(str(purge.id)), said.contains(purge.id.hex))
    some = select(*keys).where(tells).limit(CHUNK)
    gone = delete(IDEMPOTENCY).where(tuple_(*keys).in_(some)).returning(keys[1])
    return len(work.session.execute(gone).all())


def audit_rows(work: UnitOfWork, purge: Any) -> int:
    """A step that deletes what the audit log says of the partner."""
    gone = func.purge_audit_of(purge.id, CHUNK)
    return work.session.scalar(select(gone)) or 0


def blanked(
    model: Any,
    values: Mapping[str, Any],
    *conditions: Callable[[Any], ColumnElement[bool]],
) -> Step:
    """A step that lets columns of the rows that meet conditions say nothing more."""
    table = model.__table__
    keys = tuple(table.primary_key)
    typed = {name: literal(value, table.c[name].type) for name, value in values.items()}
    says = or_(*(table.c[name].is_distinct_from(one) for name, one in typed.items()))

    def step(work: UnitOfWork, purge: Any) -> int:
        theirs = (condition(purge) for condition in conditions)
        some = select(*keys).where(*theirs, says).limit(CHUNK)
        changed = update(table).where(tuple_(*keys).in_(some)).values(**typed)
        return len(work.session.execute(changed.returning(keys[0])).all())

    return step


def audit_of_customer(work: UnitOfWork, erasure: Any) -> int:
    """A step after which the audit log says that something of a customer was changed,
    when and by whom, and no longer what it was.
    """
    erased = func.erase_audit_of(erasure.id, number_of(erasure.id), CHUNK)
    return work.session.scalar(select(erased)) or 0
