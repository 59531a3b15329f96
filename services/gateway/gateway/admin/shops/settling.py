"""Pages on which people settle what could not be done with an order by itself."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gateway.admin.shops.exceptions import order_issue
from gateway.admin.shops.forms import (
    CloseForm,
    ServeDeliveryForm,
    ServeForm,
    UserForm,
    facts_in,
)
from gateway.admin.shops.orders import pages
from gateway.panel.forms import LineupForm, form_page, go_to, status_of, submit
from gateway.panel.guard import page_for
from gateway.request_context import ask
from lineup.context import PARTNERS
from lineup.contracts.accounts.users import ListUsers
from lineup.contracts.billing.catalog import ListProducts, ProductView
from lineup.contracts.billing.exceptions import (
    AcceptOrder,
    ChooseUser,
    CloseDelivery,
    IgnoreSku,
    ServeOrder,
)
from lineup.contracts.billing.orders import GetOrder, OrderView, SeatView
from lineup.contracts.billing.shops import GetShop, GetShopDelivery
from lineup.contracts.paging import MAX_LIMIT, Paging
from lineup.errors import Invalid, NotFound

__all__ = ["pages"]
"""The shops' pages, with these hung into them."""


@pages.route("/orders/<uuid:order_id>/close", methods=["GET", "POST"])
@page_for(PARTNERS)
def close_exception(order_id: UUID) -> ResponseReturnValue:
    """Settle one exception of an order: done by hand, or nothing is to be done."""
    exception = request.args.get("exception", "")
    order = _order(order_id)
    form = CloseForm()
    form.choose_from(order)
    to_request = form.to_request
    return form_page(
        "admin/shops/close.html",
        form,
        lambda: ask(to_request(order_id, exception)),
        lambda _: go_to(_address(order_id), "The exception was closed."),
        order=order,
        trouble=order_issue(exception),
    )


@pages.post("/orders/<uuid:order_id>/accept")
@page_for(PARTNERS)
def accept_order(order_id: UUID) -> ResponseReturnValue:
    """Serve an order as it is."""
    order = ask(AcceptOrder(order_id=order_id))
    left = len(order.exceptions)
    message = f"The order was accepted. {left} exceptions remain."
    flash(message if left else "The order was accepted and is being fulfilled.")
    return redirect(_address(order_id))


@pages.post("/orders/<uuid:order_id>/ignore-sku")
@page_for(PARTNERS)
def ignore_sku(order_id: UUID) -> ResponseReturnValue:
    """Never list what the order's shop sells under a SKU."""
    sku = request.form.get("sku", "")
    rpc_request = IgnoreSku(shop_id=_order(order_id).shop_id, sku=sku)
    shop = ask(rpc_request)
    flash(
        f"{sku} is now ignored for {shop.name}. You can undo this in the shop settings."
    )
    return redirect(_address(order_id))


@pages.route("/orders/<uuid:order_id>/pieces/<uuid:seat_id>", methods=["GET", "POST"])
@page_for(PARTNERS)
def choose_user(order_id: UUID, seat_id: UUID) -> ResponseReturnValue:
    """Say which user a piece of an order runs on."""
    order = _order(order_id)
    form = UserForm()
    return form_page(
        "admin/shops/user.html",
        form,
        lambda: _choose(order_id, seat_id, form),
        lambda _: go_to(_address(order_id), "User chosen. The item is being retried."),
        order=order,
        piece=_order_item(order, seat_id),
    )


@pages.route("/orders/<uuid:order_id>/serve", methods=["GET", "POST"])
@page_for(PARTNERS)
def serve_order(order_id: UUID) -> ResponseReturnValue:
    """Serve a piece of an order by hand, or one piece more than the shop told of."""
    order = _order(order_id)
    seat_id = request.args.get("piece", type=UUID)
    order_item = _order_item(order, seat_id) if seat_id else None
    form = ServeForm(
        amount=(order_item.amount if order_item else order.total).decimal()
    )
    form.choose_from(_products())
    served = submit(form, lambda: _serve(order, seat_id, form))
    if served is not None:
        flash("The item is being fulfilled.")
        return redirect(_address(order_id))
    page = render_template(
        "admin/shops/serve.html",
        form=form,
        order=order,
        piece=order_item,
        payload=_payload_of(order),
    )
    return page, status_of(form)


@pages.route("/shop-deliveries/<uuid:delivery_id>/serve", methods=["GET", "POST"])
@page_for(PARTNERS)
def serve_delivery(delivery_id: UUID) -> ResponseReturnValue:
    """Serve by hand what a delivery wanted that could not be read."""
    delivery = ask(GetShopDelivery(delivery_id=delivery_id))
    shop = ask(GetShop(shop_id=delivery.shop_id))
    form = ServeDeliveryForm(**facts_in(delivery.body))
    form.choose_from(_products())
    return form_page(
        "admin/shops/serve_delivery.html",
        form,
        lambda: ask(form.to_request(delivery_id, shop.currency, _user_of(form))),
        lambda served: go_to(
            _address(served.id), "The order was created and is being fulfilled."
        ),
        delivery=delivery,
        shop=shop,
    )


@pages.route("/shop-deliveries/<uuid:delivery_id>/close", methods=["GET", "POST"])
@page_for(PARTNERS)
def close_delivery(delivery_id: UUID) -> ResponseReturnValue:
    """Say that a parked delivery needs no look any more."""
    form = NoteForm()
    to_request = form.to_request
    closed = submit(
        form,
        lambda: ask(to_request(delivery_id)),
    )
    back = url_for("shops_pages.show_delivery", delivery_id=delivery_id)
    if closed is not None:
        flash("The delivery was closed.")
        return redirect(back)
    page = render_template("admin/shops/close_delivery.html", form=form, back=back)
    return page, status_of(form)


class NoteForm(LineupForm):
    """What is said when a delivery is closed."""

    note = CloseForm.note

    def to_request(self, delivery_id: UUID) -> CloseDelivery:
        """The delivery to be closed."""
        return CloseDelivery(delivery_id=delivery_id, note=self.note.data or "")


def _choose(order_id: UUID, seat_id: UUID, form: UserForm) -> OrderView:
    rpc_request = ChooseUser(order_id=order_id, seat_id=seat_id, user_id=_user_of(form))
    return ask(rpc_request)


def _serve(order: OrderView, seat_id: UUID | None, form: ServeForm) -> OrderView:
    rpc_request = ServeOrder(
        order_id=order.id,
        seat_id=seat_id,
        plan_id=UUID(form.plan_id.data),
        user_id=_user_of(form),
        amount=form.paid(order.total.asset),
    )
    return ask(rpc_request)


def _user_of(form: UserForm) -> UUID | None:
    """The user of that very name; None for none given. Invalid where nobody has it."""
    name = (form.username.data or "").strip().lower()
    if not name:
        return None
    rpc_request = ListUsers(search=name, paging=Paging(limit=MAX_LIMIT))
    found = ask(rpc_request).items
    for user in found:
        if user.username == name:
            return user.id
    raise Invalid(fields={"username": ["There is no user with this name."]})


def _products() -> list[ProductView]:
    rpc_request = ListProducts(
        on_sale=True, paging=Paging(limit=MAX_LIMIT, order="name")
    )
    return list(ask(rpc_request).items)


def _order(order_id: UUID) -> OrderView:
    return ask(GetOrder(order_id=order_id))


def _payload_of(order: OrderView) -> str:
    """Last webhook payload of an order, as far as it is kept still."""
    ids = [step.delivery_id for step in order.history if step.delivery_id]
    if not ids:
        return ""
    rpc_request = GetShopDelivery(delivery_id=ids[-1])
    return ask(rpc_request).body


def _order_item(order: OrderView, seat_id: UUID) -> SeatView:
    for order_item in order.pieces:
        if order_item.id == seat_id:
            return order_item
    raise NotFound


def _address(order_id: UUID) -> str:
    return url_for("shops_pages.show_order", order_id=order_id)
