"""Renewals by the set: a chunk of customers in a few statements.

Who is due, in which order, what stands against it, who can be paid and until when is
decided by the database (`renewal_set.sql`), by the same rules as `renewals.Round` has
for one at a time. Python tells it the clocks, and names the events.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Result, Row, text

from billing.subscriptions.clock_changes import clocks_of
from billing.subscriptions.notices import TOLD_OBSTACLES
from billing.subscriptions.terms import LONGEST, SERVED_LATE
from billing.subscriptions.waiting import LEAD, WINDOW
from billing.wallets.movements import income
from billing.wallets.posting_set import transfer_rows
from lineup.context import Written
from lineup.contracts.billing.subscriptions import (
    RenewalBlocked,
    RenewalFellShort,
    SubscriptionChanged,
)
from lineup.contracts.billing.wallets import Cause
from lineup.database import UnitOfWork
from lineup.ids import event_id_text, new_id
from lineup.impersonation import signature

log = structlog.get_logger(__name__)

MARK = "-- name: "
RENEWED, SHORT, BLOCKED, ALONE = "renewed", "short", "blocked", "alone"
MOST_MONTHS = 12_000
"""More than any period has: beyond it the database's calendar is not asked."""
Event = tuple[int, str, str, int]
"""Of which turn, its type, and the id and version it is of."""
NOTICES = {SHORT: RenewalFellShort.event_type, BLOCKED: RenewalBlocked.event_type}


def _parts(words: str) -> dict[str, str]:
    """The statements of a file by their names."""
    parts = (part.split("\n", 1) for part in words.split(MARK)[1:])
    return {name: statement.strip().removesuffix(";") for name, statement in parts}


PARTS = _parts((files(__package__) / "renewal_set.sql").read_text(encoding="utf-8"))
STATEMENTS = {name: text(statement) for name, statement in PARTS.items()}


class RenewalSet:
    """The renewals of a chunk of customers, whose locks the caller holds."""

    def __init__(self, work: UnitOfWork, customer_ids: Sequence[UUID]) -> None:
        self._work = work
        self._values = _values(work, customer_ids)

    def renew(self) -> list[UUID]:
        """Renew what is due and can be paid; what has to be tried alone is left due."""
        self._decide()
        due = self._run("outcomes").all()
        counts = Counter(row.outcome for row in due)
        if counts[SHORT] or counts[BLOCKED]:
            self._let_wait()
        if counts[RENEWED]:
            self._book([row for row in due if row.outcome == RENEWED])
        self._run("forget")
        log.info("renewals", **counts)
        return [UUID(row.id) for row in due if row.outcome == ALONE]

    def _decide(self) -> None:
        self._run("plan_by_index")
        zones = self._run("zones").scalars()
        clocks = json.dumps(clocks_of(zones, self._work.now))
        self._run("hold_funds")
        self._run("decide", clocks=clocks)

    def _let_wait(self) -> None:
        """Try them no more by themselves, and tell who was not told yet."""
        self._run("wait")
        told = sorted(self._run("note_told").all())
        events = [(row.turn, NOTICES[row.outcome], row.period_id, 1) for row in told]
        self._tell("tell_waiting", events)

    def _book(self, renewed: Sequence[Row[Any]]) -> None:
        """Take the money, run on to the new ends, and announce them."""
        self._take_money()
        self._run("run_on")
        self._run("periods")
        kind = SubscriptionChanged.event_type
        events = [(row.turn, kind, row.id, row.version) for row in renewed]
        self._tell("tell_renewed", events)

    def _take_money(self) -> None:
        rows = self._run("incomes").all()
        payees = [income(UUID(row.partner_id), row.asset) for row in rows]
        if not payees:
            return  # whatever renews is free
        ends = {
            "partners": _array(one.partner_id for one in payees),
            "assets": _array(one.asset for one in payees),
            "incomes": _array(one.id for one in payees),
        }
        transfer_rows(self._work, PARTS["movements"], ends, payees, cause=Cause.RENEWAL)

    def _tell(self, name: str, events: Sequence[Event]) -> None:
        """Write an event for each turn; its id is as `UnitOfWork.announce` gives it."""
        if not events:
            return
        turns, types, ids, versions = zip(*events, strict=True)
        self._run(
            name,
            turns=_array(turns),
            types=_array(types),
            ids=_array(ids),
            event_ids=_array(map(event_id_text, types, ids, versions)),
        )
        # Nobody is answered by it: one of them is enough to wake the relay.
        self._work.announced.append(Written(types[-1], UUID(ids[-1]), versions[-1]))

    def _run(self, name: str, **values: Any) -> Result[Any]:
        return self._work.session.execute(STATEMENTS[name], self._values | values)


def _values(work: UnitOfWork, customer_ids: Sequence[UUID]) -> dict[str, Any]:
    """What the statements name."""
    context = replace(work.context, after=()).to_wire()
    made = new_id().hex
    return {
        "customers": _array(customer_ids),
        "now": work.now,
        "occurred_at": work.now.isoformat(),
        "actor": signature(work.actor),
        "context": json.dumps(context),
        "made": made[:12],
        "chance": made[-12:],
        "lead": LEAD,
        "window": WINDOW,
        "served_late": SERVED_LATE,
        "longest": LONGEST,
        "most_days": LONGEST // timedelta(days=1) + 1,
        "most_months": MOST_MONTHS,
        "told_obstacles": list(TOLD_OBSTACLES),
    }


def _array(values: Iterable[Any]) -> str:
    """Values without commas as PostgreSQL reads an array of them: one literal."""
    return "{" + ",".join(map(str, values)) + "}"
