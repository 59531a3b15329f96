"""What sellers are told: that their Credits do not cover renewals."""

from collections.abc import Sequence

from sqlalchemy import select

from lineup.context import Event
from lineup.contracts.billing.subscriptions import RenewalFellShort
from lineup.contracts.notifications import MessageKind
from lineup.database import UnitOfWork
from lineup.ids import event_id
from lineup.money import Money
from notifications.deliveries.operations import Message
from notifications.people.models import AccountCopy
from notifications.people.operations import find_people


def tell_sellers(
    work: UnitOfWork, events: Sequence[Event[RenewalFellShort]]
) -> list[Message]:
    """One message a day to each seller whose Credits fell short; none to whom nobody
    knows or who has no address.
    """
    wanted = {event.state.seller_id for event in events}
    if not wanted:
        return []
    statement = select(AccountCopy).where(AccountCopy.id.in_(wanted))
    sellers = {one.id: one for one in work.session.scalars(statement)}
    people = find_people(work, (), {event.state.partner_id for event in events})
    first = {
        event.state.seller_id: event
        for event in reversed(events)
        if event.state.seller_id in sellers
    }
    return [
        _message(event, sellers[seller_id], people.name_of(event.state.partner_id))
        for seller_id, event in first.items()
        if seller_id is not None
    ]


def _message(
    event: Event[RenewalFellShort], seller: AccountCopy, partner: str
) -> Message:
    state = event.state
    kind = MessageKind.CREDITS_FELL_SHORT
    return Message(
        cause_id=event_id(kind.value, seller.id, event.occurred_at.toordinal()),
        template=kind.value,
        values={
            "seller": seller.name,
            "partner": partner,
            "product": state.product_name,
            "ends_at": f"{state.ends_at:%d %B %Y %H:%M} UTC",
            "price": _text(state.price),
            "balance": _text(state.balance),
        },
        receiver=seller.email,
        partner_id=state.partner_id,
        scope=seller.scope,
        request_id=event.context.request_id,
    )


def _text(amount: Money) -> str:
    return f"{amount.decimal()} Credits"
