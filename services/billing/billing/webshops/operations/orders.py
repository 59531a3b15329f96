"""Orders: what shops say of them is taken in under a row lock, whatever the order."""

from collections.abc import Sequence

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
    OrderSeat,
    ShopConnection,
    ShopOrderRecord,
)
from billing.webshops.operations.duplicates import (
    Home,
    home_of,
    lock_same_shop,
    parts_of,
)
from billing.webshops.operations.order_changes import compare, mark_removed
from billing.webshops.operations.settlement import settle
from billing.webshops.states import Effect
from lineup.contracts.billing.exceptions import ServeDelivery
from lineup.contracts.billing.orders import Buyer, OrderState
from lineup.contracts.billing.refusals import OrderKnown
from lineup.database import UnitOfWork
from lineup.errors import Invalid
from lineup.ids import new_id


def receive(
    work: UnitOfWork, shop: ShopConnection, message: Message
) -> ShopOrderRecord | None:
    """Note what a shop says of an order, then do what follows from all that is known.

    Safe in any order and any number of times: each effect has one row.
    Returns the order; None when one that nobody knows was deleted.
    """
    home = _home(work, shop, message)
    with work.session.no_autoflush:  # a new one is written once, when it is settled
        order, seats = _noted(work, home, message)
        if order is None:
            return None
        parts = parts_of(work, order)
    settle(work, home.shop, order, parts=parts, seats=seats)
    for part in parts:
        settle(work, home.shop, part)
    return order


def _home(work: UnitOfWork, shop: ShopConnection, message: Message) -> Home:
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
    lock_same_shop(work, shop, external_id)
    order = find_order(work, shop, external_id) or _new(work, shop, external_id)
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
    work: UnitOfWork, home: Home, message: Message
) -> tuple[ShopOrderRecord | None, Sequence[OrderSeat] | None]:
    """The order of a message, and its seats where the message was compared with them.

    One that is new is not written yet, unless money went back. None where an order is
    deleted that nobody knows.
    """
    if isinstance(message, OrderDeletion):
        known = find_order(work, home.shop, message.external_order_id)
        if known is not None:
            known.is_deleted_at_shop = True
        return known, None
    if isinstance(message, ShopOrder):
        order = _locked(work, home, message.external_id)
        said = message.naming_nobody() if order.is_erased else message
        seats = _note_order(work, order, said)
        if message.refunds:
            work.session.flush()
        return order, seats
    order = _locked(work, home, message.external_order_id)
    work.session.flush()
    if isinstance(message, OrderRefund):
        _note_taken_out(work, order, message)
        _note_refund(work, order, message)
    else:
        _note_dispute(work, order, message)
    return order, None


def _note_dispute(
    work: UnitOfWork, order: ShopOrderRecord, dispute: OrderDispute
) -> None:
    """Note what is disputed; the money of a lost one went back."""
    order.learn_dispute(dispute)
    if dispute.is_lost:
        _note_refund(work, order, _charged_back(dispute))


def _note_order(
    work: UnitOfWork, order: ShopOrderRecord, message: ShopOrder
) -> Sequence[OrderSeat] | None:
    """Compare what is served with a paid order; nothing is undone by what is unread."""
    is_newest = not order.is_older(message)
    order.learn(message)
    for refund in message.refunds:
        _note_refund(work, order, refund)
    is_new = message.proves_payment and _note(work, order, Effect.PAID)
    is_changed = is_newest and order.is_paid and message.standing is PaymentStatus.PAID
    if is_new or (is_changed and not order.is_unreadable):
        return compare(work, order, message.lines)
    return None


def _locked(work: UnitOfWork, home: Home, external_id: str) -> ShopOrderRecord:
    """The order's row, locked; made when this is the first to be heard of it."""
    known = find_order(work, home.shop, external_id) if home.is_known else None
    return known or _new(work, home.shop, external_id)


def _new(work: UnitOfWork, shop: ShopConnection, external_id: str) -> ShopOrderRecord:
    """An order that nobody has heard of; its id is locked."""
    order = ShopOrderRecord(
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
        paid_minor=0,
        problem="",
        disputes={},
        shop_parent_id="",
        buyer={},
        standing=PaymentStatus.OPEN,
        is_paid=False,
        is_test=False,
        is_deleted_at_shop=False,
        is_accepted=False,
        is_erased=False,
        keeps_money=False,
        holds_users_back=False,
        exceptions=[],
        created_at=work.now,
    )
    work.session.add(order)
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
