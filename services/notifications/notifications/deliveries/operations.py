"""Queueing messages and showing the log."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.tree import GONE
from lineup.contracts.notifications import (
    CountDeliveries,
    DeliveryCounts,
    DeliveryFilter,
    DeliveryState,
    DeliveryView,
    GetDelivery,
    ListDeliveries,
    SendAgain,
)
from lineup.contracts.paging import Page
from lineup.contracts.refusals import DeliveryNotFound
from lineup.database import Orders, UnitOfWork, page_of
from lineup.ids import new_id
from lineup.scope import in_scope
from lineup.secrets import Keyring
from lineup.verbs import handles
from notifications.deliveries.mailer import NO_ADDRESS
from notifications.deliveries.models import UNSENT, Delivery
from notifications.deliveries.outcomes import abandoned, dropped
from notifications.people.models import CustomerCopy
from notifications.people.operations import upsert_customers
from notifications.templates.texts import render
from notifications.transports.addresses import is_address

ORDERS: Orders = {
    "created_at": Delivery.created_at,
    "receiver": Delivery.receiver,
    "subject": Delivery.subject,
    "state": Delivery.state,
}

ORDINARY = 1
"""The urgency of what nobody waits for; what somebody does has 0, and goes first."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is to be said to whom, and why."""

    cause_id: UUID
    template: str
    values: Mapping[str, object]
    receiver: str
    partner_id: UUID
    scope: str
    request_id: str = ""
    customer_id: UUID | None = None
    customer: CustomerCopy | None = None
    """Its copy, held; None where it has not arrived yet."""
    urgency: int = ORDINARY


def queue(work: UnitOfWork, keyring: Keyring, message: Message) -> Delivery:
    """Write a message to the log, to be sent at once. Its cause is new."""
    (delivery,) = queue_all(work, keyring, [message])
    return delivery


def queue_all(
    work: UnitOfWork, keyring: Keyring, messages: Sequence[Message]
) -> Sequence[Delivery]:
    """Write messages to the log, to be sent at once; those that are not there yet.

    Who is no longer there is sent nothing, and an address that is none is tried by
    nobody: both stand in the log, for staff to see.
    """
    if not messages:
        return []
    rows = [_row_of(work, keyring, message) for message in messages]
    new = insert(Delivery).on_conflict_do_nothing().returning(Delivery)
    return work.session.scalars(new, rows).all()


@handles(ListDeliveries)
def list_deliveries(work: UnitOfWork, request: ListDeliveries) -> Page[DeliveryView]:
    """The log, newest first unless another order is asked for."""
    wanted = _narrowed(in_scope(select(Delivery), Delivery, work.actor), request)
    if request.state is not None:
        wanted = wanted.where(Delivery.state == request.state)
    page: Page[Delivery] = page_of(
        work.session, wanted, Delivery, request.paging, lambda row: row, ORDERS
    )
    return page.showing([delivery.view(work.now) for delivery in page.items])


@handles(CountDeliveries)
def count_deliveries(work: UnitOfWork, request: CountDeliveries) -> DeliveryCounts:
    """How many lines of the log stand in each state."""
    lines = _narrowed(in_scope(select(Delivery.state), Delivery, work.actor), request)
    counted = lines.add_columns(func.count()).group_by(Delivery.state)
    rows = work.session.execute(counted)
    return DeliveryCounts(**{state: count for state, count in rows})  # noqa: C416


@handles(GetDelivery)
def get_delivery(work: UnitOfWork, request: GetDelivery) -> DeliveryView:
    """One line of the log."""
    return _find(work, request.delivery_id).view(work.now)


@handles(SendAgain)
def send_again(work: UnitOfWork, request: SendAgain) -> DeliveryView:
    """Queue a failed message once more; refuses any other with not_failed."""
    delivery = _find(work, request.delivery_id, for_update=True)
    delivery.queue_again(work.now)
    return delivery.view(work.now)


def follow_customers(work: UnitOfWork, states: Sequence[CustomerChanged]) -> None:
    """Let customers' messages lie where they lie; deleted ones get no more.

    What was sent to a deleted customer stays in the log of its seller and partner.
    """
    news = upsert_customers(work, states)
    if not news:
        return
    moved = update(Delivery).where(
        Delivery.customer_id == CustomerCopy.id,
        CustomerCopy.id.in_(news),
        Delivery.scope != CustomerCopy.scope,
    )
    work.session.execute(moved.values(scope=CustomerCopy.scope))
    gone = {state.id for state in states if state.status in GONE} & news
    if gone:
        _drop_unsent(work, gone)


def _drop_unsent(work: UnitOfWork, customer_ids: Collection[UUID]) -> None:
    theirs = Delivery.customer_id.in_(customer_ids), Delivery.state.in_(UNSENT)
    unsent = select(Delivery.id).where(*theirs).order_by(Delivery.id)
    held = work.session.scalars(unsent.with_for_update()).all()
    gone = update(Delivery).where(Delivery.id.in_(held)).values(dropped())
    work.session.execute(gone)


def _narrowed(wanted: Select[Any], request: DeliveryFilter) -> Select[Any]:
    """The lines of the log that a list or a count is about."""
    rules: tuple[tuple[Any, Callable[[Any], ColumnElement[bool]]], ...] = (
        (request.template, Delivery.template.__eq__),
        (request.customer_id, Delivery.customer_id.__eq__),
        (request.created_from, Delivery.created_at.__ge__),
        (request.created_until, Delivery.created_at.__lt__),
        (request.search.strip() or None, _mentions),
        (request.receiver.lower() or None, func.lower(Delivery.receiver).__eq__),
    )
    return wanted.where(*(rule(value) for value, rule in rules if value is not None))


def _mentions(text: str) -> ColumnElement[bool]:
    return or_(
        Delivery.receiver.icontains(text, autoescape=True),
        Delivery.subject.icontains(text, autoescape=True),
    )


def _row_of(work: UnitOfWork, keyring: Keyring, message: Message) -> dict[str, Any]:
    customer = message.customer
    text = render(message.template, message.values)
    row = {
        "id": new_id(),
        "cause_id": message.cause_id,
        "partner_id": message.partner_id,
        "customer_id": message.customer_id,
        "scope": customer.scope if customer else message.scope,
        "template": message.template,
        "receiver": message.receiver,
        "subject": text.subject,
        "sealed_body": keyring.seal(text.body),
        "masked_body": text.masked,
        "state": DeliveryState.QUEUED,
        "urgency": message.urgency,
        "tries": 0,
        "answer": "",
        "next_try_at": work.now,
        "created_at": work.now,
        "request_id": message.request_id,
    }
    if customer and customer.status in GONE:
        return row | dropped()
    return row if is_address(message.receiver) else row | abandoned(NO_ADDRESS)


def _find(work: UnitOfWork, delivery_id: UUID, *, for_update: bool = False) -> Delivery:
    wanted = select(Delivery).where(Delivery.id == delivery_id)
    if for_update:
        wanted = wanted.with_for_update()
    delivery = work.session.scalar(in_scope(wanted, Delivery, work.actor))
    if delivery is None:
        raise DeliveryNotFound
    return delivery
