"""What people do with what a shop ordered and nothing could be done with by itself."""

from dataclasses import field
from uuid import UUID

from lineup.context import PARTNERS
from lineup.contracts.billing.orders import OrderView, Settlement
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
    rest=Route("POST /orders/<uuid:order_id>/exceptions/close", status=200),
)
class CloseException(Request[OrderView]):
    """Close one exception of an order: done by hand, or dismissed.

    What it was about is never tried again by itself. `takes_back` names pieces of the
    order that end now, as by a refund in the shop.
    """

    order_id: UUID
    exception: Line
    """As the order's `exceptions` say it."""
    settlement: Settlement
    note: Note = ""
    takes_back: Chosen = field(default_factory=list)
    """Pieces of the order that end now, as by a refund."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /orders/<uuid:order_id>/accept", status=200),
)
class AcceptOrder(Request[OrderView]):
    """Serve an order as it is: little money, no mail address, or whatever is odd."""

    order_id: UUID
    note: Note = ""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /shops/<uuid:shop_id>/ignored-skus", status=200),
)
class IgnoreSku(Request[ShopView]):
    """Never list what a shop sells under this SKU: it is nothing of ours.

    For an item without a SKU it is the item's name.
    """

    shop_id: UUID
    sku: Line


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /orders/<uuid:order_id>/pieces/<uuid:seat_id>/user", status=200),
)
class ChooseUser(Request[OrderView]):
    """Say which user a held piece of an order runs on; null: a new one."""

    order_id: UUID
    seat_id: UUID
    user_id: UUID | None = None


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /orders/<uuid:order_id>/serve", status=200),
)
class ServeOrder(Request[OrderView]):
    """Serve one user of an order by hand, with any plan.

    Without a seat one more piece is added to the order; without a user it is a new
    one of the buyer's.
    """

    order_id: UUID
    plan_id: UUID
    seat_id: UUID | None = None
    user_id: UUID | None = None
    amount: Money | None = None
    """What was paid for it; where it is not given, what the shop said of the piece."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest="POST /shop-deliveries/<uuid:delivery_id>/serve",
)
class ServeDelivery(Request[OrderView]):
    """Serve by hand what a delivery wanted that could not be read."""

    delivery_id: UUID
    external_id: Sku
    """The shop's own id of the order, so that it is never served again."""
    plan_id: UUID
    amount: Money
    user_id: UUID | None = None
    first_name: OptionalName = ""
    last_name: OptionalName = ""
    email: OptionalMailAddress = ""
    number: OptionalName = ""
    """What the shop calls the order; empty: as its id."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /shop-deliveries/<uuid:delivery_id>/close", status=200),
)
class CloseDelivery(Request[ShopDeliveryView]):
    """Say that a parked delivery needs no look any more."""

    delivery_id: UUID
    note: Note = ""
