"""What people do with what a shop ordered and nothing could be done with by itself."""

from dataclasses import field
from uuid import UUID

from lineup.context import PARTNERS, Permission
from lineup.contracts.billing.orders import ExceptionSettlement, OrderView
from lineup.contracts.billing.shops import ShopDeliveryView, ShopView
from lineup.money import Money
from lineup.values.types import (
    Chosen,
    Line,
    Note,
    OptionalMailAddress,
    OptionalName,
    Sku,
)
from lineup.verbs import Kind, Request, Route, verb


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.ORDERS,
    rest=Route("POST /orders/<uuid:order_id>/exceptions/close", status=200),
)
class CloseException(Request[OrderView]):
    """Close an exception of an order as resolved or not needed.

    It is not retried automatically. `takes_back` lists items of the order that are
    cancelled now, as by a refund in the shop.
    """

    order_id: UUID
    exception: Line
    """As in `exceptions` of the order."""
    settlement: ExceptionSettlement
    note: Note = ""
    takes_back: Chosen = field(default_factory=list)
    """Items of the order to cancel now, as by a refund."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.ORDERS,
    rest=Route("POST /orders/<uuid:order_id>/accept", status=200),
)
class AcceptOrder(Request[OrderView]):
    """Accept an order despite its exceptions, such as a low amount."""

    order_id: UUID
    note: Note = ""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.ORDERS,
    rest=Route("POST /shops/<uuid:shop_id>/ignored-skus", status=200),
)
class IgnoreSku(Request[ShopView]):
    """Ignore items of a shop with this SKU.

    For an item without a SKU, give the name of the item.
    """

    shop_id: UUID
    sku: Line


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.ORDERS,
    rest=Route("POST /orders/<uuid:order_id>/pieces/<uuid:seat_id>/user", status=200),
)
class ChooseUser(Request[OrderView]):
    """Choose the user for an item of an order; null: a new user."""

    order_id: UUID
    seat_id: UUID
    user_id: UUID | None = None


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.ORDERS,
    rest=Route("POST /orders/<uuid:order_id>/serve", status=200),
)
class ServeOrder(Request[OrderView]):
    """Fulfil an item of an order manually, with any plan.

    Without an item, one is added to the order; without a user, one is created for the
    buyer.
    """

    order_id: UUID
    plan_id: UUID
    seat_id: UUID | None = None
    user_id: UUID | None = None
    amount: Money | None = None
    """Amount paid; by default as reported by the shop."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.ORDERS,
    rest="POST /shop-deliveries/<uuid:delivery_id>/serve",
)
class ServeDelivery(Request[OrderView]):
    """Fulfil a webhook delivery manually that could not be read."""

    delivery_id: UUID
    external_id: Sku
    """Order ID in the shop; prevents fulfilling the order twice."""
    plan_id: UUID
    amount: Money
    user_id: UUID | None = None
    first_name: OptionalName = ""
    last_name: OptionalName = ""
    email: OptionalMailAddress = ""
    number: OptionalName = ""
    """Order number; empty: the order ID."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.ORDERS,
    rest=Route("POST /shop-deliveries/<uuid:delivery_id>/close", status=200),
)
class CloseDelivery(Request[ShopDeliveryView]):
    """Close a webhook delivery that is on hold."""

    delivery_id: UUID
    note: Note = ""
