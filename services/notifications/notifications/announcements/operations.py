"""Which message an event asks for. Each is queued once for its event."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from lineup.context import Event
from lineup.contracts.accounts.resets import ResetLinkIssued
from lineup.contracts.accounts.users import CredentialsIssued
from lineup.contracts.billing.documents import ReceiptIssued
from lineup.contracts.billing.subscriptions import RenewalBlocked, RenewalFellShort
from lineup.contracts.notifications import DeliveryView, MessageKind, SendTest
from lineup.database import UnitOfWork
from lineup.events import State
from lineup.ids import event_id, new_id
from lineup.scope import ROOT, acting_partner, below
from lineup.secrets import Keyring
from lineup.verbs import handles
from notifications.announcements.partners import moment_text
from notifications.announcements.sellers import tell_sellers
from notifications.deliveries.operations import Message, queue, queue_all
from notifications.people.operations import People, find_people
from notifications.transports.checks import refuse_no_receiver


class CustomerUnknown(Exception):  # noqa: N818
    """The customer's copy has not arrived yet; the bus tries the event again."""


def queue_credentials(
    work: UnitOfWork, events: Sequence[Event[CredentialsIssued]], keyring: Keyring
) -> None:
    """Send customers their new credentials, all users in one message each."""
    people = _people_of(work, events)
    queue_all(work, keyring, [_credentials(event, people, keyring) for event in events])


def queue_reset_links(
    work: UnitOfWork, events: Sequence[Event[ResetLinkIssued]], keyring: Keyring
) -> None:
    """Send the links by which logins' passwords can be set."""
    people = _people_of(work, events)
    queue_all(work, keyring, [_reset_link(event, people, keyring) for event in events])


def queue_shortfalls(
    work: UnitOfWork, events: Sequence[Event[RenewalFellShort]], keyring: Keyring
) -> None:
    """Tell customers what is missing for a renewal, once a period; where their sellers
    pay with Credits, those, once a day.
    """
    own = [event for event in events if event.state.seller_id is None]
    people = _people_of(work, own)
    notices = [_shortfall(event, people) for event in own]
    notices += tell_sellers(work, [one for one in events if one.state.seller_id])
    queue_all(work, keyring, [notice for notice in notices if notice.receiver])


def queue_blocked(
    work: UnitOfWork, events: Sequence[Event[RenewalBlocked]], keyring: Keyring
) -> None:
    """Tell customers that a user does not renew, since its plan is sold no longer."""
    people = _people_of(work, events)
    notices = [_blocked(event, people) for event in events]
    queue_all(work, keyring, [notice for notice in notices if notice.receiver])


def queue_receipts(
    work: UnitOfWork, events: Sequence[Event[ReceiptIssued]], keyring: Keyring
) -> None:
    """Tell customers that their payments were accepted."""
    people = _people_of(work, events)
    receipts = [_receipt(event, people) for event in events]
    queue_all(work, keyring, [receipt for receipt in receipts if receipt.receiver])


def _credentials(
    event: Event[CredentialsIssued], people: People, keyring: Keyring
) -> Message:
    state = event.state
    users = [
        {
            "name": user.name,
            "username": user.username,
            "password": keyring.open(user.password),
            "token": user.token,
        }
        for user in state.users
    ]
    values = {
        "first_name": state.first_name,
        "public_url": state.public_url,
        "sign_in_url": _sign_in_url(state),
        "username": state.username,
        "password": keyring.open(state.password) if state.password else "",
        "users": users,
    }
    message = _message(event, people, MessageKind.CREDENTIALS, values)
    return replace(message, receiver=state.email, urgency=0)


def _sign_in_url(state: CredentialsIssued) -> str:
    """Where a customer signs in whose name may be another's elsewhere, too."""
    if not state.service_id:
        return state.public_url
    return f"{state.public_url}/sign-in?service={state.service_id}"


def _reset_link(
    event: Event[ResetLinkIssued], people: People, keyring: Keyring
) -> Message:
    state = event.state
    values = {
        "username": state.username,
        "public_url": state.public_url,
        "token": keyring.open(state.token),
    }
    message = _message(event, people, MessageKind.PASSWORD_RESET, values)
    return replace(message, receiver=state.email, urgency=0)


def _shortfall(event: Event[RenewalFellShort], people: People) -> Message:
    state = event.state
    values = {
        "price": str(state.price),
        "balance": str(state.balance),
        "missing": str(state.missing),
    }
    return _renewal_notice(event, people, MessageKind.RENEWAL_FELL_SHORT, values)


def _blocked(event: Event[RenewalBlocked], people: People) -> Message:
    values = {"plan": event.state.plan_name}
    return _renewal_notice(event, people, MessageKind.RENEWAL_BLOCKED, values)


def _receipt(event: Event[ReceiptIssued], people: People) -> Message:
    state = event.state
    values = {
        "number": state.number,
        "amount": str(state.amount),
        "paid_at": moment_text(state.paid_at, state.time_zone),
        "reference": state.reference,
    }
    return _to_customer(event, people, MessageKind.RECEIPT, values)


def _renewal_notice(
    event: Event[RenewalFellShort] | Event[RenewalBlocked],
    people: People,
    template: MessageKind,
    values: Mapping[str, object],
) -> Message:
    """What a customer is told of a renewal."""
    state = event.state
    shared = {
        "product": state.product_name,
        "ends_at": f"{state.ends_at:%d %B %Y %H:%M} UTC",
    }
    return _to_customer(event, people, template, {**shared, **values})


def _to_customer(
    event: Event[Any],
    people: People,
    template: MessageKind,
    values: Mapping[str, object],
) -> Message:
    """What a customer is told by its mail address; to nobody where it has none."""
    customer = people.customers.get(event.state.customer_id)
    if customer is None:
        raise CustomerUnknown(event.state.customer_id)
    named = {"first_name": customer.first_name, **values}
    message = _message(event, people, template, named)
    return replace(message, receiver=customer.email)


def _message(
    event: Event[Any],
    people: People,
    template: MessageKind,
    values: Mapping[str, object],
) -> Message:
    """What an event about a customer asks for, to be told to nobody yet."""
    state = event.state
    partner = people.name_of(state.partner_id)
    return Message(
        cause_id=_event_of(state),
        template=template.value,
        values={"partner": partner, **values},
        receiver="",
        partner_id=state.partner_id,
        customer_id=state.customer_id,
        customer=people.customers.get(state.customer_id),
        scope=state.scope,
        request_id=event.context.request_id,
    )


def _people_of(work: UnitOfWork, events: Sequence[Event[Any]]) -> People:
    states = [event.state for event in events]
    customer_ids = {state.customer_id for state in states if state.customer_id}
    return find_people(work, customer_ids, {state.partner_id for state in states})


@handles(SendTest)
def send_test(work: UnitOfWork, request: SendTest, *, keyring: Keyring) -> DeliveryView:
    """Queue a test message through the partner's transport."""
    refuse_no_receiver(request)
    partner_id = acting_partner(work.actor, request.partner_id)
    message = Message(
        cause_id=new_id(),
        template="test",
        values={"partner": find_people(work, (), [partner_id]).name_of(partner_id)},
        receiver=request.receiver,
        partner_id=partner_id,
        scope=below(ROOT, partner_id),
        request_id=work.context.request_id,
        urgency=0,
    )
    return queue(work, keyring, message).view(work.now)


def _event_of(state: State) -> UUID:
    """The event itself, not what it is about: that may rightly be told again."""
    return event_id(state.event_type, state.id, state.version)
