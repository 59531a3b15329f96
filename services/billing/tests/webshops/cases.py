"""Cases of shops: orders as plug-ins and staff made them, and who is served then.

A case is delivered step by step, signed, through the intake; accounts' side fills what
is accepted. All cases of a module share a database, each has a partner of its own.
"""

import json
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from billing.wallets.models import Entry, Wallet
from billing.webshops.circuit_breaker import CircuitBreaker
from billing.webshops.intake import Intake, IntakeStatus
from billing.webshops.models import (
    OrderSeat,
    ShopConnection,
    ShopDelivery,
    ShopOrderRecord,
)
from billing.webshops.operations.connections import update_shop
from billing.webshops.signature import signature_of
from billing.webshops.stores import DeliveryTable
from lineup.contracts.billing.orders import OrderState
from lineup.contracts.billing.shops import ShopKind, UpdateShop
from lineup.money import Money

from .conftest import SECRET, Desk, a_partner, shopify, shopify_line, woo, woo_line


def gold(**rest):
    return woo_line() | {"total": "10.00"} | rest


def silver(**rest):
    return woo_line("SILVER-1M") | {"id": 67, "total": "5.00"} | rest


def other(**rest):
    """A line of what is nothing of ours."""
    return woo_line("CABLE") | {"id": 68, "total": "7.50"} | rest


def gold2(**rest):
    """Gold, as Shopify tells it."""
    return shopify_line() | {"id": 1, "price": "10.00", "current_quantity": 1} | rest


def silver2(**rest):
    return (
        shopify_line("SILVER-1M")
        | {
            "id": 2,
            "price": "5.00",
            "current_quantity": 1,
        }
        | rest
    )


def back(number=1, *pieces, amount="10.00", status="success", **rest):
    """A refund of Shopify; `pieces` are (line id, quantity); no amount: no money."""
    money = {"kind": "refund", "status": status, "amount": amount, "currency": "EUR"}
    return {
        "id": number,
        "order_id": 820982911946154500,
        "refund_line_items": [
            {"line_item_id": line, "quantity": count} for line, count in pieces
        ],
        "transactions": [money] if amount else [],
    } | rest


@dataclass(frozen=True, kw_only=True)
class Post:
    """One delivery, to the first shop or another one."""

    body: object
    topic: str = ""
    shop: int = 0
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is delivered, and what is right afterwards."""

    name: str
    steps: list
    runs: tuple = ()
    """The SKU of each user that is served."""
    listed: tuple = ()
    """How each exception of the orders begins."""
    income: int | None = None
    """In cents; what the SKUs cost where it is not given."""
    settings: dict = field(default_factory=dict)
    changed: dict = field(default_factory=dict)
    """Settings of a shop that is connected."""
    shops: int = 1
    plans: tuple = ()
    kind: ShopKind = ShopKind.WOOCOMMERCE

    @property
    def earned(self):
        prices = {"GOLD-1M": 1000, "SILVER-1M": 500} | {
            sku: Money.of(price).amount_minor for sku, price in self.plans
        }
        given = self.income
        return sum(prices[sku] for sku in self.runs) if given is None else given


class Unhurried(DeliveryTable):
    """The table, with all the time that a loaded machine needs."""

    def __init__(self, uri, clock):
        super().__init__(uri, clock, lambda: None)
        breaker = CircuitBreaker(seconds=120, at_once=6, rest_seconds=0)
        self._breaker = self._unknown_shop_breaker = breaker


class CaseDesk(Desk):
    """A partner beside those of the other cases."""

    def open(self, case, uri):
        self.intake = Intake(Unhurried(uri, self.clock), None, self.keyring, self.clock)
        self.shops = [self.connect(case.kind, **case.settings)]
        self.shops += [self.connect_again(case) for _ in range(1, case.shops)]
        for place, shop in enumerate(self.shops):
            if case.changed:
                request = UpdateShop(shop_id=shop.id, **case.changed)
                self.shops[place] = self.ask(update_shop, request)
        self.plan("GOLD-1M", "10.00 EUR")
        self.plan("SILVER-1M", "5.00 EUR")
        for sku, price in case.plans:
            self.plan(sku, price)

    def connect_again(self, case):
        """Connect the same shop once more, as could be done before that was refused."""
        shop = self.connect(case.kind, shop_domain="another.example")
        with self.database.transaction() as work:
            record = work.session.get(ShopConnection, shop.id)
            record.shop_domain = self.shops[0].shop_domain
        return shop

    def run(self, case):
        for step in case.steps:
            post = step if isinstance(step, Post) else Post(body=step)
            self.shop = self.shops[post.shop]
            self.deliver_signed(case.kind, post)
            for order in self.orders():
                if order.state == OrderState.ACCEPTED:
                    (last, *_) = [a for a in self.accepted()[::-1] if a.id == order.id]
                    self.fill(last)

    def deliver_signed(self, kind, post):
        body = (
            post.body
            if isinstance(post.body, bytes)
            else json.dumps(post.body).encode()
        )
        answer = self.intake.receive(
            kind, self.shop.id, _headers(kind, post, body), body
        )
        assert answer is IntakeStatus.KEPT
        for delivery in self.of_mine(ShopDelivery, ShopDelivery.state == "stored"):
            self.work_on(delivery.id)

    def of_mine(self, model, *conditions):
        shop_ids = [shop.id for shop in self.shops]
        return self.rows(select(model).where(model.shop_id.in_(shop_ids), *conditions))

    def orders(self):
        return self.of_mine(ShopOrderRecord)

    def served(self):
        """The SKU of each seat whose user runs."""
        ids = [order.id for order in self.orders()]
        seats = self.rows(
            select(OrderSeat).where(
                OrderSeat.order_id.in_(ids), OrderSeat.state == "filled"
            )
        )
        return sorted(seat.sku for seat in seats if seat.user_id in self.running())

    def earned(self):
        partner_id = self.owner.partner_id
        own = Wallet.purpose == "income", Wallet.partner_id == partner_id
        statement = select(Entry.amount_minor).join(
            Wallet, Wallet.id == Entry.wallet_id
        )
        return sum(self.rows(statement.where(*own)))

    def listed(self):
        return sorted(text for order in self.orders() for text in order.exceptions)


def _headers(kind, post, body):
    if kind == ShopKind.SHOPIFY:
        return {
            "x-shopify-topic": post.topic or "orders/updated",
            "x-shopify-hmac-sha256": signature_of(body, SECRET),
            "x-shopify-shop-domain": post.source or "demo.myshopify.com",
            "x-shopify-webhook-id": str(hash(body)),
        }
    return {
        "content-type": "application/json",
        "x-wc-webhook-source": post.source or "https://shop.example/",
        "x-wc-webhook-topic": post.topic or "order.updated",
        "x-wc-webhook-signature": signature_of(body, SECRET),
        "x-wc-webhook-delivery-id": str(hash(body)),
    }


def check(desk, case, uri):
    """Deliver a case and compare."""
    desk.open(case, uri)
    desk.run(case)

    assert desk.served() == sorted(case.runs)
    told = desk.listed()
    assert len(told) == len(case.listed), told
    assert all(map(str.startswith, told, sorted(case.listed))), told
    assert desk.earned() == case.earned


__all__ = [
    "Case", "CaseDesk", "Post", "a_partner", "back", "check", "gold", "gold2", "other",
    "pytest", "shopify", "silver", "silver2", "woo",
]  # fmt: skip
