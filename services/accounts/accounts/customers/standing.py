"""Where a customer or a user stands, at any instant, of two ends kept on its row."""

from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, case

from lineup.contracts.accounts import Standing, Status

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The end of what never was: rows sort and compare without a null."""

RANKS = {standing: rank for rank, standing in enumerate(Standing)}


class Served(Protocol):
    """A row that knows how long it is served: paid for, and on trial."""

    status: Any
    paid_until: Any
    trial_until: Any
    ends_at: Any


def standing_of(row: Served, now: datetime) -> Standing:
    """Where a row stands at `now` (CU-26)."""
    if row.status != Status.ACTIVE:
        return Standing.DISABLED
    if row.paid_until > now:
        return Standing.ACTIVE
    if row.trial_until > now:
        return Standing.TRIAL
    return Standing.EXPIRED if row.ends_at > NEVER else Standing.PENDING


def stands(model: Any, standing: Standing, now: datetime) -> ColumnElement[bool]:
    """The condition that rows of `model` stand so at `now`."""
    is_on, is_paid = model.status == Status.ACTIVE, model.paid_until > now
    is_over = and_(is_on, model.ends_at <= now)
    conditions: dict[Standing, ColumnElement[bool]] = {
        Standing.DISABLED: model.status != Status.ACTIVE,
        Standing.ACTIVE: and_(is_on, is_paid),
        Standing.TRIAL: and_(is_on, model.paid_until <= now, model.trial_until > now),
        Standing.EXPIRED: and_(is_over, model.ends_at > NEVER),
        Standing.PENDING: and_(is_over, model.ends_at <= NEVER),
    }
    return conditions[standing]


def standing_rank(model: Any, now: datetime) -> ColumnElement[int]:
    """Where rows stand at `now`, as the place of it among the standings."""
    whens = [(stands(model, standing, now), rank) for standing, rank in RANKS.items()]
    return case(*whens, else_=len(RANKS))


def end_of(row: Served) -> datetime | None:
    """The furthest end of a row's subscriptions; None for one that never had any."""
    end: datetime = row.ends_at
    return end if end > NEVER else None
