"""Webshops: connections, deliveries, orders."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT, Feature, Permission
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
    """What an order for a different product does to a user with a paid subscription.

    A trial is always replaced immediately.
    """

    LIST = "list"
    """It becomes an exception."""
    CHANGE_NOW = "change_now"
    """The current subscription is stopped and the new one starts."""
    CHANGE_AT_END = "change_at_end"
    """The new product starts when the current subscription ends."""


@dataclass(frozen=True, kw_only=True)
class ShopView:
    """A connected shop."""

    id: UUID
    kind: ShopKind
    name: str
    currency: str
    shop_domain: str
    webhook_path: str
    created_at: datetime
    refused_deliveries: int = 0
    """Number of deliveries with a wrong or missing signature."""
    parked_deliveries: int = 0
    """Number of authentic deliveries on hold."""
    is_active: bool = True
    """False: the shop is disabled and its deliveries are on hold."""
    accepts_low_amounts: bool = False
    has_previous_secret: bool = False
    """Whether the previous secret is still valid."""
    previous_secret_ends_at: datetime | None = None
    """Until when the previous secret is valid."""
    exceptions: int = 0
    """Number of orders with exceptions."""
    last_delivery_at: datetime | None = None
    paid_statuses: list[str] = field(default_factory=list)
    """Custom statuses that mean paid."""
    ignored_skus: list[str] = field(default_factory=list)
    """SKUs that are ignored."""
    suspends_disputed: bool = False
    other_product: OtherProduct = OtherProduct.LIST
    webhook_url: str = ""
    """Webhook URL to enter in the shop."""
    partner_id: UUID | None = None
    """Whose it is; None: nobody told it then."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""
    tolerance_percent: int = 0
    """Payment tolerance in percent."""
    is_asked: bool = False
    """Whether order sync is on."""
    api_address: str = ""
    """Shop URL for order sync; empty: its domain."""
    asked_at: datetime | None = None
    """Last successful order sync."""
    asking_problem: str = ""
    """Why order sync fails, as `code: detail`; empty: it works."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SHOPS,
    feature=Feature.SHOPS,
    rest="POST /shops",
)
class ConnectShop(Request[ShopView]):
    """Connect a shop; its webhooks are signed with the secret."""

    kind: ShopKind
    name: Name
    secret: Sealed
    currency: Currency
    shop_domain: ShopDomain = ""
    accepts_low_amounts: bool = False
    partner_id: UUID | None = None
    """Required for the operator only."""
    suspends_disputed: bool = False
    """Suspend users of disputed orders until the dispute is resolved."""
    other_product: OtherProduct = OtherProduct.LIST
    tolerance_percent: Percent = 0
    """Payment tolerance in percent, for coupons and taxes."""
    paid_statuses: Statuses = field(default_factory=list)
    """Custom statuses that mean paid."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SHOPS,
    rest=Route("POST /shops/<uuid:shop_id>/access", status=200),
)
class SetShopAccess(Request[ShopView]):
    """Turn on order sync with the API keys of the shop.

    WooCommerce has a consumer key and secret. For Shopify, the secret is the access
    token of an app that may read orders.
    """

    shop_id: UUID
    secret: Sealed
    consumer_key: Sealed | None = None
    """WooCommerce only."""
    address: WebAddress | None = None
    """Such as https://shop.example/store; null: the shop domain."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SHOPS,
    rest=Route(
        "DELETE /shops/<uuid:shop_id>/access", status=200, name="delete_shop_access"
    ),
)
class EndShopAccess(Request[ShopView]):
    """Turn off order sync and delete the API keys."""

    shop_id: UUID


@verb(
    "billing", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /shops/<uuid:shop_id>"
)
class GetShop(Request[ShopView]):
    """Get a shop."""

    shop_id: UUID


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SHOPS,
    rest="PATCH|PUT /shops/<uuid:shop_id>",
)
class UpdateShop(Request[ShopView]):
    """Update the settings of a shop; kind and currency cannot be changed."""

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
    needs=Permission.SHOPS,
    rest=Route("PUT /shops/<uuid:shop_id>/state", name="set_shop_state"),
)
class SwitchShop(Request[ShopView]):
    """Enable or disable a shop; while disabled, its deliveries are on hold."""

    shop_id: UUID
    is_active: bool


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SHOPS,
    rest="PUT /shops/<uuid:shop_id>/secret",
)
class ChangeShopSecret(Request[ShopView]):
    """Change the webhook secret; the current one stays valid for 24 hours.

    If it is changed again within 24 hours, only the last two secrets are valid.
    """

    shop_id: UUID
    secret: Sealed


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SHOPS,
    rest=Route(
        "DELETE /shops/<uuid:shop_id>/previous-secret",
        status=200,
        name="delete_previous_shop_secret",
    ),
)
class EndPreviousSecret(Request[ShopView]):
    """Revoke the previous webhook secret, if there is one."""

    shop_id: UUID


@verb("billing", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /shops")
class ListShops(Request[Page[ShopView]]):
    """List connected shops."""

    paging: Paging = field(default_factory=Paging)


class DeliveryVerdict(enum.StrEnum):
    """Status of a webhook delivery."""

    STORED = "stored"
    DONE = "done"
    PARKED = "parked"
    CLOSED = "closed"
    """It was on hold and has been closed."""


class BodyEncoding(enum.StrEnum):
    """Encoding of the payload: text or base64."""

    UTF8 = "utf-8"
    BASE64 = "base64"


@dataclass(frozen=True, kw_only=True)
class ShopDeliveryView:
    """A webhook delivery; `problem` says why it is on hold."""

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
    """Size of the payload in bytes."""
    order_id: UUID | None
    body: str = ""
    """The payload as received; only returned for a single delivery."""
    body_encoding: BodyEncoding = BodyEncoding.UTF8
    """`base64` if the payload is not UTF-8 text."""
    note: str = ""
    """Note from when it was closed."""
    closed_by: str = ""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb("billing", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /shop-deliveries")
class ListShopDeliveries(Request[Page[ShopDeliveryView]]):
    """List webhook deliveries with a valid signature, newest first."""

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
    """Get a webhook delivery with its payload."""

    delivery_id: UUID


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.ORDERS,
    rest=Route(
        "POST /shop-deliveries/<uuid:delivery_id>/replay",
        status=200,
        name="replay_shop_delivery",
    ),
)
class ReplayDelivery(Request[ShopDeliveryView]):
    """Retry a webhook delivery; it takes effect only once."""

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
