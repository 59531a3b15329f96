"""Queueing messages, showing the log, claiming what is due and settling it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from lineup.contracts.notifications import (
    DeliveryState,
    DeliveryView,
    GetDelivery,
    ListDeliveries,
    SendAgain,
)
from lineup.contracts.paging import Page
from lineup.database import Work, page_of
from lineup.errors import NotFound
from lineup.ids import new_id
from lineup.scope import in_scope
from lineup.secrets import Keyring
from notifications.deliveries.mailer import Outcome
from notifications.deliveries.models import Delivery
from notifications.templates.texts import render

BATCH = 50


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is to be said to whom, and why."""

    cause_id: UUID
    template: str
    values: Mapping[str, object]
    receiver: str
    partner_id: UUID
    scope: str
    customer_id: UUID | None = None
    urgency: int = 1


def queue(work: Work, keyring: Keyring, message: Message) -> Delivery:
    """Write a message to the log, to be sent at once."""
    text = render(message.template, message.values)
    delivery = Delivery(
        id=new_id(),
        cause_id=message.cause_id,
        partner_id=message.partner_id,
        customer_id=message.customer_id,
        scope=message.scope,
        template=message.template,
        receiver=message.receiver,
        subject=text.subject,
        sealed_body=keyring.seal(text.body),
        masked_body=text.masked,
        state=DeliveryState.QUEUED,
        urgency=message.urgency,
        tries=0,
        answer="",
        next_try_at=work.now,
        created_at=work.now,
        sent_at=None,
    )
    work.session.add(delivery)
    work.session.flush()
    return delivery


def list_deliveries(work: Work, request: ListDeliveries) -> Page[DeliveryView]:
    """The log, newest first."""
    wanted = in_scope(select(Delivery), Delivery, work.actor)
    if request.state is not None:
        wanted = wanted.where(Delivery.state == request.state)
    if request.customer_id is not None:
        wanted = wanted.where(Delivery.customer_id == request.customer_id)
    return page_of(work.session, wanted, Delivery, request.paging, Delivery.view)


def get_delivery(work: Work, request: GetDelivery) -> DeliveryView:
    """One line of the log."""
    return _find(work, request.delivery_id).view()


def send_again(work: Work, request: SendAgain) -> DeliveryView:
    """Queue a failed message once more; refuses any other with not_failed."""
    delivery = _find(work, request.delivery_id)
    delivery.queue_again(work.now)
    return delivery.view()


def claim_due(work: Work) -> Sequence[Delivery]:
    """Lease up to 50 due messages, urgent ones first; other senders skip them."""
    due = (
        select(Delivery)
        .where(Delivery.state == DeliveryState.QUEUED)
        .where(Delivery.next_try_at <= work.now)
        .order_by(Delivery.urgency, Delivery.next_try_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    claimed = work.session.scalars(due).all()
    for delivery in claimed:
        delivery.lease(work.now)
    return claimed


def settle(work: Work, delivery_id: UUID, outcome: Outcome) -> None:
    """Note what became of a try."""
    delivery = work.session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.state != DeliveryState.QUEUED:
        return
    if outcome.sent:
        delivery.mark_sent(outcome.answer, work.now)
    elif outcome.for_good:
        delivery.mark_bounced(outcome.answer)
    else:
        delivery.mark_failed(outcome.answer, work.now)


def _find(work: Work, delivery_id: UUID) -> Delivery:
    wanted = select(Delivery).where(Delivery.id == delivery_id).with_for_update()
    delivery = work.session.scalar(in_scope(wanted, Delivery, work.actor))
    if delivery is None:
        raise NotFound
    return delivery
