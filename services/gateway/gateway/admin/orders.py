"""Pages about shop orders, and what of them people must look at (WS-07)."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from gateway.admin import choices
from gateway.admin.exceptions import order_trouble
from gateway.admin.shops import pages
from gateway.asking import context
from gateway.ground import clients
from gateway.panel.filters import Choice, Id, Text
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.billing import (
    GetOrder,
    ListOrders,
    OrderState,
    ReplayOrder,
)

__all__ = ["pages"]
"""The shops' pages, with these hung into them."""

ORDERS = Table(
    "orders",
    Column("number", "Order"),
    Column("state", "State"),
    Column("buyer_email", "Buyer"),
    Column("total", "Total", is_numeric=True),
    Column("seats", "Users", is_numeric=True),
    Column("shop_name", "Shop"),
    Column("created_at", "When"),
    filters=(
        Text("Number or mail begins with"),
        Choice("state", "State", OrderState),
        Choice("shop_id", "Shop", convert=UUID),
        Id("customer_id", "Customer"),
    ),
)


@pages.get("/orders")
@page_for(PARTNERS_AND_SUPPORT)
def list_orders() -> str:
    """Orders of all shops; of state `exception` those with something to look at."""
    rows = ORDERS.asked().later(clients().billing.list_orders, ListOrders)
    shops = choices.shops()
    listing = rows.shown(shop_id=shops())
    return render_template(
        "admin/shops/orders.html", listing=listing, trouble=order_trouble
    )


@pages.get("/orders/<uuid:order_id>")
@page_for(PARTNERS_AND_SUPPORT)
def show_order(order_id: UUID) -> str:
    """One order: what is wrong, its pieces, and what happened to it."""
    question = GetOrder(order_id=order_id)
    order = clients().billing.get_order(context(), question)
    return render_template(
        "admin/shops/order.html",
        order=order,
        troubles=[order_trouble(one) for one in order.exceptions],
    )


@pages.post("/orders/<uuid:order_id>/replay")
@page_for(PARTNERS)
def replay_order(order_id: UUID) -> Answer:
    """Try an order's exceptions again."""
    order = clients().billing.replay_order(context(), ReplayOrder(order_id=order_id))
    left = len(order.exceptions)
    if left:
        flash(f"The order was tried again; {left} exceptions are left.", "warning")
    else:
        flash("The order was tried again; nothing is wrong with it any more.")
    return redirect(url_for("shops_pages.show_order", order_id=order_id))
