"""WooCommerce's order webhooks (REST API v3 payloads)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from billing.webshops.messages import (
    Headers,
    Message,
    OrderDeletion,
    OrderRefund,
    ShopLine,
    ShopOrder,
    Standing,
    Unusable,
)
from billing.webshops.payloads import amount, decode, pieces, total_of, username_in
from lineup.contracts.billing import Buyer

ORDER_TOPICS = {"order.created", "order.updated", "order.restored"}
DELETED_TOPIC = "order.deleted"
PAID_STATUSES = {"processing", "completed"}
VOID_STATUSES = {
    "cancelled": Standing.CANCELLED,
    "failed": Standing.CANCELLED,
    "refunded": Standing.REFUNDED,
}
PING = re.compile(rb"webhook_id=\d{1,20}")
FORM = "application/x-www-form-urlencoded"


def headers_of(headers: Mapping[str, str]) -> Headers:
    """What the delivery's headers say; their names come in lower case."""
    return Headers(
        signature=headers.get("x-wc-webhook-signature", ""),
        delivery_key=headers.get("x-wc-webhook-delivery-id", ""),
        topic=headers.get("x-wc-webhook-topic", ""),
        source=urlsplit(headers.get("x-wc-webhook-source", "")).hostname or "",
    )


def is_ping(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether this is the unsigned form ping of saving a webhook (WS-02)."""
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    unsigned = not headers.get("x-wc-webhook-signature")
    return kind == FORM and unsigned and PING.fullmatch(body.strip()) is not None


def read(topic: str, body: bytes) -> Message:
    """The message in a delivery's body; Unusable where there is none.

    A webhook whose owner lost its rights sends a signed error: it has no id.
    """
    if topic == DELETED_TOPIC:
        return OrderDeletion(external_order_id=str(decode(body, _Deleted).id))
    if topic not in ORDER_TOPICS:
        raise Unusable("unknown_topic", topic)
    return decode(body, _Order).message()


class _Deleted(Struct):
    id: int


class _Meta(Struct):
    key: str = ""
    value: Any = None


class _Line(Struct):
    id: int
    total: str
    name: str = ""
    quantity: int = 1
    total_tax: str = "0"
    sku: str | None = None
    meta_data: list[_Meta] = []

    def line(self, currency: str, order_username: str) -> ShopLine:
        return ShopLine(
            id=str(self.id),
            sku=(self.sku or "").strip(),
            name=self.name,
            quantity=pieces(self.quantity),
            amount=total_of([self.total, self.total_tax], currency),
            username=_username(self.meta_data) or order_username,
        )


class _Refund(Struct):
    id: int
    total: str

    def refund(self, order_id: int, currency: str) -> OrderRefund:
        """Its total is negative, taxes included; which lines is not said."""
        return OrderRefund(
            external_order_id=str(order_id),
            id=str(self.id),
            amount=amount(self.total.lstrip("-"), currency),
        )


class _Billing(Struct, frozen=True):
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    address_1: str = ""
    city: str = ""
    country: str = ""

    def buyer(self) -> Buyer:
        return Buyer(
            first_name=self.first_name,
            last_name=self.last_name,
            email=self.email.strip(),
            phone=self.phone,
            address=self.address_1,
            city=self.city,
            country=self.country,
        )


class _Order(Struct):
    id: int
    status: str
    currency: str
    total: str
    number: str | int = ""
    date_created_gmt: datetime | None = None
    date_modified_gmt: datetime | None = None
    date_paid_gmt: datetime | None = None
    billing: _Billing = _Billing()
    meta_data: list[_Meta] = []
    line_items: list[_Line] = []
    refunds: list[_Refund] = []

    def message(self) -> ShopOrder:
        username = _username(self.meta_data)
        return ShopOrder(
            external_id=str(self.id),
            number=str(self.number or self.id),
            standing=self._standing(),
            proves_payment=self._is_paid() or self._was_paid(),
            is_test=False,
            total=amount(self.total, self.currency),
            modified_at=self._modified_at(),
            buyer=self.billing.buyer(),
            lines=[line.line(self.currency, username) for line in self.line_items],
            refunds=[one.refund(self.id, self.currency) for one in self.refunds],
        )

    def _is_paid(self) -> bool:
        return self.status in PAID_STATUSES and self.date_paid_gmt is not None

    def _was_paid(self) -> bool:
        return self.status == "refunded" and self.date_paid_gmt is not None

    def _standing(self) -> Standing:
        paid = Standing.PAID if self._is_paid() else Standing.OPEN
        return VOID_STATUSES.get(self.status, paid)

    def _modified_at(self) -> datetime:
        """UTC without an offset; missing in the barest payloads only."""
        modified = self.date_modified_gmt or self.date_paid_gmt or self.date_created_gmt
        if modified is None:
            raise Unusable("bad_payload", "the order has no date")
        return modified.replace(tzinfo=UTC) if modified.tzinfo is None else modified


def _username(meta: list[_Meta]) -> str:
    return username_in((each.key, each.value) for each in meta)
