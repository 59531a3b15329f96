"""Webshops: connections, deliveries, orders."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.changes import UNSET, Given, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.secrets import Sealed
from lineup.values.rules import Items
from lineup.values.types import (
    Currency,
    Line,
    Name,
    Percent,
    ShopDomain,
    WebAddress,
)
from lineup.verbs import Kind, Request, Route, verb

Lines = Annotated[list[Line], Items(most=1000)]


Statuses = Annotated[list[Line], Items(most=100)]


class ShopKind(enum.StrEnum):
    """The shops whose webhooks are understood."""

    WOOCOMMERCE = "woocommerce"
    SHOPIFY = "shopify"


class OtherProduct(enum.StrEnum):
    """What an order of another product does to a user that runs and is paid for.

    A trial becomes what was bought at once, whatever is chosen.
    """

    LIST = "list"
    """It is an exception, for people to decide."""
    CHANGE_NOW = "change_now"
    """What runs is stopped, and the new product begins."""
    CHANGE_AT_END = "change_at_end"
    """The new product begins when what runs has ended."""


@dataclass(frozen=True, kw_only=True)
class ShopView:
    """One connected shop; `webhook_path` is where it delivers to."""

    id: UUID
    kind: ShopKind
    name: str
    currency: str
    shop_domain: str
    webhook_path: str
    created_at: datetime
    refused_deliveries: int = 0
    """Deliveries with a wrong or no signature; nothing else of them is kept."""
    parked_deliveries: int = 0
    """Authentic deliveries that nothing could be done with: they want a look."""
    is_active: bool = True
    """Switched off, its deliveries are kept and parked, to be replayed."""
    accepts_low_amounts: bool = False
    has_previous_secret: bool = False
    """Whether it may still sign with the secret before the present one."""
    previous_secret_ends_at: datetime | None = None
    """Until when it may."""
    exceptions: int = 0
    """Orders with something to look at."""
    last_delivery_at: datetime | None = None
    paid_statuses: list[str] = field(default_factory=list)
    """Statuses of its own in which a paid order is served."""
    ignored_skus: list[str] = field(default_factory=list)
    """What it sells that is nothing of ours, and is never listed."""
    suspends_disputed: bool = False
    other_product: OtherProduct = OtherProduct.LIST
    webhook_url: str = ""
    """The whole address that the shop delivers to, to be entered there."""
    partner_id: UUID | None = None
    """Whose it is; None: nobody told it then."""
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""
    tolerance_percent: int = 0
    """How much less than a plan costs is served all the same."""
    is_asked: bool = False
    """Whether the shop is asked for orders that it did not deliver."""
    api_address: str = ""
    """Where it is asked; empty: at its domain."""
    asked_at: datetime | None = None
    """When it was asked last and answered."""
    asking_problem: str = ""
    """Why it did not answer since then, as `code: detail`; empty: it does."""


@verb("billing", Kind.WRITE, allowed=PARTNERS, rest="POST /shops")
class ConnectShop(Request[ShopView]):
    """Connect a shop; the secret signs its deliveries."""

    kind: ShopKind
    name: Name
    secret: Sealed
    currency: Currency
    shop_domain: ShopDomain = ""
    accepts_low_amounts: bool = False
    partner_id: UUID | None = None
    """Needed from the operator only."""
    suspends_disputed: bool = False
    """Switch off whom a disputed order serves, until the dispute is over."""
    other_product: OtherProduct = OtherProduct.LIST
    tolerance_percent: Percent = 0
    """How much less than a plan costs is served all the same: coupons, taxes."""
    paid_statuses: Statuses = field(default_factory=list)
    """Statuses of its own in which a paid order is served."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /shops/<uuid:shop_id>/access", status=200),
)
class SetShopAccess(Request[ShopView]):
    """Ask a shop for orders that it did not deliver, by keys that it gave out.

    WooCommerce has a key and a secret for reading, Shopify the access token of an app
    that may read orders, which is the secret.
    """

    shop_id: UUID
    secret: Sealed
    consumer_key: Sealed | None = None
    """Needed for WooCommerce only."""
    address: WebAddress | None = None
    """Where the shop is asked, as in https://shop.example/store; null: its domain."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route(
        "DELETE /shops/<uuid:shop_id>/access", status=200, name="delete_shop_access"
    ),
)
class EndShopAccess(Request[ShopView]):
    """Ask a shop no longer, and forget its keys."""

    shop_id: UUID


@verb(
    "billing", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /shops/<uuid:shop_id>"
)
class GetShop(Request[ShopView]):
    """One connected shop by id."""

    shop_id: UUID


@verb("billing", Kind.WRITE, allowed=PARTNERS, rest="PATCH|PUT /shops/<uuid:shop_id>")
class UpdateShop(Request[ShopView]):
    """Change a shop's settings. Kind and currency stay."""

    shop_id: UUID
    name: Given[Name] = UNSET
    shop_domain: Given[ShopDomain] = resets_to("")
    accepts_low_amounts: Given[bool] = resets_to(value=False)
    tolerance_percent: Given[Percent] = resets_to(0)
    ignored_skus: Given[Lines] = resets_to(())
    paid_statuses: Given[Statuses] = resets_to(())
    suspends_disputed: Given[bool] = resets_to(value=False)
    other_product: Given[OtherProduct] = resets_to(OtherProduct.LIST)


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("PUT /shops/<uuid:shop_id>/state", name="set_shop_state"),
)
class SwitchShop(Request[ShopView]):
    """Serve a shop's orders or not; what comes meanwhile is kept and parked."""

    shop_id: UUID
    is_active: bool


@verb("billing", Kind.WRITE, allowed=PARTNERS, rest="PUT /shops/<uuid:shop_id>/secret")
class ChangeShopSecret(Request[ShopView]):
    """Sign with another secret from now on; the present one is good for 24 hours more.

    Changed again within them, only the last two secrets are good.
    """

    shop_id: UUID
    secret: Sealed


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route(
        "DELETE /shops/<uuid:shop_id>/previous-secret",
        status=200,
        name="delete_previous_shop_secret",
    ),
)
class EndPreviousSecret(Request[ShopView]):
    """Accept the secret before the present one no longer; without one nothing ends."""

    shop_id: UUID


@verb("billing", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /shops")
class ListShops(Request[Page[ShopView]]):
    """Connected shops."""

    paging: Paging = field(default_factory=Paging)


class DeliveryVerdict(enum.StrEnum):
    """What became of a shop's delivery."""

    STORED = "stored"
    DONE = "done"
    PARKED = "parked"
    CLOSED = "closed"
    """It was parked, and people settled it."""


class BodyEncoding(enum.StrEnum):
    """How the body of a delivery is written: as text, or byte for byte in base64."""

    UTF8 = "utf-8"
    BASE64 = "base64"


@dataclass(frozen=True, kw_only=True)
class ShopDeliveryView:
    """One delivery as it came; `problem` says why it is parked."""

    id: UUID
    shop_id: UUID
    shop_name: str
    received_at: datetime
    topic: str
    source: str
    verdict: DeliveryVerdict
    problem: str
    is_test: bool
    size: int
    """Bytes of the body."""
    order_id: UUID | None
    body: str = ""
    """The body as it came; told by `get_shop_delivery` only."""
    body_encoding: BodyEncoding = BodyEncoding.UTF8
    """`base64` where the body is no text in UTF-8."""
    note: str = ""
    """What was said when it was closed."""
    closed_by: str = ""
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@verb("billing", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /shop-deliveries")
class ListShopDeliveries(Request[Page[ShopDeliveryView]]):
    """Authentic deliveries of shops, newest first. Times are half-open."""

    shop_id: UUID | None = None
    order_id: UUID | None = None
    verdict: DeliveryVerdict | None = None
    received_from: datetime | None = None
    received_until: datetime | None = None
    paging: Paging = field(default_factory=Paging)


@verb(
    "billing",
    Kind.READ,
    allowed=PARTNERS,
    rest="GET /shop-deliveries/<uuid:delivery_id>",
)
class GetShopDelivery(Request[ShopDeliveryView]):
    """One delivery with its body."""

    delivery_id: UUID


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route(
        "POST /shop-deliveries/<uuid:delivery_id>/replay",
        status=200,
        name="replay_shop_delivery",
    ),
)
class ReplayDelivery(Request[ShopDeliveryView]):
    """Work on a parked or stuck delivery again; what it says acts once."""

    delivery_id: UUID


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class DeliveryStored:
    """A shop's delivery lies in the inbox table, to be worked on."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class DeliveryTaken:
    """A shop's authentic delivery, whole, while it could not be stored at once."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    shop_id: UUID
    delivery_key: str
    topic: str
    source: str
    is_test: bool
    body: bytes
    received_at: datetime
