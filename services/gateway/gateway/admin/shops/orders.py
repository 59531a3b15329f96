"""Pages about shop orders, and what of them people must look at."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import render_template, url_for
from werkzeug.wrappers import Response as Answer

from gateway.admin import choices
from gateway.admin.shops.connections import pages
from gateway.admin.shops.exceptions import delivery_issue, order_issue
from gateway.admin.shops.forms import SETTLEMENTS
from gateway.panel.filters import Choice, Id, TextFilter
from gateway.panel.forms import go_to
from gateway.panel.guard import page_for
from gateway.panel.optional_results import optional
from gateway.panel.tables import Column, Table
from gateway.request_context import ask, ask_later
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.billing.orders import (
    GetOrder,
    ListOrders,
    OrderState,
    ReplayOrder,
)
from lineup.contracts.billing.shops import (
    DeliveryVerdict,
    ListShopDeliveries,
    ShopDeliveryView,
)
from lineup.contracts.paging import Paging

FEW = Paging(limit=5)
ORDERS = Table(
    "orders",
    Column("number", "Order"),
    Column("state", "Status"),
    Column("buyer_email", "Buyer"),
    Column("total", "Total", is_numeric=True),
    Column("seats", "Users", is_numeric=True),
    Column("shop_name", "Shop"),
    Column("created_at", "Date"),
    filters=(
        TextFilter("Order number or email starts with"),
        Choice("state", "Status", OrderState),
        Choice("shop_id", "Shop", convert=UUID),
        Id("customer_id", "Customer"),
    ),
)


@pages.get("/orders")
@page_for(PARTNERS_AND_SUPPORT)
def list_orders() -> str:
    """Orders of all shops; of state `exception` those with something to look at.

    Above them what shops delivered and nothing could be done with.
    """
    narrowed = ORDERS.listing()
    rows = narrowed.later(ListOrders)
    parked = _parked(narrowed.filters)
    shops = choices.shops()
    return render_template(
        "admin/shops/orders.html",
        listing=rows.with_options(shop_id=shops()),
        trouble=order_issue,
        parked=parked(),
        delivery_trouble=delivery_issue,
        shop_id=narrowed.filters.get("shop_id"),
    )


def _parked(filters: Mapping[str, Any]) -> Callable[[], Sequence[ShopDeliveryView]]:
    """Deliveries to look at, asked for now; none beside orders that are as they be."""
    if filters.get("state", OrderState.EXCEPTION) is not OrderState.EXCEPTION:
        return list
    rpc_request = ListShopDeliveries(
        shop_id=filters.get("shop_id"), verdict=DeliveryVerdict.PARKED, paging=FEW
    )
    answer = ask_later(rpc_request)

    def found() -> Sequence[ShopDeliveryView]:
        page = optional(answer).value
        return page.items if page else []

    return found


@pages.get("/orders/<uuid:order_id>")
@page_for(PARTNERS_AND_SUPPORT)
def show_order(order_id: UUID) -> str:
    """One order: what is wrong, its pieces, and what happened to it."""
    order = ask(GetOrder(order_id=order_id))
    return render_template(
        "admin/shops/order.html",
        order=order,
        troubles=[order_issue(one) for one in order.exceptions],
        closed=[(order_issue(one.exception), one) for one in order.closed],
        settlements=SETTLEMENTS,
    )


@pages.post("/orders/<uuid:order_id>/replay")
@page_for(PARTNERS, asks=ReplayOrder)
def replay_order(order_id: UUID) -> Answer:
    """Try an order's exceptions again."""
    order = ask(ReplayOrder(order_id=order_id))
    address = url_for("shops_pages.show_order", order_id=order_id)
    if left := len(order.exceptions):
        return go_to(address, f"Retried. {left} exceptions remain.", "warning")
    return go_to(address, "Retried. All problems are resolved.")
