"""Where a customer or a user stands, at any instant, of two ends kept on its row."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, case, not_, or_

from lineup.contracts.accounts.customers import CustomerStatus
from lineup.contracts.accounts.tree import Status

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The end of what never was: rows sort and compare without a null."""

RANKS = {standing: rank for rank, standing in enumerate(CustomerStatus)}


class Served(Protocol):
    """A row that knows how long it is served: paid for, and on trial."""

    scope: Any
    status: Any
    paid_until: Any
    trial_until: Any
    ends_at: Any
    is_stopped: Any


def status_of(row: Served, now: datetime, off: Collection[str]) -> CustomerStatus:
    """Where a row stands at `now`, while accounts at the paths `off` are switched off:
    whoever lies below them is disabled, too.
    """
    if row.status != Status.ACTIVE or row.scope.startswith(tuple(off)):
        return CustomerStatus.DISABLED
    if row.paid_until > now:
        return CustomerStatus.ACTIVE
    if row.trial_until > now:
        return CustomerStatus.TRIAL
    if row.ends_at <= NEVER:
        return CustomerStatus.PENDING
    return CustomerStatus.STOPPED if row.is_stopped else CustomerStatus.EXPIRED


def has_status(
    model: Any, standing: CustomerStatus, now: datetime, off: Collection[str]
) -> ColumnElement[bool]:
    """The condition that rows of `model` stand so: as `status_of` says it of one. They
    are neither trashed nor deleted; who is off is then found by an index.
    """
    below_off = [model.scope.startswith(path, autoescape=True) for path in off]
    is_off = or_(model.status == Status.INACTIVE, *below_off)
    is_on = not_(or_(model.status != Status.ACTIVE, *below_off))
    is_paid = model.paid_until > now
    is_over = and_(is_on, model.ends_at <= now)
    conditions: dict[CustomerStatus, ColumnElement[bool]] = {
        CustomerStatus.DISABLED: is_off,
        CustomerStatus.ACTIVE: and_(is_on, is_paid),
        CustomerStatus.TRIAL: and_(
            is_on, model.paid_until <= now, model.trial_until > now
        ),
        CustomerStatus.EXPIRED: and_(is_over, model.ends_at > NEVER, ~model.is_stopped),
        CustomerStatus.STOPPED: and_(is_over, model.ends_at > NEVER, model.is_stopped),
        CustomerStatus.PENDING: and_(is_over, model.ends_at <= NEVER),
    }
    return conditions[standing]


def status_rank(model: Any, now: datetime, off: Collection[str]) -> ColumnElement[int]:
    """Where rows stand at `now`, as the place of it among the standings."""
    whens = [
        (has_status(model, standing, now, off), rank)
        for standing, rank in RANKS.items()
    ]
    return case(*whens, else_=len(RANKS))


def end_of(row: Served) -> datetime | None:
    """The furthest end of a row's subscriptions; None for one that never had any."""
    end: datetime = row.ends_at
    return end if end > NEVER else None
