"""Which user an order feeds: a renewal runs on who ran before, it makes nobody new.

What is remembered are the orders themselves: each knows the shop's customer and
subscription, and each of its seats the user that had it.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select

from billing.catalog.models import Plan
from billing.people import operations as people
from billing.subscriptions import operations as subscriptions
from billing.webshops.models import OrderSeat, ShopOrderRecord
from lineup.database import UnitOfWork

WHICH_USER = "which_user"


def remembered_customer(work: UnitOfWork, order: ShopOrderRecord) -> UUID | None:
    """Whom the shop's customer was in an earlier order, however the mail reads now."""
    if not order.shop_customer_id:
        return None
    statement = (
        select(ShopOrderRecord.customer_id)
        .where(
            ShopOrderRecord.shop_id == order.shop_id,
            ShopOrderRecord.shop_customer_id == order.shop_customer_id,
            ShopOrderRecord.id != order.id,
            ShopOrderRecord.customer_id.is_not(None),
            _has_seat_of_its_own(),
        )
        .order_by(ShopOrderRecord.id.desc())
    )
    known = work.session.scalar(statement.limit(1))
    if known is None:
        return None
    living = people.find_customer(work, order.partner_id, customer_id=known)
    return living.id if living else None


def buyer_of(work: UnitOfWork, order: ShopOrderRecord) -> UUID | None:
    """The customer who bought, as far as he is known already."""
    known = remembered_customer(work, order)
    if known is not None:
        return known
    email = order.buyer.get("email", "")
    found = people.find_customer(work, order.partner_id, email=email)
    return found.id if found else None


def choose_users(
    work: UnitOfWork, order: ShopOrderRecord, line: Sequence[OrderSeat], plan: Plan
) -> str:
    """Say which users a renewal's line runs on; `which_user` where that is not plain.

    A buyer who has no user at all gets one, as with any order.
    """
    silent = [seat for seat in line if _says_nobody(seat)]
    if not order.is_renewal or not silent:
        return ""
    users = _fed_before(work, order, line)
    if users is None:
        users = _likely(work, order, plan, len(silent))
        if not users:
            return ""
    if len(users) != len(silent):
        return WHICH_USER
    for seat, user_id in zip(silent, users, strict=True):
        seat.user_id = user_id
    return ""


def _says_nobody(seat: OrderSeat) -> bool:
    return seat.is_held and not seat.username and seat.user_id is None


def _has_seat_of_its_own() -> ColumnElement[bool]:
    """Whether an order served a user that it did not name: one of its buyer's."""
    return exists().where(
        OrderSeat.order_id == ShopOrderRecord.id,
        OrderSeat.username == "",
        OrderSeat.user_id.is_not(None),
    )


def _fed_before(
    work: UnitOfWork, order: ShopOrderRecord, line: Sequence[OrderSeat]
) -> list[UUID] | None:
    """Whom the subscription's newest order fed by such a line; None: no such order."""
    if not order.subscription_id:
        return None
    statement = (
        select(ShopOrderRecord.id)
        .where(_is_of(order), _fed_somebody())
        .order_by(ShopOrderRecord.id.desc())
    )
    before = work.session.scalar(statement.limit(1))
    if before is None:
        return None
    seats = work.session.scalars(
        select(OrderSeat)
        .where(OrderSeat.order_id == before, OrderSeat.user_id.is_not(None))
        .order_by(OrderSeat.line_id, OrderSeat.number)
    ).all()
    alike = [seat for seat in seats if seat.sku == line[0].sku] or seats
    living = people.living_users(work, [seat.user_id for seat in alike if seat.user_id])
    return [seat.user_id for seat in alike if seat.user_id in living]


def _is_of(order: ShopOrderRecord) -> ColumnElement[bool]:
    """The other orders of the same subscription of the same shop."""
    return and_(
        ShopOrderRecord.shop_id == order.shop_id,
        ShopOrderRecord.subscription_id == order.subscription_id,
        ShopOrderRecord.id != order.id,
    )


def _fed_somebody() -> ColumnElement[bool]:
    return exists().where(
        OrderSeat.order_id == ShopOrderRecord.id, OrderSeat.user_id.is_not(None)
    )


def _likely(
    work: UnitOfWork, order: ShopOrderRecord, plan: Plan, wanted: int
) -> list[UUID] | None:
    """The buyer's users that have, or had last, the plan's product.

    Where he has one user only, that one; who is fed by another subscription is not.
    """
    buyer = buyer_of(work, order)
    if buyer is None:
        return None
    users = [user.id for user in people.users_of(work, buyer)]
    free = [user for user in users if user not in _fed_by_others(work, order, users)]
    last = subscriptions.last_products(work, free)
    of_product = [user for user in free if last.get(user) == plan.product_id]
    if len(of_product) == wanted or len(free) > 1:
        return of_product or free
    return free


def _fed_by_others(
    work: UnitOfWork, order: ShopOrderRecord, users: Sequence[UUID]
) -> set[UUID | None]:
    """Which of these users another subscription of the shop runs on."""
    statement = (
        select(OrderSeat.user_id)
        .join(ShopOrderRecord, ShopOrderRecord.id == OrderSeat.order_id)
        .where(
            OrderSeat.user_id.in_(users),
            ShopOrderRecord.shop_id == order.shop_id,
            ShopOrderRecord.subscription_id != "",
            ShopOrderRecord.subscription_id != order.subscription_id,
        )
    )
    return set(work.session.scalars(statement))
