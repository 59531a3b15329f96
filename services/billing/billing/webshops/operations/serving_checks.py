"""What speaks against serving a paid line by itself."""

from collections.abc import Sequence

from billing.catalog.models import Plan
from billing.webshops.models import OrderSeat, ShopConnection, ShopOrderRecord


def problem_of(
    shop: ShopConnection,
    order: ShopOrderRecord,
    seats: Sequence[OrderSeat],
    line: Sequence[OrderSeat],
    plan: Plan | None,
) -> str:
    """Why the held pieces of a paid line cannot be served by themselves."""
    if order.is_test and not order.is_accepted:
        return "test_order"
    if plan is None and not order.is_unreadable:
        return "unknown_sku" if line[0].sku else "no_sku"
    return (
        _orders_problem(shop, order)
        or next((seat.unreadable for seat in line if seat.unreadable), "")
        or _amounts_problem(shop, order, seats, line, plan)
    )


def _orders_problem(shop: ShopConnection, order: ShopOrderRecord) -> str:
    """Why nothing of an order can be served by itself."""
    if order.problem and order.own_status not in shop.paid_statuses:
        return order.problem.partition(":")[0]
    return "wrong_currency" if order.currency != shop.currency else ""


def _amounts_problem(
    shop: ShopConnection,
    order: ShopOrderRecord,
    seats: Sequence[OrderSeat],
    line: Sequence[OrderSeat],
    plan: Plan | None,
) -> str:
    """Whether a line was paid as its plan costs, or a little less where the shop may;
    and no more is booked than paid.
    """
    if plan is None or plan.price.asset != order.currency:
        return "wrong_currency"
    paid = sum(seat.amount_minor for seat in line)
    sold = sum(seat.amount_minor for seat in seats if seat.is_sold)
    if order.total_minor > order.paid_minor or sold + paid > order.paid_minor:
        return "rest_unpaid"
    is_low = paid < shop.least_for(plan.price_minor) * len(line)
    return "low_amount" if is_low and not order.is_accepted else ""
