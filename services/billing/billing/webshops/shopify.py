"""Shopify's order webhooks (REST payloads of the Admin API)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

from billing.webshops.amounts import brought_in
from billing.webshops.messages import (
    Headers,
    Message,
    OrderDeletion,
    OrderDispute,
    OrderRefund,
    PaymentStatus,
    Purpose,
    RefundedLine,
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
)
from lineup.contracts.billing.orders import Buyer
from lineup.money import Money

ORDER_TOPICS = {
    "orders/create",
    "orders/paid",
    "orders/updated",
    "orders/cancelled",
    "orders/fulfilled",
    "orders/partially_fulfilled",
}
DELETED_TOPIC = "orders/delete"
REFUND_TOPIC = "refunds/create"
DISPUTE_TOPICS = {"disputes/create", "disputes/update"}
OVER = {"won", "lost", "accepted", "charge_refunded", "prevented"}
"""Statuses of a dispute that nobody waits for any more."""
LOST = {"lost", "accepted"}
STANDINGS = {
    "paid": PaymentStatus.PAID,
    "partially_refunded": PaymentStatus.PAID,
    "refunded": PaymentStatus.REFUNDED,
    "voided": PaymentStatus.CANCELLED,
}
PROOFS_OF_PAYMENT = {"paid", "partially_refunded", "refunded"}
SHIPPING_REFUND = "shipping_refund"


def headers_of(headers: Mapping[str, str]) -> Headers:
    """What the headers say, in lower case, with and without the older `X-`."""

    def get(name: str) -> str:
        said = headers.get(f"x-shopify-{name}") or headers.get(f"shopify-{name}")
        return one_line(said)

    return Headers(
        signature=get("hmac-sha256"),
        delivery_key=get("webhook-id"),
        topic=get("topic"),
        source=get("shop-domain").lower(),
        is_test=get("test").lower() == "true",
    )


def read(topic: str, body: bytes) -> Message:
    """The message in a delivery's body; Unusable where there is none."""
    if topic == DELETED_TOPIC:
        return OrderDeletion(external_order_id=decode(body).needed_id("id"))
    if topic == REFUND_TOPIC:
        said = decode(body)
        return _refund(said, said.needed_id("order_id"))
    if topic in DISPUTE_TOPICS:
        return _dispute(decode(body))
    if topic not in ORDER_TOPICS:
        raise Unusable("unknown_topic", topic)
    return _order(decode(body))


def _dispute(said: Fields) -> OrderDispute:
    currency = currency_of(said.text("currency"))
    status = said.text("status")
    return OrderDispute(
        external_order_id=said.needed_id("order_id"),
        id=said.needed_id("id"),
        amount=money(said.about("amount", currency), currency),
        is_over=status in OVER,
        is_lost=status in LOST,
    )


def _order(said: Fields) -> ShopOrder:
    order_id, problems = said.needed_id("id"), Problems()
    status = said.text("financial_status").lower()
    currency = problems.unless(lambda: currency_of(said.text("currency")), "")
    refunds = _refunds(said, order_id, problems)
    total = problems.unless(lambda: _total(said, currency, refunds), Money.zero(""))
    extras = _extras(said, currency)
    paid_back = _pieces_paid_back(said)
    nothing: list[ShopLine] = []
    lines = problems.unless(
        lambda: _lines(said, currency, extras, total.amount_minor, paid_back), nothing
    )
    return ShopOrder(
        external_id=order_id,
        number=said.text("name", NAME_CHARACTERS) or order_id,
        standing=_standing(status, is_cancelled=said.has("cancelled_at")),
        proves_payment=status in PROOFS_OF_PAYMENT,
        is_test=said.says("test"),
        total=Money(total.amount_minor, currency),
        modified_at=said.when("updated_at") or said.when("processed_at"),
        buyer=_buyer(said),
        lines=lines,
        refunds=refunds,
        extras=[Money(round(each), currency) for each in extras if each > 0],
        problem=problems.first,
        keeps_money=said.has("cancelled_at") and status == "paid",
        is_settled=True,
        repeats=repeats_in(
            said.pairs("note_attributes", "name"),
            customer=said.within("customer").value("id"),
            is_renewal=said.text("source_name") == "subscription_contract",
        ),
    )


def _standing(status: str, *, is_cancelled: bool) -> PaymentStatus:
    paid = STANDINGS.get(status, PaymentStatus.OPEN)
    return max(paid, PaymentStatus.CANCELLED) if is_cancelled else paid


def _total(said: Fields, currency: str, refunds: Sequence[OrderRefund]) -> Money:
    """What it brings in: what stands now, and what went back after it was paid.

    The total at first stays the same when something is taken out before payment.
    """
    first = money(said.exactly("total_price", currency), currency)
    done = [refund.amount for refund in refunds if refund.amount]
    is_told = all(amount.asset == currency for amount in done)
    if not said.has("current_total_price") or not is_told:
        return first
    now = money(said.exactly("current_total_price", currency), currency)
    return min(first, sum(done, now))


def _extras(said: Fields, currency: str) -> list[Fraction]:
    """Shipping and tips."""
    tips = [each for each in said.each("line_items") if _is_tip(each, said)]
    return [
        *(each.about("price", currency) for each in said.each("shipping_lines")),
        *(each.about("price", currency) for each in tips),
    ]


def _is_tip(line: Fields, order: Fields) -> bool:
    """Whether a line is a tip: of no product, and as high as the order's tips."""
    if line.has("tip"):
        return True
    is_nothing = not line.text("sku") and not line.id("product_id")
    tips = order.about("total_tip_received", "CREDIT")
    is_named = line.text("title").lower() in ("tip", "tips")
    return is_nothing and (
        is_named or (tips > 0 and tips == line.about("price", "CREDIT"))
    )


def _pieces_paid_back(order: Fields) -> Counter[str]:
    """How many pieces of each line went back for money that went or is on its way.

    Others were taken out of the order before anybody paid for them.
    """
    counts: Counter[str] = Counter()
    for refund in order.each("refunds"):
        if _money_of(refund):
            for line in refund.each("refund_line_items"):
                count = line.about("quantity", "CREDIT") if line.has("quantity") else 1
                counts[line.id("line_item_id")] += int(count)
    return counts


def _money_of(refund: Fields) -> set[str]:
    """How the money of a refund stands: done, on its way, or nothing at all."""
    transactions = refund.each("transactions")
    refunds = {
        each.text("status") for each in transactions if each.text("kind") == "refund"
    }
    return refunds & {"success", "pending"}


def _lines(
    said: Fields,
    currency: str,
    extras: Sequence[Fraction],
    total: int,
    paid_back: Mapping[str, int],
) -> list[ShopLine]:
    read = [
        _line(each, place, said, currency, paid_back)
        for place, each in enumerate(said.each("line_items"), 1)
        if not _is_tip(each, said)
    ]
    check_size(line for line, _ in read)
    amounts = brought_in([cost for _, cost in read], extras, total)
    return [
        replace(line, amount=Money(amount, currency))
        for (line, _), amount in zip(read, amounts, strict=True)
    ]


def _line(
    said: Fields,
    place: int,
    order: Fields,
    currency: str,
    paid_back: Mapping[str, int],
) -> tuple[ShopLine, Fraction]:
    problems = Problems()
    line_id = said.id("id") or f"place {place}"
    ordered = problems.unless(lambda: pieces(said, "quantity"), 1)
    wanted = ordered
    if said.has("current_quantity"):
        present = problems.unless(lambda: pieces(said, "current_quantity"), 1)
        wanted = min(present + paid_back.get(line_id, 0), ordered)
    cost = problems.unless(lambda: _cost(said, order, currency, ordered), Fraction(0))
    own = said.pairs("properties", "name")
    others = order.pairs("note_attributes", "name")
    title, variant = said.text("title"), said.text("variant_title")
    line = ShopLine(
        id=line_id,
        sku=said.text("sku", NAME_CHARACTERS),
        name=one_line(f"{title} {variant}"),
        quantity=wanted,
        amount=Money.zero(currency),
        username=username_in(own) or username_in(others),
        device_mac=device_in(own) or device_in(others),
        unreadable=problems.first.partition(":")[0],
    )
    return line, cost * wanted / ordered if ordered else Fraction(0)


def _cost(said: Fields, order: Fields, currency: str, count: int) -> Fraction:
    """Price × quantity less discounts; taxes come on top unless included."""
    cost = said.exactly("price", currency) * count
    for discount in said.each("discount_allocations"):
        cost -= minor(scalar(discount.value("amount")), currency)
    if not order.says("taxes_included"):
        for tax in said.each("tax_lines"):
            cost += minor(scalar(tax.value("price")), currency)
    return cost


def _refunds(said: Fields, order_id: str, problems: Problems) -> list[OrderRefund]:
    refunds = [each for each in said.each("refunds") if each.id("id")]
    if len(refunds) > MAX_REFUNDS:
        problems.append(f"too_many_refunds: {len(refunds)}")
    read = [
        problems.unless(partial(_refund_or_none, each, order_id), None)
        for each in refunds[:MAX_REFUNDS]
    ]
    return [refund for refund in read if refund]


def _refund_or_none(said: Fields, order_id: str) -> OrderRefund | None:
    return _refund(said, order_id)


def _refund(said: Fields, order_id: str) -> OrderRefund:
    """What went back: its successful refund transactions, in their currency.

    While the money is on its way, nothing did.
    """
    lines = [each for each in said.each("refund_line_items") if each.id("line_item_id")]
    if len(lines) > MAX_REFUNDS:
        raise Unusable("too_many_refunds", str(len(lines)))
    if _money_of(said) == {"pending"}:
        lines = []
    return OrderRefund(
        external_order_id=order_id,
        id=said.needed_id("id"),
        amount=_went_back(said),
        lines=[
            RefundedLine(
                line_id=each.id("line_item_id"), quantity=pieces(each, "quantity")
            )
            for each in lines
        ],
        purpose=_purpose(said),
    )


def _went_back(said: Fields) -> Money:
    done = [
        each
        for each in said.each("transactions")
        if each.text("kind") == "refund" and each.text("status") == "success"
    ]
    if not done:
        return Money.zero("")
    currency = currency_of(done[0].text("currency"))
    same = [
        each.exactly("amount", currency)
        for each in done
        if each.text("currency").upper() == currency
    ]
    return money(sum(same, Fraction(0)), currency)


def _purpose(said: Fields) -> Purpose:
    """What its adjustments say; with lines they only round off."""
    kinds = {each.text("kind") for each in said.each("order_adjustments")}
    if said.each("refund_line_items"):
        return Purpose.UNSAID
    if kinds == {SHIPPING_REFUND} or said.each("refund_shipping_lines"):
        return Purpose.EXTRAS
    return Purpose.GOODWILL if kinds else Purpose.UNSAID


def _buyer(said: Fields) -> Buyer:
    person, address = said.within("customer"), said.within("billing_address")

    def first(name: str, limit: int) -> str:
        return person.text(name, limit) or address.text(name, limit)

    return Buyer(
        first_name=first("first_name", NAME_CHARACTERS),
        last_name=first("last_name", NAME_CHARACTERS),
        email=said.text("email") or said.text("contact_email") or person.text("email"),
        phone=said.text("phone", PHONE_CHARACTERS) or first("phone", PHONE_CHARACTERS),
        address=address.text("address1"),
        city=address.text("city"),
        country=address.text("country_code"),
    )
