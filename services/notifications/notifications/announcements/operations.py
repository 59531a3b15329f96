"""Which message an event asks for. Each is queued once for its event."""

from lineup.contracts.accounts import CredentialsIssued
from lineup.contracts.billing import RenewalFellShort
from lineup.contracts.notifications import DeliveryView, SendTest
from lineup.database import Work
from lineup.errors import Invalid, NotFound
from lineup.ids import new_id
from lineup.scope import ROOT, below, covers
from lineup.secrets import Keyring
from notifications.deliveries.operations import Message, queue
from notifications.people.operations import find_customer, partner_name
from notifications.transports.operations import is_address


class CustomerUnknown(Exception):  # noqa: N818
    """The customer's copy has not arrived yet; the bus tries the event again."""


def tell_credentials(work: Work, state: CredentialsIssued, keyring: Keyring) -> None:
    """Send a customer's new credentials, all users in one message (WS-09, NO-28)."""
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
            cause_id=state.id,
            template="credentials",
            values=values,
            receiver=state.email,
            partner_id=state.partner_id,
            customer_id=state.customer_id,
            scope=state.scope,
            urgency=0,
        ),
    )


def tell_shortfall(work: Work, state: RenewalFellShort, keyring: Keyring) -> None:
    """Tell a customer what is missing for a renewal, once a period (SU-04)."""
    customer = find_customer(work, state.customer_id)
    if customer is None:
        raise CustomerUnknown(state.customer_id)
    values = {
        "partner": partner_name(work, state.partner_id),
        "first_name": customer.first_name,
        "product": state.product_name,
        "ends_at": f"{state.ends_at:%d %B %Y %H:%M} UTC",
        "price": str(state.price),
        "balance": str(state.balance),
        "missing": str(state.missing),
    }
    queue(
        work,
        keyring,
        Message(
            cause_id=state.id,
            template="renewal_fell_short",
            values=values,
            receiver=customer.email,
            partner_id=state.partner_id,
            customer_id=state.customer_id,
            scope=state.scope,
        ),
    )


def send_test(work: Work, request: SendTest, keyring: Keyring) -> DeliveryView:
    """Queue a test message through the partner's transport (NO-06)."""
    partner_id = request.partner_id or work.actor.partner_id
    if partner_id is None or not is_address(request.receiver):
        field = "receiver" if partner_id else "partner_id"
        raise Invalid(fields={field: ["Needed, and in its proper form."]})
    scope = below(ROOT, partner_id)
    if not covers(work.actor, scope):
        raise NotFound
    message = Message(
        cause_id=new_id(),
        template="test",
        values={"partner": partner_name(work, partner_id)},
        receiver=request.receiver,
        partner_id=partner_id,
        scope=scope,
        urgency=0,
    )
    return queue(work, keyring, message).view()
