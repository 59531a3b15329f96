"""Users whose periods are paid by the shop and from the balance, one after another."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import pytest

from billing.subscriptions.operations import purchase, stop_subscription
from billing.subscriptions.renewals import top_up
from billing.wallets.operations import get_wallet
from lineup.contracts.billing.orders import OrderState
from lineup.contracts.billing.shops import ShopKind
from lineup.contracts.billing.subscriptions import Purchase, StopSubscription
from lineup.contracts.billing.wallets import GetWallet, TopUp
from lineup.errors import Conflict
from lineup.money import Money

from .conftest import shopify, woo, woo_line

ANA = [{"key": "iptv_username", "value": "ana77"}]
ANA2 = [{"name": "iptv_username", "value": "ana77"}]


def order(number, **rest):
    """An order of Gold that names the user of the first one."""
    return woo(id=number, number=str(number), meta_data=ANA, **rest)


class Ana:
    """A customer that the shop served for a month, with money for further ones."""

    def __init__(self, desk):
        self.desk = desk
        (self.user_id,) = desk.serve(order(5012))
        self.customer_id = desk.customers["ana@example.org"]

    def top_up(self, amount):
        request = TopUp(customer_id=self.customer_id, amount=Money.of(amount))
        self.desk.ask(top_up, request)

    def buy(self):
        request = Purchase(user_id=self.user_id, plan_id=self.desk.gold.id)
        return self.desk.ask(purchase, request)

    def stop(self):
        request = StopSubscription(subscription_id=self.desk.subscriptions()[-1].id)
        return self.desk.ask(stop_subscription, request)

    @property
    def balance(self):
        request = GetWallet(customer_id=self.customer_id)
        return self.desk.ask(get_wallet, request).balance


@pytest.fixture
def ana(desk):
    return Ana(desk)


def at_once(*calls):
    """Do all of this in the same moment; what each gave, or was refused with."""

    def outcome(call):
        try:
            return call()
        except Conflict as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(outcome, calls))


def test_the_shops_refund_leaves_the_month_of_the_balance_from_now(desk, ana, clock):
    ana.top_up("14.99 EUR")
    ana.buy()
    desk.deliver(order(5012, status="refunded", minute=5))

    (subscription,) = desk.subscriptions()
    assert subscription.ends_at == datetime(2026, 7, 1, tzinfo=UTC)
    assert clock.now() == datetime(2026, 6, 1, tzinfo=UTC)
    assert ana.balance == Money.of("0.00 EUR")

    stops = at_once(*[ana.stop] * 4)

    assert sum(not isinstance(one, Conflict) for one in stops) == 1
    assert ana.balance == Money.of("14.99 EUR")
    assert desk.running() == set()


def test_orders_and_purchases_in_one_moment_all_count(desk, ana):
    ana.top_up("29.98 EUR")
    for number in (5013, 5014):
        desk.deliver(order(number))
    accepted = {each.id: each for each in desk.accepted()}
    last = list(accepted.values())[-2:]

    at_once(*[partial(desk.fill, each) for each in last], ana.buy, ana.buy)

    (subscription,) = desk.subscriptions()
    assert subscription.ends_at == datetime(
        2026, 11, 1, 1, tzinfo=UTC
    )  # midnight of winter time there
    assert len(desk.periods()) == 5
    assert ana.balance == Money.of("0.00 EUR")
    assert desk.booked("income") == 5 * 1499


def test_a_plan_of_fifteen_months_ends_on_the_leap_day(desk, clock):
    clock.set(datetime(2026, 11, 29, 6, 15, tzinfo=UTC))
    desk.plan("GOLD-15M", "120.00 EUR", months=15)
    desk.serve(woo(woo_line("GOLD-15M", total="120.00")))

    (subscription,) = desk.subscriptions()
    assert subscription.ends_at == datetime(2028, 2, 29, 6, 15, tzinfo=UTC)


def test_a_buyer_with_a_phone_only_renews_the_user_that_the_order_names(desk):
    desk.connect(ShopKind.SHOPIFY)
    (user,) = desk.serve(shopify(note_attributes=ANA2))
    nobody = {"id": 6, "email": None, "first_name": "T", "phone": "+491"}
    by_phone = {"email": "", "contact_email": None, "phone": "+491"}
    desk.serve(shopify(id=77, customer=nobody, note_attributes=ANA2, **by_phone))

    assert desk.order("77").state == OrderState.FULFILLED
    assert desk.running() == {user}
    assert len(desk.periods()) == 2
