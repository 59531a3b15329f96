"""Orders: what shops say of them is taken in under a row lock, whatever the order."""

from uuid import UUID

from sqlalchemy import and_, inspect, select
from sqlalchemy.dialects.postgresql import Insert, insert

from billing.webshops.messages import (
    Message,
    OrderDeletion,
    OrderDispute,
    OrderRefund,
    PaymentStatus,
    ShopOrder,
)
from billing.webshops.models import (
    OrderEffect,
    ShopConnection,
    ShopOrderRecord,
)
from billing.webshops.operations.duplicates import home_of, lock_same_shop, parts_of
from billing.webshops.operations.order_changes import compare, mark_removed
from billing.webshops.operations.settlement import settle
from billing.webshops.states import Effect
from lineup.contracts.billing.exceptions import ServeDelivery
from lineup.contracts.billing.orders import Buyer, OrderState
from lineup.contracts.billing.refusals import OrderKnown
from lineup.database import UnitOfWork
from lineup.errors import Invalid
from lineup.ids import new_id


def receive(work: UnitOfWork, shop: ShopConnection, message: Message) -> UUID | None:
    """Note what a shop says of an order, then do what follows from all that is known.

    Safe in any order and any number of times: each effect has one row.
    Returns the order's id; None when an order nobody knows was deleted.
    """
    home = _home(work, shop, message)
    if isinstance(message, OrderDeletion):
        order = find_order(work, home, message.external_order_id)
        if order is None:
            return None
        order.is_deleted_at_shop = True
    else:
        order = _noted(work, home, message)
    settle(work, home, order)
    for part in parts_of(work, order):
        settle(work, home, part)
    return order.id


def _home(work: UnitOfWork, shop: ShopConnection, message: Message) -> ShopConnection:
    """The connection that keeps the order of a message, which is ours alone now."""
    if not isinstance(message, ShopOrder):
        lock_same_shop(work, shop, message.external_order_id)
        return home_of(work, shop, message.external_order_id)
    whole = [message.parent_id] if message.parent_id else []
    lock_same_shop(work, shop, *whole, message.external_id)
    return home_of(work, shop, message.external_id, message.key)


def find_order(
    work: UnitOfWork, shop: ShopConnection, external_id: str
) -> ShopOrderRecord | None:
    """A shop's order by the shop's own id, locked."""
    statement = select(ShopOrderRecord).where(
        ShopOrderRecord.shop_id == shop.id, ShopOrderRecord.external_id == external_id
    )
    fresh = statement.with_for_update().execution_options(populate_existing=True)
    return work.session.scalar(fresh)


def create_manual_order(
    work: UnitOfWork, shop: ShopConnection, request: ServeDelivery
) -> ShopOrderRecord:
    """The order that people say a delivery tells of, paid; its row is locked.

    Conflict where its payment was acted on already: it is not served twice.
    """
    external_id = request.external_id.strip()
    if not external_id:
        raise Invalid(fields={"external_id": ["Must not be empty."]})
    order = _locked(work, shop, external_id)
    if not _note(work, order, Effect.PAID):
        raise OrderKnown
    order.number = request.number.strip() or external_id
    order.currency = request.amount.asset
    order.total_minor = request.amount.amount_minor
    buyer = Buyer(
        first_name=request.first_name.strip(),
        last_name=request.last_name.strip(),
        email=request.email.strip(),
    )
    order.buyer, order.is_paid = vars(buyer).copy(), True
    work.session.flush()
    return order


def _noted(
    work: UnitOfWork,
    shop: ShopConnection,
    message: ShopOrder | OrderRefund | OrderDispute,
) -> ShopOrderRecord:
    if isinstance(message, OrderDispute):
        order = _locked(work, shop, message.external_order_id)
        order.learn_dispute(message)
        if message.is_lost:
            _note_refund(work, order, _charged_back(message))
        return order
    if isinstance(message, OrderRefund):
        order = _locked(work, shop, message.external_order_id)
        _note_taken_out(work, order, message)
        _note_refund(work, order, message)
        return order
    order = _locked(work, shop, message.external_id)
    is_newest = not order.is_older(message)
    order.learn(message)
    for refund in message.refunds:
        _note_refund(work, order, refund)
    _note_lines(work, order, message, is_newest=is_newest)
    return order


def _note_lines(
    work: UnitOfWork, order: ShopOrderRecord, message: ShopOrder, *, is_newest: bool
) -> None:
    """Compare what is served with a paid order; nothing is undone by what is unread."""
    is_new = message.proves_payment and _note(work, order, Effect.PAID)
    is_changed = is_newest and order.is_paid and message.standing is PaymentStatus.PAID
    if is_new or (is_changed and not order.is_unreadable):
        compare(work, order, message.lines)
    work.session.flush()


def _locked(
    work: UnitOfWork, shop: ShopConnection, external_id: str
) -> ShopOrderRecord:
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
        standing=PaymentStatus.OPEN,
        is_paid=False,
        is_test=False,
        is_deleted_at_shop=False,
        exceptions=[],
        created_at=work.now,
    )
    made = statement.on_conflict_do_nothing().returning(ShopOrderRecord)
    order = work.session.scalar(made) or find_order(work, shop, external_id)
    if order is None:
        raise LookupError(f"Order {external_id} vanished.")
    return order


def _note(work: UnitOfWork, order: ShopOrderRecord, effect: Effect) -> bool:
    """Claim an effect that happens to an order once; False when it has happened."""
    statement = _effect(work, order, effect)
    claimed = statement.on_conflict_do_nothing().returning(OrderEffect.effect)
    return work.session.scalar(claimed) is not None


def _note_taken_out(
    work: UnitOfWork, order: ShopOrderRecord, refund: OrderRefund
) -> None:
    """Mark once the lines that left an order by a refund of nothing."""
    if refund.amount or not refund.lines:
        return
    statement = _effect(work, order, Effect.REFUND, refund)
    claimed = statement.on_conflict_do_nothing().returning(OrderEffect.effect)
    if work.session.scalar(claimed) is not None:
        mark_removed(work, order, refund.lines)


def _charged_back(dispute: OrderDispute) -> OrderRefund:
    """The refund that a lost dispute is."""
    return OrderRefund(
        external_order_id=dispute.external_order_id,
        id=f"dispute {dispute.id}",
        amount=dispute.amount,
    )


def _note_refund(work: UnitOfWork, order: ShopOrderRecord, refund: OrderRefund) -> None:
    """Note each refund once, and its money once that went back; settling applies it."""
    if not refund.amount and not refund.lines:
        return
    statement = _effect(work, order, Effect.REFUND, refund)
    names = ("amount_minor", "asset", "lines", "purpose", "applied_at")
    late = statement.on_conflict_do_update(
        index_elements=list(inspect(OrderEffect).primary_key),
        set_={name: statement.excluded[name] for name in names},
        where=and_(
            OrderEffect.amount_minor == 0, statement.excluded["amount_minor"] != 0
        ),
    )
    work.session.execute(late)


def _effect(
    work: UnitOfWork,
    order: ShopOrderRecord,
    effect: Effect,
    refund: OrderRefund | None = None,
) -> Insert:
    """What happened to an order; a refund of money is still to be applied."""
    is_open = refund is not None and bool(refund.amount)
    return insert(OrderEffect).values(
        shop_id=order.shop_id,
        external_order_id=order.external_id,
        effect=effect,
        refund_id=refund.id if refund else "",
        amount_minor=refund.amount.amount_minor if refund else 0,
        asset=refund.amount.asset if refund else "",
        lines=[[line.line_id, line.quantity] for line in refund.lines]
        if refund
        else [],
        purpose=refund.purpose if refund else "",
        noted_at=work.now,
        applied_at=None if is_open else work.now,
        problem="",
    )
