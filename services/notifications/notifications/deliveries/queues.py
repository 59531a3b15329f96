"""Whose message is next. Each partner's messages are a queue, and they take turns.

Among the partners with something due, those with something urgent come first, then
whoever was served longest ago. What is paused is left out, and so is what would fill
all connections: mail servers that are slow or never took a mail, and the one that
partners share, have a part of the connections each.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import (
    CTE,
    BindParameter,
    Boolean,
    ColumnElement,
    DateTime,
    Select,
    Uuid,
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import aliased

from lineup.contracts.notifications import DeliveryState, MessageKind
from lineup.contracts.notifications.events import PartnerCredentialsSent
from lineup.database import UnitOfWork
from lineup.scope import partner_of
from notifications.deliveries.mailer import Fate, Outcome
from notifications.deliveries.models import Delivery
from notifications.deliveries.outcomes import abandoned, changes_by
from notifications.deliveries.retries import LEASE
from notifications.transports.breaker import GIVE_UP_AFTER, SLOW_SECONDS
from notifications.transports.models import Transport, TransportHealth
from notifications.transports.operations import record_claim

log = structlog.get_logger(__name__)

EXPIRY_BATCH = 1000
AS_WRITTEN = {"synchronize_session": False}
"""No message that the session may hold is looked through for a change."""
GAVE_UP_REASON = "The mail server failed for three days: {problem}"


@dataclass(frozen=True, kw_only=True)
class Room:
    """Which connections are free."""

    busy: Collection[UUID] = ()
    """Partners that are served already: one connection each."""
    for_shared: bool = True
    """To the installation's mail server."""
    for_doubtful: bool = True
    """To servers of partners that are slow or unproven, or slow partners."""


@dataclass(frozen=True)
class QueueClaim:
    """The partner whose messages are sent next, and which connections it needs."""

    partner_id: UUID
    is_shared: bool
    is_doubtful: bool


def claim_queue(work: UnitOfWork, room: Room, shared_key: UUID) -> QueueClaim | None:
    """The partner that is served next; from now on it was served last.

    `shared_key` says whose health is that of the installation's mail server.
    """
    row = work.session.execute(
        _turns(),
        {
            "now": work.now,
            "busy": list(room.busy),
            "for_shared": room.for_shared,
            "for_doubtful": room.for_doubtful,
            "shared_key": shared_key,
        },
    ).first()
    if row is None:
        return None
    record_claim(work, row.partner_id)
    return QueueClaim(row.partner_id, row.is_shared, row.is_doubtful)


def claim_next(work: UnitOfWork, partner_id: UUID, sender: str = "") -> Delivery | None:
    """Lease a partner's most urgent due message; other senders skip it, and may take it
    when the lease has run out.
    """
    first = (
        select(Delivery.id)
        .where(Delivery.partner_id == partner_id, *_is_due(work.now))
        .order_by(Delivery.urgency, Delivery.next_try_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    leased = (
        update(Delivery)
        .where(Delivery.id == first.scalar_subquery())
        .values(next_try_at=work.now + LEASE, **({"sender": sender} if sender else {}))
        .returning(Delivery)
    )
    return work.session.scalar(leased, execution_options=AS_WRITTEN)


def settle(work: UnitOfWork, delivery: Delivery, outcome: Outcome) -> None:
    """Note what became of a message that was leased, unless it is queued no more: what
    was dropped meanwhile stays so.
    """
    changes = changes_by(outcome, delivery.tries, work.now)
    noted = (
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.state == DeliveryState.QUEUED)
        .values(changes)
        .returning(Delivery.state, Delivery.tries)
    )
    row = work.session.execute(noted, execution_options=AS_WRITTEN).first()
    if row is None:
        return
    if outcome.fate is Fate.SENT:
        _tell_of(work, delivery)
    log.info(
        "message_tried",
        delivery=str(delivery.id),
        template=delivery.template,
        state=str(row.state),
        tries=row.tries,
        request_id=delivery.request_id,
    )


def give_up_forsaken(work: UnitOfWork) -> int:
    """Fail what has long been due for a mail server that has failed as long.

    Else thousands of stale notices would leave on the day the server is mended.
    """
    long_ago = work.now - GIVE_UP_AFTER
    forsaken = (
        select(Delivery.id, TransportHealth.problem)
        .join(Transport, Transport.partner_id == Delivery.partner_id)
        .join(TransportHealth, TransportHealth.id == Delivery.partner_id)
        .where(Transport.host != "", TransportHealth.failing_since <= long_ago)
        .where(Delivery.state == DeliveryState.QUEUED)
        .where(Delivery.next_try_at <= long_ago)
        .limit(EXPIRY_BATCH)
        .with_for_update(of=Delivery, skip_locked=True)
    )
    rows = work.session.execute(forsaken).all()
    by_problem: dict[str, list[UUID]] = {}
    for id_, problem in rows:
        by_problem.setdefault(problem, []).append(id_)
    for problem, ids in by_problem.items():
        changes = abandoned(GAVE_UP_REASON.format(problem=problem))
        given_up = update(Delivery).where(Delivery.id.in_(ids)).values(changes)
        work.session.execute(given_up, execution_options=AS_WRITTEN)
    return len(rows)


def _tell_of(work: UnitOfWork, delivery: Delivery) -> None:
    """Announce that a new partner has its credentials, so that its trial begins."""
    partner_id = partner_of(delivery.scope)
    is_welcome = delivery.template == MessageKind.PARTNER_CREDENTIALS
    if is_welcome and partner_id is not None:
        work.announce(
            PartnerCredentialsSent(
                id=delivery.id, version=1, partner_id=partner_id, sent_at=work.now
            )
        )


def _is_due(now: Any) -> tuple[ColumnElement[bool], ...]:
    return Delivery.state == DeliveryState.QUEUED, Delivery.next_try_at <= now


NOW: BindParameter[datetime] = bindparam("now", type_=DateTime(timezone=True))


@cache
def _turns() -> Select[tuple[UUID, bool, bool]]:
    """The first partner that may be served, and which connections it needs.

    Put together once: that takes longer than to ask, and it is asked all the time.
    """
    is_for_shared: BindParameter[bool] = bindparam("for_shared", type_=Boolean())
    is_for_doubtful: BindParameter[bool] = bindparam("for_doubtful", type_=Boolean())
    busy: BindParameter[UUID] = bindparam("busy", type_=Uuid(), expanding=True)
    shared_key: BindParameter[UUID] = bindparam("shared_key", type_=Uuid())
    partners = _partners()
    own, shared = aliased(TransportHealth), aliased(TransportHealth)
    head = (
        select(Delivery.urgency)
        .where(Delivery.partner_id == partners.c.partner_id, *_is_due(NOW))
        .order_by(Delivery.urgency, Delivery.next_try_at)
        .limit(1)
        .lateral()
    )
    is_shared = func.coalesce(Transport.host, "") == ""
    is_doubtful = _is_doubtful(own, is_shared)
    return (
        select(
            partners.c.partner_id,
            is_shared.label("is_shared"),
            is_doubtful.label("is_doubtful"),
        )
        .select_from(partners)
        .join(head, true())
        .outerjoin(Transport, Transport.partner_id == partners.c.partner_id)
        .outerjoin(own, own.id == partners.c.partner_id)
        .outerjoin(shared, shared.id == shared_key)
        .where(
            partners.c.partner_id.not_in(busy),
            _may_go(own),
            or_(~is_shared, and_(is_for_shared, _may_go(shared))),
            or_(~is_doubtful, is_for_doubtful),
        )
        .order_by(head.c.urgency, own.served_at.nulls_first())
        .limit(1)
    )


def _partners() -> CTE:
    """Partners with something queued: from one to the next by the index, so that
    ten thousand messages of one cost no more than one.
    """
    queued = Delivery.state == DeliveryState.QUEUED
    first = select(Delivery.partner_id).where(queued).order_by(Delivery.partner_id)
    found = select(first.limit(1).scalar_subquery().label("partner_id")).cte(
        "partners", recursive=True
    )
    following = first.where(Delivery.partner_id > found.c.partner_id).limit(1)
    step = select(following.scalar_subquery()).where(found.c.partner_id.is_not(None))
    return found.union_all(step)


def _may_go(health: type[TransportHealth]) -> ColumnElement[bool]:
    return or_(health.paused_until.is_(None), health.paused_until <= NOW)


def _is_doubtful(
    health: type[TransportHealth], is_shared: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Slow at its last mail, or failing; unproven unless it is the installation's."""
    unproven = and_(health.seconds.is_(None), ~is_shared)
    is_bad = or_(health.seconds >= SLOW_SECONDS, health.failures > 0, unproven)
    return func.coalesce(is_bad, ~is_shared)
