"""Orders read tolerantly, compared when they change, refunded, shared: cases of each."""

import json
from datetime import UTC, datetime

import pytest

from lineup.clock import SetClock
from lineup.contracts.billing.shops import ShopKind
from lineup.database import Database, connect
from lineup.secrets import Keyring, make_key

from .cases import (
    Case,
    CaseDesk,
    Post,
    a_partner,
    back,
    check,
    gold,
    gold2,
    other,
    shopify,
    silver,
    silver2,
    woo,
)

G, S = "GOLD-1M", "SILVER-1M"
BILLING = {"email": "ana@example.org"}
SHIPPED = [{"id": 4, "method_title": "Box", "total": "5.00", "total_tax": "0.00"}]


def case(name, *steps, **right):
    return Case(name=name, steps=list(steps), **right)


def case2(name, *steps, **right):
    """A case of Shopify."""
    return Case(name=name, steps=list(steps), kind=ShopKind.SHOPIFY, **right)


def meta(key, value):
    return {"id": 7, "key": key, "value": value}


def fee(total, name="Loyalty", **rest):
    return {"fee_lines": [{"id": 9, "name": name, "total": total} | rest]}


READ = [
    case("as usual", woo(gold()), runs=(G,)),
    case("one piece as 1.0", woo(gold(quantity=1.0)), runs=(G,)),
    case("one piece as text", woo(gold(quantity="1.00")), runs=(G,)),
    case(
        "one and a half of something else",
        woo(gold(), other(quantity=1.5)),
        runs=(G,),
        listed=("unknown_sku: CABLE",),
    ),
    case(
        "half a plan",
        woo(gold(quantity=0.5)),
        listed=("bad_quantity: GOLD-1M",),
    ),
    case(
        "a thousand of something else",
        woo(gold(), other(quantity=1000)),
        runs=(G,),
        listed=("unknown_sku: CABLE",),
    ),
    case(
        "amounts as numbers",
        woo(gold(total=10.0, total_tax=0), total=10.0),
        runs=(G,),
    ),
    case("an empty amount", woo(gold(total_tax="")), runs=(G,)),
    case("a null tax", woo(gold(total_tax=None)), runs=(G,)),
    case(
        "an exponent in the tax of something else",
        woo(gold(), other(total="5.00", total_tax="8.0E-5"), total="15.00"),
        runs=(G,),
        listed=("unknown_sku",),
    ),
    case(
        "thousands with a comma",
        woo(gold(), other(total="1190.00"), total="1,200.00"),
        runs=(G,),
        listed=("unknown_sku",),
    ),
    case(
        "more decimals that sum exactly",
        woo(gold(total="8.264463", total_tax="1.735537"), total="10.00"),
        runs=(G,),
    ),
    case(
        "rounded by the tax",
        woo(gold(total="8.26", total_tax="1.735537"), total="10.00"),
        runs=(G,),
    ),
    case(
        "a decimal comma",
        woo(gold(), total="10,00"),
        listed=("bad_amount: 10,00",),
    ),
    case(
        "a decimal comma, mended afterwards",
        woo(gold(), total="10,00"),
        woo(gold(), minute=3),
        runs=(G,),
    ),
    case(
        "a line that is no amount",
        woo(gold(), silver(total="5,00"), total="15.00"),
        runs=(G,),
        listed=("bad_amount: SILVER-1M",),
    ),
    case(
        "a line whose amount is a list",
        woo(gold(), silver() | {"total": [5]}, total="15.00"),
        runs=(G,),
        listed=("bad_amount: SILVER-1M",),
    ),
    case(
        "nulls at the buyer",
        woo(gold(), billing=BILLING | {"first_name": None}),
        runs=(G,),
    ),
    case(
        "numbers at the buyer",
        woo(gold(), billing=BILLING | {"phone": 491, "city": 7}),
        runs=(G,),
    ),
    case(
        "a company only", woo(gold(), billing=BILLING | {"company": "ACME"}), runs=(G,)
    ),
    case(
        "overlong names",
        woo(gold(), billing=BILLING | {"first_name": "N" * 900, "country": "Germany"}),
        runs=(G,),
    ),
    case(
        "a name in two lines", woo(gold(name="<b>Gold</b> &amp;\n\t1 month")), runs=(G,)
    ),
    case(
        "odd notes",
        woo(
            gold(),
            meta_data=[{}, meta("_a", {"x": [1]}), meta(None, None), meta(3, "x")],
        ),
        runs=(G,),
    ),
    case("notes as an object", woo(gold(), meta_data={"1": meta("a", "b")}), runs=(G,)),
    case(
        "lists as empty objects, objects as empty lists",
        woo(gold(meta_data={}), meta_data={}, refunds={}, fee_lines={}, shipping=[]),
        runs=(G,),
    ),
    case("the buyer as an empty list", woo(gold(), billing=[]), listed=("no_email",)),
    case(
        "a null name of something else",
        woo(gold(), other(name=None, sku="X")),
        runs=(G,),
        listed=("unknown_sku: X",),
    ),
    case(
        "a SKU as a number",
        woo(gold(sku=4711)),
        runs=("4711",),
        plans=(("4711", "10.00 EUR"),),
    ),
    case(
        "a SKU in small letters",
        woo(gold(sku="gold-1m")),
        runs=("gold-1m",),
        income=1000,
    ),
    case("a deleted product", woo(gold(sku=None)), listed=("no_sku",)),
    case("a number of the shop's own", woo(gold(), number="A/26-7"), runs=(G,)),
    case("an id as text", woo(gold(), id="5012"), runs=(G,)),
    case(
        "a date with a blank",
        woo(gold(), date_paid_gmt="2026-03-02 12:00:00"),
        runs=(G,),
    ),
    case(
        "a date as PHP has it",
        woo(gold(), date_modified_gmt={"date": "2026-03-02 12:00:00.000000"}),
        runs=(G,),
    ),
    case("no date of change", woo(gold(), date_modified_gmt=None), runs=(G,)),
    case(
        "a date of payment that is none",
        woo(gold(), date_paid_gmt="0000-00-00 00:00:00"),
    ),
    case(
        "an unreadable date of payment",
        woo(gold(), date_paid_gmt="yesterday"),
        listed=("bad_date",),
    ),
    case("a currency in small letters", woo(gold(), currency="eur"), runs=(G,)),
    case(
        "a currency that is none", woo(gold(), currency="€"), listed=("bad_currency",)
    ),
    case(
        "a status with WordPress' own prefix",
        woo(gold(), status="wc-processing"),
        runs=(G,),
    ),
    case(
        "a status of the shop's own that is one of paid orders",
        woo(gold(), status="delivered"),
        changed={"paid_statuses": ["wc-Delivered"]},
        runs=(G,),
    ),
    case(
        "a status of the shop's own",
        woo(gold(), status="delivered"),
        listed=("own_status",),
    ),
    case(
        "on its way after it was paid",
        woo(gold()),
        woo(gold(), status="shipped", minute=2),
        runs=(G,),
    ),
    case("paid without a date", woo(gold(), date_paid_gmt=None)),
    case(
        "no address at all",
        woo(gold(), billing={"email": "a b@c..de"}),
        listed=("bad_email",),
    ),
    case(
        "an address with a second one",
        woo(gold(), billing={"email": "x@y.example\r\nBcc: z@q.example"}),
        listed=("bad_email",),
    ),
    case(
        "an address of another script",
        woo(gold(), billing={"email": "Ünal@bücher.example"}),
        runs=(G,),
    ),
    case(
        "an odd refund",
        woo(gold(), refunds=[{"id": 1, "reason": None, "total": "-2.00"}]),
        runs=(G,),
        listed=("refund_unclear",),
    ),
    case(
        "a refund of null",
        woo(gold(), refunds=[{"id": 1, "total": None}]),
        listed=("bad_amount",),
    ),
    case(
        "a byte of another encoding",
        json.dumps(woo(gold(name="Caf~"))).encode().replace(b"~", b"\xe9"),
        runs=(G,),
    ),
    case(
        "failed, then paid",
        woo(gold(), status="failed"),
        woo(gold(), minute=1),
        runs=(G,),
    ),
    case(
        "on hold, processing, completed",
        woo(gold(), status="on-hold"),
        woo(gold(), minute=1),
        woo(gold(), status="completed", minute=2),
        runs=(G,),
    ),
    case(
        "a harmless topic", Post(body={"id": 1, "name": "x"}, topic="product.updated")
    ),
]
READ2 = [
    case2("as usual", shopify(gold2()), runs=(G,)),
    case2(
        "an object as a name",
        shopify(gold2(properties=[{"name": {"a": 1}, "value": "x"}])),
        runs=(G,),
    ),
    case2(
        "a null as a name",
        shopify(gold2(), note_attributes=[{"name": None, "value": None}]),
        runs=(G,),
    ),
    case2(
        "nulls for lists",
        shopify(gold2(discount_allocations=None, tax_lines=None, properties=None)),
        runs=(G,),
    ),
    case2("a number as the total", shopify(gold2(), total_price=10.0), runs=(G,)),
    case2(
        "a tax as a number",
        shopify(gold2(tax_lines=[{"price": 1.6}]), taxes_included=True),
        runs=(G,),
    ),
    case2(
        "another currency at the check-out",
        shopify(gold2(), presentment_currency="USD"),
        runs=(G,),
    ),
    case2(
        "nobody at the counter",
        shopify(gold2(), customer=None, email=""),
        listed=("no_email",),
    ),
    case2("partly paid", shopify(gold2(), status="partially_paid")),
    case2(
        "a tip",
        shopify(
            gold2(),
            {"id": 3, "title": "Tip", "price": "2.00", "quantity": 1, "sku": None},
            total_tip_received="2.00",
        ),
        runs=(G,),
    ),
    case2(
        "a free order",
        shopify(gold2(discount_allocations=[{"amount": "10.00"}]), total_price="0.00"),
        listed=("low_amount",),
    ),
    case2(
        "without the tax",
        shopify(gold2(price="8.26"), taxes_included=True),
        listed=("low_amount",),
    ),
]
CHANGED = [
    case(
        "a line added and paid",
        woo(gold()),
        woo(gold(), silver(), status="pending", minute=2),
        woo(gold(), silver(), minute=3),
        runs=(G, S),
    ),
    case(
        "a line added, whether it was paid is not known",
        woo(gold()),
        woo(gold(), silver(), minute=3),
        runs=(G,),
        listed=("rest_unpaid: SILVER-1M",),
    ),
    case(
        "pieces added and paid",
        woo(gold()),
        woo(gold(quantity=3, total="30.00"), status="on-hold", minute=2),
        woo(gold(quantity=3, total="30.00"), minute=3),
        runs=(G, G, G),
    ),
    case(
        "a line swapped for a cheaper one",
        woo(gold()),
        woo(
            gold(sku=S, total="5.00"),
            minute=3,
            refunds=[{"id": 9, "reason": "swap", "total": "-5.00"}],
        ),
        runs=(G,),
        listed=("line_removed: GOLD-1M", "refund_unclear", "rest_unpaid: SILVER-1M"),
    ),
    case(
        "a line taken out",
        woo(gold(), silver()),
        woo(gold(), minute=3),
        runs=(G, S),
        listed=("line_removed: SILVER-1M",),
    ),
    case(
        "a line taken out and its money given back",
        woo(gold(), silver()),
        woo(gold(), minute=3, refunds=[{"id": 9, "total": "-5.00"}]),
        runs=(G,),
    ),
    case(
        "what nobody was served taken out",
        woo(gold(), other()),
        woo(gold(), minute=3),
        runs=(G,),
    ),
    case(
        "a product renamed in the shop",
        woo(gold()),
        woo(gold(sku="GOLD-OLD"), minute=3),
        woo(gold(sku=None), minute=4),
        runs=(G,),
    ),
    case(
        "cancelled by a slip",
        woo(gold()),
        woo(gold(), status="cancelled", minute=1),
        woo(gold(), minute=2),
        runs=(G,),
    ),
    case(
        "refunded, then set to processing",
        woo(gold()),
        woo(gold(), status="refunded", minute=1),
        woo(gold(), minute=2),
    ),
    case("a dispute lost", woo(gold()), woo(gold(), status="failed", minute=2)),
    case(
        "cancelled and the money kept",
        woo(gold()),
        woo(gold(), status="cancelled", minute=2),
        listed=("money_kept: 10.00 EUR",),
    ),
]
CHANGED2 = [
    case2(
        "a line added and paid",
        shopify(gold2()),
        shopify(gold2(), silver2(), minute=2, current_total_price="15.00"),
        runs=(G, S),
    ),
    case2(
        "a line added that waits for money",
        shopify(gold2()),
        shopify(gold2(), silver2(), status="partially_paid", minute=2),
        runs=(G,),
    ),
    case2(
        "a piece taken out before it was paid",
        shopify(
            gold2(quantity=2),
            current_total_price="10.00",
            refunds=[back(1, (1, 1), amount="")],
        ),
        runs=(G,),
    ),
    case2(
        "a line taken out for nothing",
        shopify(gold2(), silver2()),
        shopify(
            gold2(),
            silver2(current_quantity=0),
            minute=2,
            current_total_price="10.00",
            refunds=[back(1, (2, 1), amount="")],
        ),
        runs=(G, S),
        listed=("line_removed: SILVER-1M",),
    ),
    case2(
        "cancelled and the money kept",
        shopify(gold2()),
        shopify(gold2(), minute=2, cancelled_at="2026-03-02T12:02:00Z"),
        listed=("money_kept",),
    ),
    case2("voided", shopify(gold2()), shopify(gold2(), status="voided", minute=2)),
]


def refunds(*totals, reason=""):
    return [
        {"id": 80 + number, "reason": reason, "total": f"-{total}"}
        for number, total in enumerate(totals)
    ]


def refunded(*lines, back, extra=None, **rest):
    """An order, and the same with refunds."""
    order = extra or {}
    return woo(*lines, **order), woo(*lines, minute=3, refunds=back, **order, **rest)


SENT = {"shipping_lines": SHIPPED, "shipping_total": "5.00"}
REFUNDED = [
    case(
        "shipping alone",
        *refunded(gold(), back=refunds("5.00"), extra=SENT | {"total": "15.00"}),
        runs=(G,),
    ),
    case(
        "as much as shipping and as a line",
        *refunded(
            gold(), silver(), back=refunds("5.00"), extra=SENT | {"total": "20.00"}
        ),
        runs=(G, S),
        listed=("refund_unclear",),
    ),
    case(
        "as much as a line, or as another with shipping",
        *refunded(
            gold(), silver(), back=refunds("10.00"), extra=SENT | {"total": "20.00"}
        ),
        runs=(G, S),
        listed=("refund_unclear",),
    ),
    case(
        "as much as a fee and as a line",
        *refunded(
            gold(),
            silver(),
            back=refunds("5.00"),
            extra=fee("5.00", "Gift wrap") | {"total": "20.00"},
        ),
        runs=(G, S),
        listed=("refund_unclear",),
    ),
    case(
        "goodwill as high as a line",
        *refunded(
            gold(), silver(), back=refunds("5.00", reason="Goodwill for the outage")
        ),
        runs=(G, S),
        listed=("refund_unclear",),
    ),
    case(
        "shipping by its reason",
        *refunded(
            gold(),
            silver(),
            back=refunds("5.00", reason="Shipping refund"),
            extra=SENT | {"total": "20.00"},
        ),
        runs=(G, S),
    ),
    case(
        "all of it with shipping",
        *refunded(gold(), back=refunds("15.00"), extra=SENT | {"total": "15.00"}),
    ),
    case(
        "as much as either line",
        *refunded(
            gold(), silver(sku="SILVER-2M", total="10.00"), back=refunds("10.00")
        ),
        runs=(G, "SILVER-2M"),
        plans=(("SILVER-2M", "10.00 EUR"),),
        listed=("refund_unclear",),
    ),
    case("two halves", *refunded(gold(), back=refunds("5.00", "5.00"))),
    case("nothing at all", *refunded(gold(), back=refunds("0.00")), runs=(G,)),
    case(
        "one of three",
        *refunded(gold(quantity=3, total="30.00"), back=refunds("10.00")),
        runs=(G, G),
    ),
    case(
        "three thirds",
        *refunded(gold(quantity=3), back=refunds("3.33", "3.33", "3.33")),
        settings={"accepts_low_amounts": True},
    ),
    case(
        "without the tax",
        *refunded(
            gold(total="8.26", total_tax="1.74"),
            back=refunds("8.26"),
            extra={"total": "10.00"},
        ),
        runs=(G,),
        listed=("refund_unclear",),
    ),
]
REFUNDED2 = [
    case2(
        "a line, then its money",
        shopify(gold2(), silver2()),
        Post(body=back(1, (2, 1), amount=""), topic="refunds/create"),
        Post(body=back(2, amount="5.00"), topic="refunds/create"),
        runs=(G,),
    ),
    case2(
        "both pieces, and a little money",
        shopify(gold2(quantity=2, current_quantity=2)),
        Post(body=back(1, (1, 2), amount="2.00"), topic="refunds/create"),
        runs=(G, G),
        listed=("refund_unclear",),
    ),
    case2(
        "money on its way",
        shopify(gold2()),
        Post(body=back(1, (1, 1), status="pending"), topic="refunds/create"),
        shopify(
            gold2(current_quantity=0),
            minute=1,
            current_total_price="0.00",
            refunds=[back(1, (1, 1), status="pending")],
        ),
        runs=(G,),
    ),
    case2(
        "money on its way that arrived",
        shopify(gold2()),
        Post(body=back(1, (1, 1), status="pending"), topic="refunds/create"),
        shopify(gold2(), status="refunded", minute=2, refunds=[back(1, (1, 1))]),
    ),
    case2(
        "in the buyer's currency",
        shopify(gold2(), presentment_currency="USD"),
        Post(
            body=back(
                1,
                transactions=[
                    {
                        "kind": "refund",
                        "status": "success",
                        "amount": "11.20",
                        "currency": "USD",
                    }
                ],
            ),
            topic="refunds/create",
        ),
        shopify(gold2(), status="refunded", minute=2),
    ),
    case2(
        "by gift card and card",
        shopify(gold2()),
        Post(
            body=back(
                1,
                (1, 1),
                transactions=[
                    {
                        "kind": "refund",
                        "status": "success",
                        "amount": amount,
                        "currency": "EUR",
                    }
                    for amount in ("4.00", "6.00")
                ],
            ),
            topic="refunds/create",
        ),
    ),
    case2(
        "a line nobody knows",
        shopify(gold2(), silver2()),
        Post(body=back(1, (999999, 1), amount="5.00"), topic="refunds/create"),
        runs=(G, S),
        listed=("refund_unclear",),
    ),
    case2(
        "shipping, by its adjustment",
        shopify(
            gold2(), silver2(), shipping_lines=[{"price": "5.00"}], total_price="20.00"
        ),
        Post(
            body=back(
                1,
                amount="5.00",
                order_adjustments=[{"kind": "shipping_refund", "amount": "-5.00"}],
            ),
            topic="refunds/create",
        ),
        runs=(G, S),
    ),
    case2(
        "goodwill, by its adjustment",
        shopify(gold2(), silver2()),
        Post(
            body=back(
                1,
                amount="5.00",
                order_adjustments=[{"kind": "refund_discrepancy", "amount": "-5.00"}],
            ),
            topic="refunds/create",
        ),
        runs=(G, S),
        listed=("refund_unclear",),
    ),
    case2(
        "one of two pieces, told twice",
        shopify(gold2(quantity=2, current_quantity=2)),
        Post(body=back(1, (1, 1)), topic="refunds/create"),
        shopify(
            gold2(quantity=2),
            minute=1,
            current_total_price="10.00",
            refunds=[back(1, (1, 1))],
        ),
        runs=(G,),
    ),
    case2(
        "one of two pieces, the payment heard of late",
        shopify(
            gold2(quantity=2),
            status="partially_refunded",
            current_total_price="10.00",
            refunds=[back(1, (1, 1))],
        ),
        runs=(G,),
    ),
]
LOW = {"accepts_low_amounts": True}
PAID = [
    case(
        "all of it by a negative fee",
        woo(gold(), **fee("-10.00"), total="0.00"),
        listed=("low_amount",),
    ),
    case(
        "a part by a negative fee",
        woo(gold(), **fee("-6.00"), total="4.00"),
        listed=("low_amount",),
    ),
    case(
        "a part by a negative fee where the shop may",
        woo(gold(), **fee("-6.00"), total="4.00"),
        runs=(G,),
        income=400,
        settings=LOW,
    ),
    case(
        "a negative line",
        woo(gold(), other(total="-6.00"), total="4.00"),
        listed=("low_amount",),
    ),
    case(
        "only the total is lower",
        woo(gold(), silver(), total="9.00"),
        runs=(G, S),
        income=900,
        settings=LOW,
    ),
    case(
        "by a gift card",
        woo(
            gold(), gift_cards=[{"id": 1, "code": "x", "amount": "10.00"}], total="0.00"
        ),
        runs=(G,),
    ),
    case(
        "by a gift card that a fee stands for",
        woo(gold(), **fee("-10.00", "Gift Card AB12"), total="0.00"),
        runs=(G,),
    ),
    case("a coupon", woo(gold(total="9.00")), listed=("low_amount",)),
    case(
        "a coupon within the tolerance",
        woo(gold(total="9.00")),
        settings={"tolerance_percent": 10},
        runs=(G,),
        income=900,
    ),
    case(
        "a coupon within the tolerance that rounds to the cent",
        woo(gold(sku="NINE", total="26.97", quantity=3)),
        settings={"tolerance_percent": 10},
        plans=(("NINE", "9.99 EUR"),),
        runs=("NINE", "NINE", "NINE"),
        income=2697,
    ),
    case(
        "a cent below the tolerance",
        woo(gold(total="8.99"), silver(total="4.50")),
        settings={"tolerance_percent": 10},
        runs=(S,),
        income=450,
        listed=("low_amount: GOLD-1M",),
    ),
    case2(
        "without the tax, within the tolerance that the shop was given later",
        shopify(gold2(price="8.26"), taxes_included=True),
        changed={"tolerance_percent": 20},
        runs=(G,),
        income=826,
    ),
    case(
        "a free order where the shop may",
        woo(gold(total="0.00")),
        runs=(G,),
        income=0,
        settings=LOW,
    ),
    case(
        "with taxes on top",
        woo(gold(total="8.26", total_tax="1.74"), total="10.00"),
        runs=(G,),
    ),
    case(
        "a bundle",
        woo(gold(), silver(total="0.00")),
        runs=(G,),
        listed=("low_amount: SILVER-1M",),
    ),
]


def part(number, *lines, **rest):
    """One vendor's part of order 5012."""
    return woo(*lines, id=number, number=str(number), parent_id=5012, **rest)


KEY = {"order_key": "wc_order_x1"}
WHOLE = woo(gold(), silver())
SHARED = [
    case(
        "one shop connected twice",
        woo(gold(), **KEY),
        Post(body=woo(gold(), **KEY), shop=1),
        shops=2,
        runs=(G,),
    ),
    case(
        "one shop connected twice, the refund told to the other one",
        woo(gold(), **KEY),
        Post(body=woo(gold(), status="refunded", minute=2, **KEY), shop=1),
        shops=2,
    ),
    case(
        "two shops that count alike",
        woo(gold(), order_key="wc_order_x1"),
        Post(body=woo(gold(), order_key="wc_order_x2"), shop=1),
        shops=2,
        runs=(G, G),
    ),
    case2(
        "one shop connected twice",
        shopify(gold2()),
        Post(body=shopify(gold2()), shop=1),
        shops=2,
        runs=(G,),
    ),
    case(
        "two vendors' parts after the whole",
        WHOLE,
        part(5013, gold()),
        part(5014, silver()),
        runs=(G, S),
    ),
    case(
        "two vendors' parts before the whole",
        part(5013, gold()),
        part(5014, silver()),
        WHOLE,
        runs=(G, S),
    ),
    case(
        "a part of what is not heard of",
        part(5013, gold()),
        listed=("sub_order: GOLD-1M",),
    ),
    case(
        "a part that the whole has not",
        woo(silver()),
        part(5013, gold()),
        runs=(G, S),
    ),
    case(
        "a part that the whole has in part",
        WHOLE,
        part(5013, gold(), other(sku="EXTRA-1M")),
        plans=(("EXTRA-1M", "7.50 EUR"),),
        runs=("EXTRA-1M", G, S),
    ),
    case(
        "a part whose piece the whole gets later, too",
        woo(silver()),
        part(5013, gold()),
        woo(silver(), gold(), status="pending", minute=2),
        woo(silver(), gold(), minute=3),
        runs=(G, S),
    ),
    case(
        "a part refunded",
        WHOLE,
        part(5013, gold()),
        part(5013, gold(), status="refunded", minute=2),
        runs=(G, S),
        listed=("part_refunded: 5013",),
    ),
]


@pytest.fixture(scope="module")
def uri(databases):
    uri = databases.fresh("billing")
    yield uri
    databases.give_back(uri)


@pytest.fixture(scope="module")
def database(uri):
    engine = connect(uri, pool_size=4)
    yield Database(engine, SetClock(datetime(2026, 6, 1, 8, tzinfo=UTC)))
    engine.dispose()


@pytest.fixture
def desk(database):
    return CaseDesk(
        database, Keyring([make_key()]), database.clock, a_partner(database)
    )


def cases(*lists):
    return pytest.mark.parametrize(
        "case",
        [one for many in lists for one in many],
        ids=lambda one: f"{one.kind}: {one.name}",
    )


@cases(READ, READ2)
def test_what_is_needed_is_read_and_the_rest_does_not_matter(desk, uri, case):
    check(desk, case, uri)


@cases(CHANGED, CHANGED2)
def test_an_order_that_changes_is_compared_with_what_was_served(desk, uri, case):
    check(desk, case, uri)


@cases(REFUNDED, REFUNDED2)
def test_a_refund_stops_whom_it_plainly_pays_back(desk, uri, case):
    check(desk, case, uri)


@cases(SHARED)
def test_an_order_that_is_told_twice_is_served_once(desk, uri, case):
    check(desk, case, uri)


@cases(PAID)
def test_an_order_brings_in_its_total_and_no_more(desk, uri, case):
    check(desk, case, uri)
