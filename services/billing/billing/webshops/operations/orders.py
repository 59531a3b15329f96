"""Orders: what shops say of them is taken in under a row lock, whatever the order."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from billing.webshops.messages import (
    Message,
    OrderDeletion,
    OrderRefund,
    ShopLine,
    ShopOrder,
    Standing,
)
from billing.webshops.models import (
    OrderEffect,
    OrderSeat,
    ShopConnection,
    ShopOrderRecord,
)
from billing.webshops.operations.settlement import settle
from billing.webshops.reversal import share_of
from billing.webshops.states import Effect, SeatState
from lineup.contracts.billing import OrderState
from lineup.database import Work
from lineup.ids import new_id


def take_in(work: Work, shop: ShopConnection, message: Message) -> UUID | None:
    """Note what a shop says of an order, then do what follows from all that is known.

    Safe in any order and any number of times: each effect has one row (WS-04, WS-13).
    Returns the order's id; None when an order nobody knows was deleted.
    """
    if isinstance(message, OrderDeletion):
        order = find_order(work, shop, message.external_order_id)
        if order is None:
            return None
        order.is_deleted_at_shop = True
    else:
        order = _noted(work, shop, message)
    settle(work, shop, order)
    return order.id


def find_order(
    work: Work, shop: ShopConnection, external_id: str
) -> ShopOrderRecord | None:
    """A shop's order by the shop's own id, locked."""
    statement = select(ShopOrderRecord).where(
        ShopOrderRecord.shop_id == shop.id, ShopOrderRecord.external_id == external_id
    )
    fresh = statement.with_for_update().execution_options(populate_existing=True)
    return work.session.scalar(fresh)


def _noted(
    work: Work, shop: ShopConnection, message: ShopOrder | OrderRefund
) -> ShopOrderRecord:
    if isinstance(message, OrderRefund):
        order = _locked(work, shop, message.external_order_id)
        _note_refunds(work, shop, [message])
        return order
    order = _locked(work, shop, message.external_id)
    order.learn(message)
    _note_refunds(work, shop, message.refunds)
    if message.proves_payment and _note(work, shop, order.external_id, Effect.PAID):
        work.session.add_all(_seats(work, order, message.lines))
    work.session.flush()
    return order


def _locked(work: Work, shop: ShopConnection, external_id: str) -> ShopOrderRecord:
    """The order's row, locked; made when this is the first to be heard of it."""
    statement = insert(ShopOrderRecord).values(
        id=new_id(),
        version=0,
        shop_id=shop.id,
        external_id=external_id,
        number=external_id,
        partner_id=shop.partner_id,
        scope=shop.scope,
        state=OrderState.RECEIVED,
        currency=shop.currency,
        total_minor=0,
        buyer={},
        standing=Standing.OPEN,
        is_paid=False,
        is_test=False,
        is_deleted_at_shop=False,
        exceptions=[],
        created_at=work.now,
    )
    work.session.execute(statement.on_conflict_do_nothing())
    order = find_order(work, shop, external_id)
    if order is None:
        raise LookupError(f"Order {external_id} vanished.")
    return order


def _note(work: Work, shop: ShopConnection, external_id: str, effect: Effect) -> bool:
    """Claim an effect that happens to an order once; False when it has happened."""
    statement = insert(OrderEffect).values(
        shop_id=shop.id,
        external_order_id=external_id,
        effect=effect,
        refund_id="",
        noted_at=work.now,
        applied_at=work.now,
        amount_minor=0,
        asset="",
        lines=[],
        problem="",
    )
    claimed = statement.on_conflict_do_nothing().returning(OrderEffect.effect)
    return work.session.scalar(claimed) is not None


def _note_refunds(
    work: Work, shop: ShopConnection, refunds: Iterable[OrderRefund]
) -> None:
    """Note each refund once, when money really went back; settling applies it."""
    for refund in refunds:
        if not refund.amount:
            continue
        statement = insert(OrderEffect).values(
            shop_id=shop.id,
            external_order_id=refund.external_order_id,
            effect=Effect.REFUND,
            refund_id=refund.id,
            amount_minor=refund.amount.amount_minor,
            asset=refund.amount.asset,
            lines=[[line.line_id, line.quantity] for line in refund.lines],
            noted_at=work.now,
            applied_at=None,
            problem="",
        )
        work.session.execute(statement.on_conflict_do_nothing())


def _seats(
    work: Work, order: ShopOrderRecord, lines: Sequence[ShopLine]
) -> list[OrderSeat]:
    """A seat for every piece of every line, held until it is looked at (WS-06)."""
    return [
        _seat(work, order.id, line, number)
        for line in lines
        for number in range(line.quantity)
    ]


def _seat(work: Work, order_id: UUID, line: ShopLine, number: int) -> OrderSeat:
    return OrderSeat(
        id=new_id(),
        order_id=order_id,
        line_id=line.id,
        number=number,
        sku=line.sku,
        name=line.name,
        username=line.username,
        amount_minor=share_of(line.amount, number, line.quantity).amount_minor,
        state=SeatState.HELD,
        changed_at=work.now,
    )
