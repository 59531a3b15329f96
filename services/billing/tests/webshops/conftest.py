"""A partner with a shop, a shop that delivers, and what accounts would answer."""

import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from uuid import UUID

import msgspec
import pytest
from services.billing.tests.conftest import a_customer, a_user
from sqlalchemy import select

from billing.catalog.operations import create_plan, create_product
from billing.people.operations import upsert_accounts, upsert_customers, upsert_users
from billing.settings import BillingSettings
from billing.subscriptions.models import Period, Subscription
from billing.wallets.models import Entry, Wallet
from billing.webshops.models import OrderSeat, ShopDelivery, ShopOrderRecord
from billing.webshops.operations.connections import connect_shop
from billing.webshops.operations.deliveries import store_delivery, work_on_delivery
from billing.webshops.operations.fulfilment import fill_seats
from lineup.context import SYSTEM, Actor, Call, Context, Event, Role
from lineup.contracts.accounts.orders import FilledSeat, SeatsFilled, UnfilledSeat
from lineup.contracts.accounts.tree import AccountChanged, AccountKind, Status
from lineup.contracts.billing.catalog import CreatePlan, CreateProduct
from lineup.contracts.billing.orders import OrderAccepted, OrderState
from lineup.contracts.billing.shops import ConnectShop, DeliveryTaken, ShopKind
from lineup.contracts.billing.shops import DeliveryStored as Stored
from lineup.database import Database, connect
from lineup.database.records import OUTBOX
from lineup.errors import Busy
from lineup.events import envelope
from lineup.ids import new_id
from lineup.money import Money
from lineup.scope import ROOT, below
from lineup.secrets import Keyring, make_key
from lineup.values.checking import checked
from lineup.verbs import needs_of

SECRET = "woo-demo-secret"
EMPTY = Context(actor=SYSTEM)


def a_partner(database, *, currency="EUR"):
    """A partner that billing has heard of, and its owner's login."""
    partner_id = new_id()
    scope = below(ROOT, partner_id)
    state = AccountChanged(
        id=partner_id,
        version=1,
        kind=AccountKind.PARTNER,
        name="Partner",
        scope=scope,
        partner_id=partner_id,
        parent_id=None,
        email="partner@example.org",
        currency=currency,
        time_zone="Europe/Madrid",
        public_url="",
        status=Status.ACTIVE,
    )
    with database.transaction() as work:
        upsert_accounts(work, [state])
    return Actor(
        role=Role.PARTNER, scopes=(scope,), partner_id=partner_id, name="owner"
    )


@pytest.fixture
def database(fresh_database, clock):
    engine = connect(fresh_database("billing"), pool_size=12)
    yield Database(engine, clock)
    engine.dispose()


@pytest.fixture
def keyring():
    return Keyring([make_key()])


MOST_TRIES = 5
"""The bus has as many, and pauses between them."""
SETTINGS = BillingSettings(
    amqp_uri="", database_uri="", lineup_secret_keys="", public_url="https://tv.example"
)


@dataclass
class Desk:
    """The partner's side: plans, shops, orders as they stand."""

    database: Database
    keyring: Keyring
    clock: object
    owner: Actor
    kind: ShopKind = ShopKind.WOOCOMMERCE
    shop: object = None
    customers: dict = field(default_factory=dict)
    users: dict = field(default_factory=dict)
    clients: int = 0

    def ask(self, operation, request, actor=None, **settings):
        """Run an operation with what it needs; `settings` are other than usual."""
        context = Context(actor=actor or self.owner)
        has = {"keyring": self.keyring, "settings": replace(SETTINGS, **settings)}
        needs = {name: has[name] for name in needs_of(operation)}
        return self.database.run_idempotent(
            Call(name="test", request=checked(request), context=context),
            partial(operation, **needs),
        )

    def connect(self, kind=ShopKind.WOOCOMMERCE, **changes):
        request = {
            "kind": kind,
            "name": "Shop",
            "secret": self.keyring.seal(SECRET),
            "currency": "EUR",
            "shop_domain": "demo.myshopify.com" if kind == ShopKind.SHOPIFY else "",
        } | changes
        self.kind = kind
        self.shop = self.ask(connect_shop, ConnectShop(**request))
        return self.shop

    def plan(self, sku, price, *, product=None, months=1):
        product_id = (
            product
            or self.ask(
                create_product, CreateProduct(name=f"Product {sku}", package_ids=[])
            ).id
        )
        return self.ask(
            create_plan,
            CreatePlan(
                product_id=product_id,
                name=sku,
                price=Money.of(price),
                months=months,
                sku=sku,
            ),
        )

    # Deliveries, the way the bus brings them

    def taken(self, body, topic, *, key=None, source=None, is_test=False):
        shopify = self.kind == ShopKind.SHOPIFY
        return DeliveryTaken(
            id=new_id(),
            version=1,
            shop_id=self.shop.id,
            delivery_key=key or new_id().hex,
            topic=topic,
            source=source or ("demo.myshopify.com" if shopify else ""),
            is_test=is_test,
            body=body if isinstance(body, bytes) else json.dumps(body).encode(),
            received_at=self.clock.now(),
        )

    def deliver(self, body, topic=None, **headers):
        """Store a delivery and work on it; what became of it."""
        default = "orders/updated" if self.kind == ShopKind.SHOPIFY else "order.updated"
        taken = self.taken(body, topic or default, **headers)
        with self.database.transaction(EMPTY) as work:
            if not store_delivery(work, taken):
                return None
        self.work_on(taken.id)
        return self.delivery(taken.id)

    def work_on(self, delivery_id):
        event = self.event(Stored(id=delivery_id, version=1), "on_delivery_stored")
        self.handle(event, work_on_delivery)

    def handle(self, event, operation):
        """Act on an event; again where somebody is in the way, as the bus does."""
        for _ in range(MOST_TRIES):
            with suppress(Busy):
                self.database.handle_event_once(event, operation)
                return
        raise AssertionError("Somebody was in the way all the time.")

    def event(self, state, consumer):
        wrapped = envelope(state, self.clock.now(), EMPTY)
        return Event(
            id=wrapped.id,
            type=wrapped.type,
            occurred_at=wrapped.occurred_at,
            state=state,
            consumer=consumer,
            context=EMPTY,
        )

    # What accounts does with OrderAccepted

    def told(self, event_type):
        """The states of every event of a type, as they were announced."""
        with self.database.transaction() as work:
            rows = work.session.execute(
                select(OUTBOX).where(OUTBOX.c.type == event_type).order_by(OUTBOX.c.seq)
            ).all()
        return [row.envelope["state"] for row in rows]

    def accepted(self):
        """Every OrderAccepted announced, in order."""
        states = self.told("order_accepted")
        return [msgspec.convert(state, OrderAccepted) for state in states]

    def leave_unfilled(self, problem):
        """Accounts finds nobody for any seat of the last accepted order."""
        order = self.accepted()[-1]
        filled = SeatsFilled(
            id=order.id,
            version=order.version,
            partner_id=order.partner_id,
            scope="",
            customer_id=None,
            seats=[],
            unfilled=[
                UnfilledSeat(seat_id=seat.id, problem=problem) for seat in order.seats
            ],
        )
        self.handle(self.event(filled, "on_seats_filled"), fill_seats)

    def fill(self, accepted=None, **details):
        """Give the seats of the last accepted order users of the buyer's."""
        order = accepted or self.accepted()[-1]
        customer_id = order.customer_id or self.customers.setdefault(
            order.buyer.email, new_id()
        )
        filled = SeatsFilled(
            id=order.id,
            version=order.version,
            partner_id=order.partner_id,
            scope=below(order.scope, customer_id),
            customer_id=customer_id,
            seats=[
                FilledSeat(
                    seat_id=seat.id,
                    user_id=seat.user_id
                    or self.users.setdefault(seat.username or seat.id, new_id()),
                    **details,
                )
                for seat in order.seats
            ],
        )
        self.handle(self.event(filled, "on_seats_filled"), fill_seats)
        return filled

    def serve(self, body, **headers):
        """An order comes in and accounts fills it; what users it has now.

        Billing has heard of its customers and users, as it does by their own events.
        """
        self.deliver(body, **headers)
        last = self.accepted()[-1] if self.accepted() else None
        order = self.order(str(body["id"]))
        if last is None or last.id != order.id or order.state != OrderState.ACCEPTED:
            return []
        filled = self.fill(last)
        self.hear_of(last.buyer.email, filled)
        return [seat.user_id for seat in filled.seats]

    def hear_of(self, email, filled):
        """Take what accounts says of a filled order's customer and users."""
        owner = SimpleNamespace(
            id=filled.customer_id,
            scope=filled.scope,
            partner=SimpleNamespace(id=filled.partner_id),
        )
        names = {user_id: name for name, user_id in self.users.items()}
        with self.database.transaction() as work:
            state = a_customer(owner.id, owner.partner.id, owner.scope, email=email)
            upsert_customers(work, [state])
            for seat in filled.seats:
                user = a_user(
                    SimpleNamespace(id=seat.user_id, customer=owner),
                    self.clock.now(),
                    username=str(names.get(seat.user_id, "")),
                )
                upsert_users(work, [user])

    # How things stand

    def rows(self, statement):
        with self.database.transaction() as work:
            return list(work.session.scalars(statement))

    def order(self, external_id="5012"):
        statement = select(ShopOrderRecord).where(
            ShopOrderRecord.external_id == external_id,
            ShopOrderRecord.partner_id == self.owner.partner_id,
        )
        (only,) = self.rows(statement)
        return only

    def delivery(self, delivery_id: UUID):
        (only,) = self.rows(select(ShopDelivery).where(ShopDelivery.id == delivery_id))
        return only

    def seats(self):
        ordered = select(OrderSeat).order_by(OrderSeat.line_id, OrderSeat.number)
        return [seat.state for seat in self.rows(ordered)]

    def subscriptions(self):
        mine = Subscription.partner_id == self.owner.partner_id
        return self.rows(select(Subscription).where(mine).order_by(Subscription.id))

    def running(self):
        """The users that are served now."""
        return {
            s.user_id for s in self.subscriptions() if s.is_running(self.clock.now())
        }

    def periods(self):
        ids = [one.id for one in self.subscriptions()]
        mine = select(Period).where(Period.subscription_id.in_(ids))
        return self.rows(mine.order_by(Period.starts_at, Period.id))

    def booked(self, purpose):
        """What the entries of a system account sum to, in cents."""
        with self.database.transaction() as work:
            amounts = work.session.scalars(
                select(Entry.amount_minor)
                .join(Wallet, Wallet.id == Entry.wallet_id)
                .where(Wallet.purpose == purpose)
            ).all()
        return sum(amounts)


@pytest.fixture
def desk(database, keyring, clock):
    desk = Desk(database, keyring, clock, a_partner(database))
    desk.connect()
    desk.gold = desk.plan("GOLD-1M", "14.99 EUR")
    desk.silver = desk.plan("SILVER-1M", "9.00 EUR")
    return desk


@pytest.fixture
def shopify_desk(desk):
    desk.connect(ShopKind.SHOPIFY)
    return desk


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def woo_line(sku="GOLD-1M", *, quantity=1, total="14.99", **rest):
    return {
        "id": 66,
        "name": f"Name of {sku}",
        "quantity": quantity,
        "total": total,
        "total_tax": "0.00",
        "sku": sku,
    } | rest


def sum_of(amounts):
    """Several amounts in euros as one."""
    euros = [Money.parse(amount, "EUR").amount_minor for amount in amounts]
    return Money(sum(euros), "EUR").decimal()


def woo(*lines, status="processing", minute=0, total=None, refunds=(), **rest):
    """A WooCommerce order as it stood `minute` minutes after noon."""
    lines = lines or (woo_line(),)
    modified = (NOON + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%S")
    total = total or sum_of(line["total"] for line in lines)
    unpaid = status in {"pending", "on-hold", "failed", "checkout-draft"}
    return {
        "id": 5012,
        "number": "5012",
        "status": status,
        "currency": "EUR",
        "total": total,
        "date_modified_gmt": modified,
        "date_paid_gmt": None if unpaid else "2026-03-02T12:00:00",
        "billing": {
            "first_name": "Ana",
            "last_name": "Ruiz",
            "email": "ana@example.org",
        },
        "line_items": list(lines),
        "refunds": list(refunds),
    } | rest


def shopify_line(sku="GOLD-1M", *, quantity=1, price="14.99", **rest):
    return {
        "id": 866550311766439000,
        "title": f"Title of {sku}",
        "sku": sku,
        "quantity": quantity,
        "price": price,
    } | rest


def shopify(*lines, status="paid", minute=0, refunds=(), **rest):
    """A Shopify order as it stood `minute` minutes after noon."""
    lines = lines or (shopify_line(),)
    total = sum_of(line["price"] for line in lines for _ in range(line["quantity"]))
    return {
        "id": 820982911946154500,
        "name": "#1042",
        "email": "ana@example.org",
        "currency": "EUR",
        "total_price": total,
        "financial_status": status,
        "cancelled_at": None,
        "test": False,
        "updated_at": (NOON + timedelta(minutes=minute)).isoformat(),
        "customer": {"first_name": "Ana", "last_name": "Ruiz"},
        "line_items": list(lines),
        "refunds": list(refunds),
    } | rest


def shopify_refund(*pieces, amount="14.99"):
    """`pieces` are (line id, quantity) pairs."""
    return {
        "id": 509562969,
        "order_id": 820982911946154500,
        "refund_line_items": [
            {"line_item_id": line, "quantity": count, "subtotal": 14.99}
            for line, count in pieces
        ],
        "transactions": [
            {"kind": "refund", "status": "success", "amount": amount, "currency": "EUR"}
        ],
    }


SHOPIFY_ID = "820982911946154500"
