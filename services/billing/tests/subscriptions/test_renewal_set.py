"""Renewals by the set do what renewals one by one do, to the last column."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from billing.catalog.models import Plan, SellerPrice
from billing.people.models import AccountCopy, UserCopy
from billing.records import Record
from billing.subscriptions import renewals
from billing.subscriptions.models import Period, Subscription
from billing.subscriptions.renewal_set import RenewalSet
from billing.wallets.models import Wallet
from billing.wallets.movements import OwnerKind
from lineup.contracts.accounts.tree import AccountKind, Status
from lineup.database.records import OUTBOX

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "CET",
)
NOW = datetime(2026, 10, 25, 0, 30, 0, 123456, tzinfo=UTC)
"""In the hour that comes twice in Berlin."""
LATE = (-4 * 86400, -86400, -3600, -60.5, -59, -1, -1, 0, 0, 10, 29, 31)
"""Seconds after now that something ends."""
TABLES = ("wallet", "transfer", "entry", "subscription", "subscription_period")


@pytest.fixture
def books(shop_floor, clock):
    """Fifteen customers of three partners and their dealers, one of them postpaid."""
    clock.set(NOW - timedelta(days=400))
    chance = random.Random(1)
    for zone in chance.sample(ZONES, 3):
        partner = shop_floor.partner(time_zone=zone)
        plans = [
            shop_floor.plan(partner, price, in_credits="9 CREDIT", **length)
            for price in ("9.00 EUR", "4.00 EUR", "0.00 EUR")
            for length in ({"days": chance.choice((1, 30))}, {"months": 1})
        ]
        trial = shop_floor.plan(
            partner, "0.00 EUR", is_trial=True, in_credits="0 CREDIT"
        )
        dealers = [shop_floor.known_seller(partner, name) for name in ("Stall", "Shop")]
        shop_floor.postpaid(dealers[0], partner, "500 CREDIT")
        for number in range(5):
            customer = shop_floor.customer(
                partner,
                balance="99.00 EUR",
                parent_scope=(partner, *dealers, *dealers)[number].scope,
            )
            for _ in range(number % 4 + 1):
                user = shop_floor.user(customer, renews=True)
                shop_floor.buy(user, chance.choice(plans))
            shop_floor.buy(shop_floor.user(customer, renews=True), trial)


@pytest.fixture
def outcome(database):
    """`outcome(way, seed)`: the tables after renewals of shuffled books."""

    def outcome(way, seed):
        with database.transaction() as work:
            work.now = NOW
            undone = work.session.begin_nested()
            Shuffle(work, seed).shuffle()
            way(work, renewals._claim(work, 1000))
            work.session.flush()
            seen = seen_in(work)
            undone.rollback()
        return seen

    return outcome


class Shuffle:
    """Moves ends, anchors, money and what stands against renewals, by chance."""

    def __init__(self, work, seed):
        self._session = work.session
        self._chance = random.Random(seed)

    def shuffle(self):
        for subscription in self._all(Subscription):
            self._move(subscription)
        self._change_plans()
        self._list_plans()
        for partner in self._all(AccountCopy):
            days = self._chance.choice((None, -1, -4))
            partner.served_since = days and NOW + timedelta(days=days)
            days = self._chance.choice((None, -1, -6))
            partner.away_since = days and NOW + timedelta(days=days)
            partner.status = "inactive" if self._is_one_in(9) else "active"
        for user in self._all(UserCopy):
            user.status = Status.INACTIVE if self._is_one_in(12) else user.status
        for wallet in self._all(Wallet):
            self._fill(wallet)
        self._session.flush()

    def _all(self, model):
        return self._session.scalars(select(model).order_by(model.id)).all()

    def _is_one_in(self, number):
        return self._chance.randrange(number) == 0

    def _change_plans(self):
        for plan in self._all(Plan):
            plan.retired_at = NOW if self._is_one_in(6) else None
            days = self._chance.choice((None, -1, 0, 1))
            plan.renewable_until = None if days is None else NOW + timedelta(days=days)
            plan.months *= self._chance.choice((1, 3, 12))
            plan.asset = "USD" if self._is_one_in(15) else plan.asset
            plan.credits_minor = self._chance.choice((None, 0, 4, 9, 12))

    def _list_plans(self):
        """Let most dealers sell some plans only, at prices of their own."""
        for dealer in self._all(AccountCopy):
            is_listing = dealer.kind == AccountKind.DEALER and not self._is_one_in(3)
            theirs = Plan.partner_id == dealer.partner_id
            plans = select(Plan).where(theirs, is_listing).order_by(Plan.id)
            self._session.add_all(
                SellerPrice(
                    seller_id=dealer.id,
                    plan_id=plan.id,
                    partner_id=plan.partner_id,
                    price_minor=self._chance.choice((None, None, 0, 7, 250, 900)),
                    asset=self._chance.choice(("EUR", "EUR", "USD", "CREDIT")),
                    discount_percent=self._chance.choice((0, 0, 10, 33, 100)),
                )
                for plan in self._session.scalars(plans)
                if not self._is_one_in(4)
            )

    def _fill(self, wallet):
        if not wallet.is_system:
            wallet.credit_limit_minor = self._chance.choice((0, 0, 250, 1000))
            left = self._chance.choice((-250, 0, 399, 400, 900, 1700, 5000))
            if wallet.owner_kind == OwnerKind.SELLER:
                left = self._chance.choice((-7, 0, 4, 13, 30, 5000))
            wallet.balance_minor = max(left, -wallet.credit_limit_minor)

    def _move(self, one):
        """Let it end around now, with its period, counted from some anchor or none."""
        late = timedelta(seconds=self._chance.choice(LATE))
        ends_at = NOW + late + timedelta(microseconds=self._chance.choice((0, 250_000)))
        zone = self._session.get_one(AccountCopy, one.partner_id).zone
        one.anchor_months = self._chance.choice((0, 1, 2, 13))
        one.anchor_at = before(ends_at, one.anchor_months, zone)
        is_on = self._chance.random() < 0.6
        reached = one.anchor.reached(zone)
        one.ends_at = (
            reached if is_on and reached <= NOW + timedelta(hours=1) else ends_at
        )
        one.renewal_due_at = one.ends_at
        one.renews = not self._is_one_in(15)
        theirs = select(Plan.id).where(Plan.partner_id == one.partner_id)
        plan_ids = self._session.scalars(theirs.order_by(Plan.id)).all()
        one.next_plan_id = self._chance.choice(plan_ids) if self._is_one_in(5) else None
        one.suspended_at = NOW if self._is_one_in(12) else None
        if self._is_one_in(12):
            one.put_off_until = NOW + timedelta(minutes=self._chance.choice((-1, 1)))
            one.failed_tries = 2
        period = self._session.scalars(
            select(Period).where(Period.subscription_id == one.id)
        ).one()
        period.move(one.ends_at - timedelta(days=1), one.ends_at)
        period.fell_short_at = NOW if self._is_one_in(8) else None


def before(ends_at, months, zone):
    """An anchor that reaches about an instant after so many months."""
    wall = ends_at.astimezone(zone)
    year, month = divmod(wall.year * 12 + wall.month - 1 - months, 12)
    return wall.replace(year=year, month=month + 1).astimezone(UTC)


def seen_in(work):
    """Every row, and every event in order; ids that are new told by what they name."""
    rows = {name: rows_of(work, name) for name in TABLES}
    names = names_of(rows)
    seen = {
        name: sorted((named(row, names) for row in told), key=repr)
        for name, told in rows.items()
    }
    events = select(OUTBOX).order_by(OUTBOX.c.seq)
    seen["outbox"] = [
        event_of(row._mapping) for row in work.session.execute(events).all()
    ]
    return seen


def rows_of(work, name):
    table = Record.metadata.tables[name]
    rows = [dict(row) for row in work.session.execute(select(table)).mappings()]
    return [{k: v for k, v in row.items() if k != "updated_at"} for row in rows]


def names_of(rows):
    names = {}
    for period in rows["subscription_period"]:
        name = f"of {period['subscription_id']} from {period['starts_at']}"
        names[period["id"]] = f"period {name}"
        names[period["transfer_id"]] = f"transfer {name}"
    del names[None]
    for entry in rows["entry"]:
        transfer = names.get(entry["transfer_id"])
        names[entry["id"]] = f"entry of {transfer} at {entry['wallet_id']}"
    return names


def named(row, names):
    told = {column: names.get(value, value) for column, value in row.items()}
    by_text = {f"period:{id_}": name for id_, name in names.items()}
    return told | ({"key": by_text.get(row["key"], row["key"])} if "key" in row else {})


def event_of(row):
    told = {name: row[name] for name in ("event_id", "source", "type", "envelope")}
    told["envelope"]["context"].pop("request_id")
    return told


def one_by_one(work, customers):
    renewals.renew_customers(work, customers)


def by_the_set(work, customers):
    assert RenewalSet(work, customers).renew() == []


@pytest.mark.feature("SU-03", "OP-07")
def test_random_books_come_out_the_same(books, outcome):
    for seed in range(20):
        one, many = outcome(one_by_one, seed), outcome(by_the_set, seed)
        for name, rows in one.items():
            assert rows == many[name], (seed, name)
