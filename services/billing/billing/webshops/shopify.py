"""Shopify's order webhooks (REST payloads of the Admin API)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from billing.webshops.messages import (
    Headers,
    Message,
    OrderRefund,
    RefundedLine,
    ShopLine,
    ShopOrder,
    Standing,
    Unusable,
)
from billing.webshops.payloads import amount, decode, pieces, total_of, username_in
from lineup.contracts.billing import Buyer
from lineup.money import Money

ORDER_TOPICS = {"orders/create", "orders/paid", "orders/updated", "orders/cancelled"}
REFUND_TOPIC = "refunds/create"
STANDINGS = {
    "paid": Standing.PAID,
    "partially_refunded": Standing.PAID,
    "refunded": Standing.REFUNDED,
    "voided": Standing.CANCELLED,
}
PROOFS_OF_PAYMENT = {"paid", "partially_refunded", "refunded"}


def headers_of(headers: Mapping[str, str]) -> Headers:
    """What the headers say, in lower case, with and without the older `X-`."""

    def get(name: str) -> str:
        return headers.get(f"x-shopify-{name}") or headers.get(f"shopify-{name}") or ""

    return Headers(
        signature=get("hmac-sha256"),
        delivery_key=get("webhook-id"),
        topic=get("topic"),
        source=get("shop-domain").lower(),
        is_test=get("test").lower() == "true",
    )


def read(topic: str, body: bytes) -> Message:
    """The message in a delivery's body; Unusable where there is none."""
    if topic == REFUND_TOPIC:
        return decode(body, _Refund).refund()
    if topic not in ORDER_TOPICS:
        raise Unusable("unknown_topic", topic)
    return decode(body, _Order).message()


class _Named(Struct):
    name: str = ""
    value: Any = None


class _Amount(Struct):
    amount: str = "0"


class _Tax(Struct):
    price: str = "0"


class _Line(Struct):
    id: int
    price: str
    title: str = ""
    variant_title: str | None = None
    sku: str | None = None
    quantity: int = 1
    discount_allocations: list[_Amount] = []
    tax_lines: list[_Tax] = []
    properties: list[_Named] = []

    def line(self, currency: str, order_username: str, *, taxed: bool) -> ShopLine:
        return ShopLine(
            id=str(self.id),
            sku=(self.sku or "").strip(),
            name=" ".join(part for part in (self.title, self.variant_title) if part),
            quantity=pieces(self.quantity),
            amount=self._paid(currency, taxed=taxed),
            username=_username(self.properties) or order_username,
        )

    def _paid(self, currency: str, *, taxed: bool) -> Money:
        """Price × quantity less discounts; taxes come on top unless included."""
        discounts = total_of(
            (each.amount for each in self.discount_allocations), currency
        )
        net = amount(self.price, currency) * self.quantity - discounts
        if taxed:
            return net
        return net + total_of((tax.price for tax in self.tax_lines), currency)


class _Transaction(Struct):
    amount: str
    kind: str = ""
    status: str = ""
    currency: str = ""


class _RefundLine(Struct):
    line_item_id: int
    quantity: int = 1


class _Refund(Struct):
    id: int
    order_id: int
    refund_line_items: list[_RefundLine] = []
    transactions: list[_Transaction] = []

    def refund(self) -> OrderRefund:
        """What went back: its successful refund transactions, in their currency."""
        done = [each for each in self.transactions if _went_back(each)]
        currency = done[0].currency if done else ""
        same = [each.amount for each in done if each.currency == currency]
        return OrderRefund(
            external_order_id=str(self.order_id),
            id=str(self.id),
            amount=total_of(same, currency),
            lines=[
                RefundedLine(line_id=str(line.line_item_id), quantity=line.quantity)
                for line in self.refund_line_items
            ],
        )


class _Person(Struct):
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None


class _Address(Struct):
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    address1: str | None = None
    city: str | None = None
    country_code: str | None = None


class _Order(Struct):
    id: int
    currency: str
    total_price: str
    updated_at: datetime
    financial_status: str | None = None
    name: str = ""
    email: str | None = None
    contact_email: str | None = None
    phone: str | None = None
    cancelled_at: datetime | None = None
    test: bool = False
    taxes_included: bool = False
    note_attributes: list[_Named] = []
    customer: _Person | None = None
    billing_address: _Address | None = None
    line_items: list[_Line] = []
    refunds: list[_Refund] = []

    def message(self) -> ShopOrder:
        return ShopOrder(
            external_id=str(self.id),
            number=self.name or str(self.id),
            standing=self._standing(),
            proves_payment=self.financial_status in PROOFS_OF_PAYMENT,
            is_test=self.test,
            total=amount(self.total_price, self.currency),
            modified_at=self.updated_at,
            buyer=self._buyer(),
            lines=self._lines(),
            refunds=[each.refund() for each in self.refunds],
        )

    def _standing(self) -> Standing:
        paid = STANDINGS.get(self.financial_status or "", Standing.OPEN)
        return max(paid, Standing.CANCELLED) if self.cancelled_at else paid

    def _lines(self) -> list[ShopLine]:
        username = _username(self.note_attributes)
        return [
            line.line(self.currency, username, taxed=self.taxes_included)
            for line in self.line_items
        ]

    def _buyer(self) -> Buyer:
        person = self.customer or _Person()
        address = self.billing_address or _Address()
        return Buyer(
            first_name=person.first_name or address.first_name or "",
            last_name=person.last_name or address.last_name or "",
            email=(self.email or self.contact_email or person.email or "").strip(),
            phone=self.phone or address.phone or "",
            address=address.address1 or "",
            city=address.city or "",
            country=address.country_code or "",
        )


def _went_back(transaction: _Transaction) -> bool:
    return transaction.kind == "refund" and transaction.status == "success"


def _username(named: list[_Named]) -> str:
    return username_in((each.name, each.value) for each in named)
