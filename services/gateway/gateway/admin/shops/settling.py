"""Pages on which people settle what could not be done with an order by itself."""

from uuid import UUID

from flask import request, url_for
from flask.typing import ResponseReturnValue

from gateway.admin.shops.connections import pages
from gateway.admin.shops.exceptions import order_issue
from gateway.admin.shops.forms import (
    CloseForm,
    NoteForm,
    ServeDeliveryForm,
    ServeForm,
    UserForm,
    facts_in,
)
from gateway.panel.forms import form_page, go_to
from gateway.panel.guard import page_for
from gateway.request_context import ask
from lineup.context import PARTNERS
from lineup.contracts.accounts.users import ListUsers
from lineup.contracts.billing.catalog import ListProducts, ProductView
from lineup.contracts.billing.exceptions import (
    AcceptOrder,
    ChooseUser,
    CloseDelivery,
    CloseException,
    IgnoreSku,
    ServeDelivery,
    ServeOrder,
)
from lineup.contracts.billing.orders import GetOrder, OrderView, SeatView
from lineup.contracts.billing.shops import GetShop, GetShopDelivery
from lineup.contracts.paging import MAX_LIMIT, Paging
from lineup.errors import Invalid, NotFound


@pages.route("/orders/<uuid:order_id>/close", methods=["GET", "POST"])
@page_for(PARTNERS, asks=CloseException)
def close_exception(order_id: UUID) -> ResponseReturnValue:
    """Settle one exception of an order: done by hand, or nothing is to be done."""
    exception = request.args.get("exception", "")
    order = _order(order_id)
    form = CloseForm()
    form.choose_from(order)
    return form_page(
        "admin/shops/close.html",
        form,
        lambda: ask(form.to(CloseException, order_id=order_id, exception=exception)),
        lambda _: go_to(_address(order_id), "The exception was closed."),
        order=order,
        trouble=order_issue(exception),
    )


@pages.post("/orders/<uuid:order_id>/accept")
@page_for(PARTNERS, asks=AcceptOrder)
def accept_order(order_id: UUID) -> ResponseReturnValue:
    """Serve an order as it is."""
    order = ask(AcceptOrder(order_id=order_id))
    left = len(order.exceptions)
    rest = f". {left} exceptions remain." if left else " and is being fulfilled."
    return go_to(_address(order_id), f"The order was accepted{rest}")


@pages.post("/orders/<uuid:order_id>/ignore-sku")
@page_for(PARTNERS, asks=IgnoreSku)
def ignore_sku(order_id: UUID) -> ResponseReturnValue:
    """Never list what the order's shop sells under a SKU."""
    sku = request.form.get("sku", "")
    shop = ask(IgnoreSku(shop_id=_order(order_id).shop_id, sku=sku))
    return go_to(
        _address(order_id),
        f"{sku} is now ignored for {shop.name}. "
        "You can undo this in the shop settings.",
    )


@pages.route("/orders/<uuid:order_id>/pieces/<uuid:seat_id>", methods=["GET", "POST"])
@page_for(PARTNERS, asks=ChooseUser)
def choose_user(order_id: UUID, seat_id: UUID) -> ResponseReturnValue:
    """Say which user a piece of an order runs on."""
    order = _order(order_id)
    form = UserForm()
    return form_page(
        "admin/shops/user.html",
        form,
        lambda: ask(
            ChooseUser(order_id=order_id, seat_id=seat_id, user_id=_user_of(form))
        ),
        lambda _: go_to(_address(order_id), "User chosen. The item is being retried."),
        order=order,
        piece=_order_item(order, seat_id),
    )


@pages.route("/orders/<uuid:order_id>/serve", methods=["GET", "POST"])
@page_for(PARTNERS, asks=ServeOrder)
def serve_order(order_id: UUID) -> ResponseReturnValue:
    """Serve a piece of an order by hand, or one piece more than the shop told of."""
    order = _order(order_id)
    seat_id = request.args.get("piece", type=UUID)
    order_item = _order_item(order, seat_id) if seat_id else None
    form = ServeForm(
        amount=(order_item.amount if order_item else order.total).decimal()
    )
    form.choose_from(_products())
    return form_page(
        "admin/shops/serve.html",
        form,
        lambda: ask(
            form.to(
                ServeOrder,
                order_id=order_id,
                seat_id=seat_id,
                user_id=_user_of(form),
                amount=form.money(order.total.asset),
            )
        ),
        lambda _: go_to(_address(order_id), "The item is being fulfilled."),
        order=order,
        piece=order_item,
        payload=lambda: _payload_of(order),
    )


@pages.route("/shop-deliveries/<uuid:delivery_id>/serve", methods=["GET", "POST"])
@page_for(PARTNERS, asks=ServeDelivery)
def serve_delivery(delivery_id: UUID) -> ResponseReturnValue:
    """Serve by hand what a delivery wanted that could not be read."""
    delivery = ask(GetShopDelivery(delivery_id=delivery_id))
    shop = ask(GetShop(shop_id=delivery.shop_id))
    form = ServeDeliveryForm(**facts_in(delivery.body))
    form.choose_from(_products())
    return form_page(
        "admin/shops/serve_delivery.html",
        form,
        lambda: ask(
            form.to(
                ServeDelivery,
                delivery_id=delivery_id,
                user_id=_user_of(form),
                amount=form.money(shop.currency),
            )
        ),
        lambda served: go_to(
            _address(served.id), "The order was created and is being fulfilled."
        ),
        delivery=delivery,
        shop=shop,
    )


@pages.route("/shop-deliveries/<uuid:delivery_id>/close", methods=["GET", "POST"])
@page_for(PARTNERS, asks=CloseDelivery)
def close_delivery(delivery_id: UUID) -> ResponseReturnValue:
    """Say that a parked delivery needs no look any more."""
    form = NoteForm()
    back = url_for("shops_pages.show_delivery", delivery_id=delivery_id)
    return form_page(
        "admin/shops/close_delivery.html",
        form,
        lambda: ask(form.to(CloseDelivery, delivery_id=delivery_id)),
        lambda _: go_to(back, "The delivery was closed."),
        back=back,
    )


def _user_of(form: UserForm) -> UUID | None:
    """The user of that very name; None for none given. Invalid where nobody has it."""
    name = (form.username.data or "").strip().lower()
    if not name:
        return None
    for user in ask(ListUsers(search=name, paging=Paging(limit=MAX_LIMIT))).items:
        if user.username == name:
            return user.id
    raise Invalid(fields={"username": ["There is no user with this name."]})


def _products() -> list[ProductView]:
    paging = Paging(limit=MAX_LIMIT, order="name")
    return list(ask(ListProducts(on_sale=True, paging=paging)).items)


def _order(order_id: UUID) -> OrderView:
    return ask(GetOrder(order_id=order_id))


def _payload_of(order: OrderView) -> str:
    """Last webhook payload of an order, as far as it is kept still."""
    ids = [step.delivery_id for step in order.history if step.delivery_id]
    if not ids:
        return ""
    return ask(GetShopDelivery(delivery_id=ids[-1])).body


def _order_item(order: OrderView, seat_id: UUID) -> SeatView:
    for order_item in order.pieces:
        if order_item.id == seat_id:
            return order_item
    raise NotFound


def _address(order_id: UUID) -> str:
    return url_for("shops_pages.show_order", order_id=order_id)
