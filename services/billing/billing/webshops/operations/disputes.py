"""Users of disputed orders: switched off, where the shop is set so, and on again."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import func, select

from billing.webshops.models import OrderSeat, ShopConnection, ShopOrderRecord
from billing.webshops.states import SeatState
from lineup.contracts.billing.orders import UsersHeldBack
from lineup.database import UnitOfWork


def hold_users_back(
    work: UnitOfWork, order: ShopOrderRecord, seats: Iterable[OrderSeat]
) -> None:
    """Switch off whom a disputed order serves, where the shop is set so, and on again
    when the dispute is over or people have settled it, unless another one goes on.
    """
    is_open = any(text in order.exceptions for text in order.disputed)
    is_to_be = is_open and _suspends(work, order)
    users = {seat.user_id for seat in seats if seat.state == SeatState.FILLED}
    if is_to_be == order.holds_users_back or not (users or order.holds_users_back):
        return
    order.holds_users_back = is_to_be
    order.version += 1
    concerned = {seat.user_id for seat in seats if seat.user_id is not None}
    kept = _held_back_by_others(work, order, concerned)
    work.announce(
        UsersHeldBack(
            id=order.id,
            version=order.version,
            partner_id=order.partner_id,
            user_ids=sorted(concerned if is_to_be else concerned - kept),
            are_held_back=is_to_be,
        )
    )


def _suspends(work: UnitOfWork, order: ShopOrderRecord) -> bool:
    """Whether an order's shop is set to switch off whom a disputed one serves."""
    return work.session.get_one(ShopConnection, order.shop_id).suspends_disputed


def _held_back_by_others(
    work: UnitOfWork, order: ShopOrderRecord, user_ids: Collection[UUID]
) -> set[UUID]:
    """Which of these users another disputed order holds back, too.

    One partner's are looked at one after another: of two disputes that end together
    the later one must see that the other is over.
    """
    key = func.hashtextextended(f"held back {order.partner_id}", 0)
    work.session.execute(select(func.pg_advisory_xact_lock(key)))
    others = (
        select(OrderSeat.user_id)
        .join(ShopOrderRecord, ShopOrderRecord.id == OrderSeat.order_id)
        .where(
            ShopOrderRecord.partner_id == order.partner_id,
            ShopOrderRecord.id != order.id,
            ShopOrderRecord.holds_users_back,
            OrderSeat.state == SeatState.FILLED,
            OrderSeat.user_id.in_(user_ids),
        )
    )
    return {user_id for user_id in work.session.scalars(others) if user_id}
