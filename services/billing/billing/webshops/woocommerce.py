"""WooCommerce's order webhooks (REST API v3 payloads)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from billing.webshops.amounts import brought_in
from billing.webshops.messages import (
    OWN_STATUS,
    Headers,
    Message,
    OrderDeletion,
    OrderRefund,
    PaymentStatus,
    Purpose,
    ShopLine,
    ShopOrder,
    Unusable,
)
from billing.webshops.order_metadata import device_in, repeats_in, username_in
from billing.webshops.payloads import (
    MAX_REFUNDS,
    NAME_CHARACTERS,
    PHONE_CHARACTERS,
    Fields,
    Problems,
    check_size,
    currency_of,
    decode,
    minor,
    money,
    one_line,
    pieces,
    scalar,
    status_of,
)
from lineup.contracts.billing.orders import Buyer
from lineup.money import Money

Pairs = list[tuple[str, Any]]

ORDER_TOPICS = {"order.created", "order.updated", "order.restored"}
DELETED_TOPIC = "order.deleted"
PAID_STATUSES = {"processing", "completed"}
UNPAID_STATUSES = {
    "pending",
    "on-hold",
    "checkout-draft",
    "auto-draft",
    "draft",
    "trash",
}
VOID_STATUSES = {
    "cancelled": PaymentStatus.CANCELLED,
    "failed": PaymentStatus.CANCELLED,
    "refunded": PaymentStatus.REFUNDED,
}
NO_PROOFS = UNPAID_STATUSES | {"cancelled", "failed"}
"""Statuses in which even a date of payment does not say that it stands."""
DATES = ("date_modified_gmt", "date_paid_gmt", "date_created_gmt")
PAYMENTS = re.compile(
    r"gift.?(card|certificate|voucher)|store.?credit|wallet", re.IGNORECASE
)
"""Names of fees and coupons by which plug-ins say that somebody paid before."""
EXTRAS = re.compile(
    r"shipping|delivery|postage|freight|surcharge|\b(fee|tip|gratuity)\b"
    r"|versand|porto\b|livraison|frais|env[ií]o|spedizione|verzend",
    re.IGNORECASE,
)
"""Reasons of refunds that name something beside the lines."""
GOODWILL = re.compile(
    r"good.?will|courtesy|compensat|apolog|sorry|inconvenience|outage|downtime"
    r"|kulanz|entsch[äa]dig|geste commercial|cortes[ií]a|compensa[cz]i|coulance",
    re.IGNORECASE,
)
"""Reasons of refunds that take nothing back."""
PING = re.compile(rb"webhook_id=\d{1,20}")
FORM = "application/x-www-form-urlencoded"


def headers_of(headers: Mapping[str, str]) -> Headers:
    """What the delivery's headers say; their names come in lower case."""

    def get(name: str) -> str:
        return one_line(headers.get(f"x-wc-webhook-{name}"))

    return Headers(
        signature=get("signature"),
        delivery_key=get("delivery-id"),
        topic=get("topic"),
        source=_host_of(get("source")),
    )


def _host_of(source: str) -> str:
    """The host in an address; what is no address stays, to be shown to people."""
    try:
        return urlsplit(source).hostname or ""
    except ValueError:
        return source.lower()


def is_ping(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether this is the unsigned form ping of saving a webhook."""
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    unsigned = not headers.get("x-wc-webhook-signature")
    return kind == FORM and unsigned and PING.fullmatch(body.strip()) is not None


def read(topic: str, body: bytes) -> Message:
    """The message in a delivery's body; Unusable where there is none.

    A webhook whose owner lost its rights sends a signed error: it has no id.
    """
    if topic == DELETED_TOPIC:
        return OrderDeletion(external_order_id=decode(body).needed_id("id"))
    if topic not in ORDER_TOPICS:
        raise Unusable("unknown_topic", topic)
    return _order(decode(body))


def _order(said: Fields) -> ShopOrder:
    order_id, status, problems = (
        said.needed_id("id"),
        status_of(said.text("status")),
        Problems(),
    )
    is_paid = _is_paid(said, problems)
    currency = problems.unless(lambda: currency_of(said.text("currency")), "")
    extras, gifts = _extras(said, currency)
    charged = problems.unless(lambda: said.exactly("total", currency), Fraction(0))
    total = problems.unless(lambda: money(charged + gifts, currency), Money.zero(""))
    nothing: list[ShopLine] = []
    lines = problems.unless(
        lambda: _lines(said, currency, extras, total.amount_minor), nothing
    )
    refunds = _refunds(said, order_id, currency, problems)
    return ShopOrder(
        external_id=order_id,
        number=said.text("number", NAME_CHARACTERS) or order_id,
        standing=_standing(status, is_paid=is_paid),
        proves_payment=is_paid and status not in NO_PROOFS,
        is_test=False,
        total=Money(total.amount_minor, currency),
        modified_at=next(filter(None, (said.when(name) for name in DATES)), None),
        buyer=_buyer(said.within("billing")),
        lines=lines,
        refunds=refunds,
        extras=[Money(round(each), currency) for each in extras if each > 0],
        problem=problems.first or _own(status, is_paid=is_paid),
        keeps_money=is_paid and status == "cancelled" and not refunds,
        parent_id=said.id("parent_id") if said.id("parent_id") != "0" else "",
        key=said.text("order_key", NAME_CHARACTERS),
        is_held_back=is_paid and status == "on-hold",
        repeats=repeats_in(
            said.pairs("meta_data", "key"),
            customer=said.value("customer_id"),
            is_renewal=said.text("created_via") == "subscription",
        ),
    )


def _is_paid(said: Fields, problems: Problems) -> bool:
    """Whether it has a date of payment; one that nobody can read is for people."""
    for name in ("date_paid_gmt", "date_paid"):
        if said.when(name):
            return True
        text = said.text(name)
        if text and not text.startswith("0000"):
            problems.append(f"bad_date: {text}")
            return True
    return False


def _own(status: str, *, is_paid: bool) -> str:
    """The problem of a paid order in a status that no shop has by itself."""
    known = PAID_STATUSES | UNPAID_STATUSES | VOID_STATUSES.keys()
    return f"{OWN_STATUS}: {status}" if is_paid and status not in known else ""


def _standing(status: str, *, is_paid: bool) -> PaymentStatus:
    """An own status is that of a paid order where there is a date of payment."""
    paid = is_paid and status not in UNPAID_STATUSES
    return VOID_STATUSES.get(status, PaymentStatus.PAID if paid else PaymentStatus.OPEN)


def _extras(said: Fields, currency: str) -> tuple[list[Fraction], Fraction]:
    """Shipping, fees and discounts beside the lines; and what gift cards paid."""
    shipping = [_cost(each, currency) for each in said.each("shipping_lines")]
    fees = said.each("fee_lines")
    costs = [(_cost(fee, currency), fee.text("name")) for fee in fees]
    spent = [cost for cost, name in costs if cost < 0 and PAYMENTS.search(name)]
    extras = [cost for cost, name in costs if cost > 0 or not PAYMENTS.search(name)]
    cards = [card.about("amount", currency) for card in said.each("gift_cards")]
    if not shipping:
        totals = said.about("shipping_total", currency)
        shipping = [totals + said.about("shipping_tax", currency)]
    return [*shipping, *extras], sum(cards, Fraction(0)) - sum(spent, Fraction(0))


def _cost(line: Fields, currency: str) -> Fraction:
    return line.about("total", currency) + line.about("total_tax", currency)


def _lines(
    said: Fields, currency: str, extras: Sequence[Fraction], total: int
) -> list[ShopLine]:
    """The lines with what each brought in; one below zero is a discount beside them."""
    order = said.pairs("meta_data", "key")
    read = [
        _line(each, place, currency, order)
        for place, each in enumerate(said.each("line_items"), 1)
    ]
    check_size(line for line, _ in read)
    discounts = [cost for _, cost in read if cost < 0]
    read = [(line, cost) for line, cost in read if cost >= 0]
    costs = [cost for _, cost in read]
    amounts = brought_in(costs, [*extras, *discounts], total)
    return [
        replace(line, amount=Money(amount, currency))
        for (line, _), amount in zip(read, amounts, strict=True)
    ]


def _line(
    said: Fields, place: int, currency: str, order: Pairs
) -> tuple[ShopLine, Fraction]:
    problems = Problems()
    cost = problems.unless(lambda: said.exactly("total", currency), Fraction(0))
    if said.has("total_tax"):
        text = scalar(said.value("total_tax"))
        cost += problems.unless(lambda: minor(text, currency), Fraction(0))
    own = said.pairs("meta_data", "key")
    line = ShopLine(
        id=said.id("id") or f"place {place}",
        sku=said.text("sku", NAME_CHARACTERS),
        name=said.text("name"),
        quantity=problems.unless(lambda: pieces(said, "quantity"), 1),
        amount=Money.zero(currency),
        username=username_in(own) or username_in(order),
        device_mac=device_in(own) or device_in(order),
        unreadable=problems.first.partition(":")[0],
    )
    return line, cost


def _refunds(
    said: Fields, order_id: str, currency: str, problems: Problems
) -> list[OrderRefund]:
    """Each with its amount, taxes included; which lines is not said."""
    refunds = [each for each in said.each("refunds") if each.id("id")]
    if len(refunds) > MAX_REFUNDS:
        problems.append(f"too_many_refunds: {len(refunds)}")
    none = Money.zero(currency)
    return [
        OrderRefund(
            external_order_id=order_id,
            id=each.id("id"),
            amount=problems.unless(partial(_went_back, each, currency), none),
            purpose=_purpose(each.text("reason")),
        )
        for each in refunds[:MAX_REFUNDS]
    ]


def _went_back(refund: Fields, currency: str) -> Money:
    """Its total is negative."""
    return money(abs(refund.exactly("total", currency)), currency)


def _purpose(reason: str) -> Purpose:
    if GOODWILL.search(reason):
        return Purpose.GOODWILL
    return Purpose.EXTRAS if EXTRAS.search(reason) else Purpose.UNSAID


def _buyer(billing: Fields) -> Buyer:
    return Buyer(
        first_name=billing.text("first_name", NAME_CHARACTERS),
        last_name=billing.text("last_name", NAME_CHARACTERS),
        email=billing.text("email"),
        phone=billing.text("phone", PHONE_CHARACTERS),
        address=billing.text("address_1"),
        city=billing.text("city"),
        country=billing.text("country"),
    )
