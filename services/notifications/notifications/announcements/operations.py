"""Which message an event asks for. Each is queued once for its event."""

from uuid import UUID

from lineup.contracts.accounts.resets import ResetLinkIssued
from lineup.contracts.accounts.users import CredentialsIssued
from lineup.contracts.billing.subscriptions import RenewalBlocked, RenewalFellShort
from lineup.contracts.notifications import DeliveryView, SendTest
from lineup.database import UnitOfWork
from lineup.events import State
from lineup.ids import event_id, new_id
from lineup.scope import ROOT, acting_partner, below
from lineup.secrets import Keyring
from lineup.verbs import handles
from notifications.deliveries.operations import Message, queue
from notifications.people.operations import find_customer, partner_name
from notifications.transports.checks import refuse_no_receiver


class CustomerUnknown(Exception):  # noqa: N818
    """The customer's copy has not arrived yet; the bus tries the event again."""


def queue_credentials(
    work: UnitOfWork, state: CredentialsIssued, keyring: Keyring
) -> None:
    """Send a customer's new credentials, all users in one message."""
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
        "partner": partner_name(work, state.partner_id),
        "first_name": state.first_name,
        "public_url": state.public_url,
        "username": state.username,
        "password": keyring.open(state.password) if state.password else "",
        "users": users,
    }
    queue(
        work,
        keyring,
        Message(
            cause_id=_event_of(state),
            template="credentials",
            values=values,
            receiver=state.email,
            partner_id=state.partner_id,
            customer_id=state.customer_id,
            scope=state.scope,
            urgency=0,
        ),
    )


def queue_reset_link(
    work: UnitOfWork, state: ResetLinkIssued, keyring: Keyring
) -> None:
    """Send the link by which a login's password can be set."""
    values = {
        "partner": partner_name(work, state.partner_id),
        "username": state.username,
        "public_url": state.public_url,
        "token": keyring.open(state.token),
    }
    message = Message(
        cause_id=_event_of(state),
        template="password_reset",
        values=values,
        receiver=state.email,
        partner_id=state.partner_id,
        customer_id=state.customer_id,
        scope=state.scope,
        urgency=0,
    )
    queue(work, keyring, message)


def queue_shortfall(
    work: UnitOfWork, state: RenewalFellShort, keyring: Keyring
) -> None:
    """Tell a customer what is missing for a renewal, once a period."""
    values = {
        "price": str(state.price),
        "balance": str(state.balance),
        "missing": str(state.missing),
    }
    _queue_renewal_notice(work, state, "renewal_fell_short", values, keyring)


def queue_blocked(work: UnitOfWork, state: RenewalBlocked, keyring: Keyring) -> None:
    """Tell a customer that a user does not renew, since its plan is sold no longer."""
    values = {"plan": state.plan_name}
    _queue_renewal_notice(work, state, "renewal_blocked", values, keyring)


def _queue_renewal_notice(
    work: UnitOfWork,
    state: RenewalFellShort | RenewalBlocked,
    template: str,
    values: dict[str, str],
    keyring: Keyring,
) -> None:
    customer = find_customer(work, state.customer_id)
    if customer is None:
        raise CustomerUnknown(state.customer_id)
    if not customer.email:
        return
    shared = {
        "partner": partner_name(work, state.partner_id),
        "first_name": customer.first_name,
        "product": state.product_name,
        "ends_at": f"{state.ends_at:%d %B %Y %H:%M} UTC",
    }
    message = Message(
        cause_id=_event_of(state),
        template=template,
        values=shared | values,
        receiver=customer.email,
        partner_id=state.partner_id,
        customer_id=state.customer_id,
        scope=state.scope,
    )
    queue(work, keyring, message)


@handles(SendTest)
def send_test(work: UnitOfWork, request: SendTest, *, keyring: Keyring) -> DeliveryView:
    """Queue a test message through the partner's transport."""
    refuse_no_receiver(request)
    partner_id = acting_partner(work.actor, request.partner_id)
    message = Message(
        cause_id=new_id(),
        template="test",
        values={"partner": partner_name(work, partner_id)},
        receiver=request.receiver,
        partner_id=partner_id,
        scope=below(ROOT, partner_id),
        urgency=0,
    )
    return queue(work, keyring, message).view(work.now)


def _event_of(state: State) -> UUID:
    """The event itself, not what it is about: that may rightly be told again."""
    return event_id(state.event_type, state.id, state.version)
