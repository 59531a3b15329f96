"""Orders of another product, and orders whose payment is disputed."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from billing.catalog.operations import create_plan, create_product
from billing.subscriptions.operations import (
    purchase,
    stop_subscription,
    switch_renewal,
)
from billing.subscriptions.renewals import renew_all, top_up
from billing.subscriptions.upkeep import expire_all
from billing.wallets.corrections import pay_out
from billing.wallets.operations import get_wallet
from billing.webshops.models import ShopOrderRecord
from billing.webshops.operations.connections import update_shop
from billing.webshops.operations.exceptions import close_exception
from billing.webshops.operations.fulfilment import start_scheduled
from lineup.contracts.billing.catalog import CreatePlan, CreateProduct
from lineup.contracts.billing.exceptions import CloseException
from lineup.contracts.billing.orders import ExceptionSettlement, OrderState
from lineup.contracts.billing.shops import OtherProduct, UpdateShop
from lineup.contracts.billing.subscriptions import (
    Purchase,
    StopSubscription,
    SwitchRenewal,
)
from lineup.contracts.billing.wallets import GetWallet, PayOut, TopUp
from lineup.money import Money

from .conftest import (
    SHOPIFY_ID,
    shopify,
    shopify_line,
    shopify_refund,
    woo,
    woo_line,
)

ANA = [{"key": "iptv_username", "value": "ana77"}]


def set_to(desk, **settings):
    desk.ask(update_shop, UpdateShop(shop_id=desk.shop.id, **settings))


def silver(number=5013, **rest):
    """An order of Silver that names the user of the first one."""
    line = woo_line("SILVER-1M", total="9.00", meta_data=ANA)
    return woo(line, id=number, number=str(number), **rest)


@pytest.fixture
def gold(desk):
    (user,) = desk.serve(woo(meta_data=ANA))
    return user


class TestAnotherProduct:
    def test_it_is_listed_where_nothing_is_set(self, desk, gold):
        desk.serve(silver())

        assert desk.order("5013").exceptions == ["subscription_active: SILVER-1M"]

    @pytest.mark.feature("SU-17")
    def test_it_is_changed_now(self, desk, gold):
        set_to(desk, other_product=OtherProduct.CHANGE_NOW)
        desk.serve(silver())

        old, new = desk.subscriptions()
        assert (old.state, new.state) == ("stopped", "running")
        assert new.product_id == desk.silver.product_id
        assert desk.order("5013").exceptions == []

    def test_a_stranger_who_pays_changes_nothing(self, desk, gold):
        set_to(desk, other_product=OtherProduct.CHANGE_NOW)
        person = {"first_name": "Ben", "last_name": "B", "email": "ben@example.org"}
        desk.deliver(silver(billing=person))
        order = desk.accepted()[-1]
        desk.customers[order.buyer.email] = desk.customers["ana@example.org"]
        desk.fill(order)

        assert desk.order("5013").exceptions == ["subscription_active: SILVER-1M"]
        assert len(desk.subscriptions()) == 1

    @pytest.mark.feature("SU-17")
    def test_it_is_changed_at_the_end(self, desk, gold, clock):
        set_to(desk, other_product=OtherProduct.CHANGE_AT_END)
        desk.ask(switch_renewal, SwitchRenewal(user_id=gold, renews=True))
        desk.serve(silver())
        order = desk.order("5013")
        assert (order.state, order.exceptions) == (OrderState.ACCEPTED, [])
        (old,) = desk.subscriptions()
        assert old.renews is False
        self.tick(desk)
        assert len(desk.subscriptions()) == 1

        clock.set(old.ends_at + timedelta(seconds=1))
        self.tick(desk)
        desk.fill()

        assert desk.running() == {gold}
        assert desk.subscriptions()[-1].product_id == desk.silver.product_id
        assert desk.order("5013").state == OrderState.FULFILLED
        self.tick(desk)
        assert len(desk.periods()) == 2

    def test_what_is_refunded_before_the_end_never_begins(self, desk, gold, clock):
        set_to(desk, other_product=OtherProduct.CHANGE_AT_END)
        desk.serve(silver())
        desk.deliver(silver(status="refunded", minute=5))
        clock.set(desk.subscriptions()[0].ends_at + timedelta(seconds=1))
        self.tick(desk)

        assert desk.order("5013").state == OrderState.REVERSED
        assert len(desk.subscriptions()) == 1

    @pytest.mark.feature("SU-19")
    @pytest.mark.parametrize("setting", OtherProduct)
    def test_a_trial_becomes_what_was_bought_at_once(self, desk, setting):
        set_to(desk, other_product=setting)
        self.trial(desk)
        (user,) = desk.serve(woo(woo_line("TRIAL", total="0.00", meta_data=ANA)))

        desk.serve(silver())

        old, new = desk.subscriptions()
        assert (old.state, new.state) == ("stopped", "running")
        assert new.user_id == user
        assert desk.order("5013").state == OrderState.FULFILLED

    def trial(self, desk):
        product = desk.ask(
            create_product,
            CreateProduct(name="Trial", package_ids=[], is_trial=True),
        )
        desk.ask(
            create_plan,
            CreatePlan(
                product_id=product.id,
                name="Trial",
                price=Money.of("0.00 EUR"),
                days=1,
                sku="TRIAL",
            ),
        )

    def test_those_who_wait_on_keep_nobody_waiting_who_is_due(self, desk, clock):
        self.wait(desk, clock)

        assert start_scheduled(desk.database, at_once=1) == 1
        assert desk.accepted()[-1].id == desk.order("5015").id

    def test_an_order_that_raises_keeps_no_other_waiting(self, desk, clock):
        self.wait(desk, clock)
        clock.forward(days=31)
        spoilt = update(ShopOrderRecord).where(ShopOrderRecord.external_id == "5014")
        with desk.database.transaction() as work:
            work.session.execute(spoilt.values(buyer={"shoe_size": "44"}))

        assert start_scheduled(desk.database) == 1
        assert desk.accepted()[-1].id == desk.order("5015").id

    def wait(self, desk, clock):
        """Ana's two months of Gold go on while Ben's are over; Silver follows each."""
        ben = [{"key": "iptv_username", "value": "ben78"}]
        two = woo_line(total="29.98", quantity=2, meta_data=ANA)
        desk.serve(woo(two))
        desk.serve(woo(woo_line(meta_data=ben), id=5013, number="5013"))
        set_to(desk, other_product=OtherProduct.CHANGE_AT_END)
        desk.serve(silver(5014))
        line = woo_line("SILVER-1M", total="9.00", meta_data=ben)
        desk.serve(woo(line, id=5015, number="5015"))
        clock.forward(days=32)

    def tick(self, desk):
        start_scheduled(desk.database)


class TestTheProductBefore:
    """A change that is refunded is undone: what ran before goes on."""

    @pytest.fixture
    def changed(self, desk, gold, clock):
        """Gold for ten days, then Silver."""
        set_to(desk, other_product=OtherProduct.CHANGE_NOW)
        clock.forward(days=10)
        desk.serve(silver())
        clock.forward(days=2)
        return gold

    def refund(self, desk, number=5013):
        desk.deliver(silver(number, status="refunded", minute=5))

    def test_it_goes_on_for_what_was_left_of_it(self, desk, changed, clock):
        begun, ended = desk.periods()[0].starts_at, desk.periods()[0].ends_at
        self.refund(desk)
        self.refund(desk)

        now = desk.subscriptions()[-1]
        assert desk.running() == {changed}
        assert now.product_id == desk.gold.product_id
        assert now.ends_at == ended + timedelta(days=2)
        assert desk.order("5013").exceptions == []
        clock.set(now.ends_at - timedelta(seconds=1))
        assert desk.running() == {changed}
        assert begun < now.started_at

    def test_its_own_refund_ends_it_then(self, desk, changed):
        self.refund(desk)
        desk.deliver(woo(meta_data=ANA, status="refunded", minute=9))

        assert desk.running() == set()
        assert desk.booked("income") == 0

    def test_a_trial_goes_on_too(self, desk, clock):
        TestAnotherProduct().trial(desk)
        desk.serve(woo(woo_line("TRIAL", total="0.00", meta_data=ANA)))
        clock.forward(hours=6)
        desk.serve(silver())
        self.refund(desk)

        now = desk.subscriptions()[-1]
        assert now.is_running(clock.now())
        assert now.ends_at == clock.now() + timedelta(hours=18)

    def test_two_months_of_the_other_end_together_before_it_comes_back(
        self, desk, gold
    ):
        set_to(desk, other_product=OtherProduct.CHANGE_NOW)
        line = woo_line("SILVER-1M", total="18.00", quantity=2, meta_data=ANA)
        two = {"id": 5013, "number": "5013"}
        desk.serve(woo(line, **two))
        refund = {"id": 88, "total": "-9.00"}
        desk.deliver(woo(line, minute=5, refunds=[refund], total="18.00", **two))
        assert desk.subscriptions()[-1].product_id == desk.silver.product_id
        assert len(desk.running()) == 1

        desk.deliver(woo(line, minute=6, status="refunded", **two))

        assert desk.subscriptions()[-1].product_id == desk.gold.product_id
        assert desk.running() == {gold}
        assert desk.order("5013").exceptions == []

    def test_a_change_that_was_changed_again_is_passed_over(self, desk, changed):
        desk.plan("BRONZE-1M", "9.00 EUR")
        bronze = woo_line("BRONZE-1M", total="9.00", meta_data=ANA)
        third = {"id": 5014, "number": "5014"}
        desk.serve(woo(bronze, **third))
        self.refund(desk)
        assert len(desk.running()) == 1

        desk.deliver(woo(bronze, status="refunded", minute=5, **third))

        assert desk.subscriptions()[-1].product_id == desk.gold.product_id
        assert desk.running() == {changed}

    def test_two_changes_are_undone_one_after_the_other(self, desk, changed):
        desk.plan("BRONZE-1M", "9.00 EUR")
        bronze = woo_line("BRONZE-1M", total="9.00", meta_data=ANA)
        third = {"id": 5014, "number": "5014"}
        desk.serve(woo(bronze, **third))
        desk.deliver(woo(bronze, status="refunded", minute=5, **third))
        assert desk.subscriptions()[-1].product_id == desk.silver.product_id

        self.refund(desk)

        assert desk.subscriptions()[-1].product_id == desk.gold.product_id
        assert desk.running() == {changed}

    def test_one_undone_and_changed_again_is_passed_over_too(self, desk, changed):
        desk.plan("BRONZE-1M", "9.00 EUR")
        bronze = woo_line("BRONZE-1M", total="9.00", meta_data=ANA)
        third, fourth = ({"id": n, "number": str(n)} for n in (5014, 5015))
        desk.serve(woo(bronze, **third))
        desk.deliver(woo(bronze, status="refunded", minute=5, **third))
        desk.serve(woo(bronze, **fourth))
        self.refund(desk)
        desk.deliver(woo(bronze, status="refunded", minute=5, **fourth))

        assert desk.subscriptions()[-1].product_id == desk.gold.product_id
        assert desk.running() == {changed}

    def test_what_was_refunded_meanwhile_does_not_come_back(self, desk, changed):
        desk.deliver(woo(meta_data=ANA, status="refunded", minute=9))
        self.refund(desk)

        assert desk.running() == set()
        assert desk.order("5013").exceptions == []

    def test_it_comes_back_after_an_end_that_is_not_marked_yet(
        self, desk, changed, clock
    ):
        clock.set(desk.subscriptions()[-1].ends_at + timedelta(seconds=20))
        self.refund(desk)

        assert desk.running() == {changed}
        states = [one.state for one in desk.subscriptions()]
        assert states == ["stopped", "expired", "running"]

    def test_what_waited_for_money_waits_no_more_when_it_comes_back(
        self, desk, changed, clock
    ):
        desk.ask(switch_renewal, SwitchRenewal(user_id=changed, renews=True))
        clock.set(desk.subscriptions()[-1].ends_at + timedelta(minutes=2))
        renew_all(desk.database)
        expire_all(desk.database)
        self.refund(desk)

        _, waited, back = desk.subscriptions()
        assert (waited.state, waited.renews) == ("expired", False)
        assert (back.state, back.renews) == ("running", True)

    def test_nothing_comes_back_where_people_stopped_the_user(self, desk, changed):
        request = StopSubscription(subscription_id=desk.subscriptions()[-1].id)
        desk.ask(stop_subscription, request)
        self.refund(desk)

        assert desk.running() == set()
        assert desk.order("5013").exceptions == ["old_product_stopped: SILVER-1M"]
        close = CloseException(
            order_id=desk.order("5013").id,
            exception="old_product_stopped: SILVER-1M",
            settlement=ExceptionSettlement.DISMISSED,
        )
        assert desk.ask(close_exception, close).exceptions == []

    def test_renewal_is_on_again_where_the_other_never_began(self, desk, gold):
        set_to(desk, other_product=OtherProduct.CHANGE_AT_END)
        desk.ask(switch_renewal, SwitchRenewal(user_id=gold, renews=True))
        desk.serve(silver())
        self.refund(desk)

        (old,) = desk.subscriptions()
        assert old.renews is True

    def test_renewal_stays_off_while_yet_another_order_waits(self, desk, gold):
        set_to(desk, other_product=OtherProduct.CHANGE_AT_END)
        desk.ask(switch_renewal, SwitchRenewal(user_id=gold, renews=True))
        desk.serve(silver())
        desk.serve(silver(5014))
        self.refund(desk)
        (old,) = desk.subscriptions()
        assert old.renews is False

        self.refund(desk, 5014)

        (old,) = desk.subscriptions()
        assert old.renews is True

    def test_renewal_switched_on_is_of_what_waits(self, desk, gold, clock):
        set_to(desk, other_product=OtherProduct.CHANGE_AT_END)
        desk.serve(silver())
        desk.ask(switch_renewal, SwitchRenewal(user_id=gold, renews=True))
        start_scheduled(desk.database)
        (old,) = desk.subscriptions()
        assert old.renews is False

        clock.set(old.ends_at + timedelta(seconds=1))
        start_scheduled(desk.database)
        desk.fill()

        assert desk.subscriptions()[-1].renews is True


class TestTheBalanceBefore:
    """The same, where the customer had paid from its balance."""

    @pytest.fixture
    def changed(self, desk, clock):
        set_to(desk, other_product=OtherProduct.CHANGE_NOW)
        desk.serve(woo(meta_data=ANA))
        (user,) = desk.users.values()
        self.customer_id = desk.customers["ana@example.org"]
        request = TopUp(customer_id=self.customer_id, amount=Money.of("14.99 EUR"))
        desk.ask(top_up, request)
        desk.ask(purchase, Purchase(user_id=user, plan_id=desk.gold.id))
        desk.serve(silver())
        return user

    def balance(self, desk):
        request = GetWallet(customer_id=self.customer_id)
        return desk.ask(get_wallet, request).balance

    def refund(self, desk):
        desk.deliver(silver(status="refunded", minute=5))

    def test_what_went_to_the_balance_is_taken_from_there_again(self, desk, changed):
        ended = desk.periods()[-1].ends_at
        assert self.balance(desk) == Money.of("14.99 EUR")
        self.refund(desk)

        assert self.balance(desk) == Money.of("0.00 EUR")
        assert desk.subscriptions()[-1].ends_at == ended
        assert desk.order("5013").exceptions == []
        request = StopSubscription(subscription_id=desk.subscriptions()[-1].id)
        assert desk.ask(stop_subscription, request).refunded == Money.of("14.99 EUR")

    def test_where_it_is_spent_the_rest_comes_back_and_it_is_listed(
        self, desk, changed
    ):
        ended = desk.periods()[0].ends_at
        request = PayOut(customer_id=self.customer_id, amount=Money.of("14.00 EUR"))
        desk.ask(pay_out, request)
        self.refund(desk)

        assert desk.subscriptions()[-1].ends_at == ended
        assert desk.running() == {changed}
        assert desk.order("5013").exceptions == ["old_product_spent: SILVER-1M"]


PAID_AT = "2026-03-02T12:00:00"


class TestDisputes:
    def test_an_order_that_waits_again_after_it_was_paid_is_listed(self, desk):
        desk.serve(woo())
        desk.deliver(woo(status="on-hold", date_paid_gmt=PAID_AT, minute=5))

        order = desk.order()
        assert order.exceptions == ["disputed: 5012"]
        assert len(desk.running()) == 1

    def test_it_is_over_when_the_order_goes_on(self, desk):
        desk.serve(woo())
        desk.deliver(woo(status="on-hold", date_paid_gmt=PAID_AT, minute=5))
        desk.deliver(woo(minute=6))

        assert desk.order().exceptions == []

    def test_a_bank_transfer_that_is_waited_for_is_no_dispute(self, desk):
        desk.deliver(woo(status="on-hold"))

        assert desk.order().exceptions == []

    @pytest.mark.feature("WL-16")
    def test_a_dispute_that_is_lost_takes_the_order_back(self, desk):
        desk.serve(woo())
        desk.deliver(woo(status="on-hold", date_paid_gmt=PAID_AT, minute=5))
        desk.deliver(woo(status="failed", date_paid_gmt=PAID_AT, minute=9))

        assert desk.running() == set()
        assert desk.order().exceptions == []

    def dispute(self, **rest):
        return {
            "id": 4711,
            "order_id": int(SHOPIFY_ID),
            "type": "chargeback",
            "amount": "14.99",
            "currency": "EUR",
            "status": "needs_response",
        } | rest

    def test_a_chargeback_is_listed(self, shopify_desk):
        shopify_desk.serve(shopify())
        shopify_desk.deliver(self.dispute(), "disputes/create")

        order = shopify_desk.order(SHOPIFY_ID)
        assert order.exceptions == ["disputed: 14.99 EUR (4711)"]

    @pytest.mark.parametrize(("status", "running"), [("won", 1), ("lost", 0)])
    def test_a_chargeback_ends_one_way_or_the_other(
        self, shopify_desk, status, running
    ):
        shopify_desk.serve(shopify())
        shopify_desk.deliver(self.dispute(), "disputes/create")
        shopify_desk.deliver(self.dispute(status=status), "disputes/update")

        assert len(shopify_desk.running()) == running
        assert shopify_desk.order(SHOPIFY_ID).exceptions == []

    def test_a_chargeback_that_the_shop_refunded_counts_once(self, shopify_desk):
        lines = [shopify_line(id=1), shopify_line(id=2)]
        shopify_desk.serve(shopify(*lines))
        shopify_desk.deliver(self.dispute(), "disputes/create")
        refund = shopify_refund((1, 1))
        shopify_desk.deliver(
            shopify(*lines, status="partially_refunded", refunds=[refund], minute=5)
        )
        refunded = self.dispute(status="charge_refunded")
        shopify_desk.deliver(refunded, "disputes/update")

        assert len(shopify_desk.running()) == 1
        assert shopify_desk.order(SHOPIFY_ID).exceptions == []

    def test_a_chargeback_of_an_order_nobody_knows_waits_for_it(self, shopify_desk):
        shopify_desk.deliver(self.dispute(), "disputes/create")

        order = shopify_desk.order(SHOPIFY_ID)
        assert order.exceptions == ["disputed: 14.99 EUR (4711)"]

    @pytest.mark.feature("WL-16")
    def test_users_are_held_back_where_the_shop_is_set_so(self, desk):
        set_to(desk, suspends_disputed=True)
        (user,) = desk.serve(woo())
        desk.deliver(woo(status="on-hold", date_paid_gmt=PAID_AT, minute=5))
        desk.deliver(woo(status="on-hold", date_paid_gmt=PAID_AT, minute=6))
        desk.deliver(woo(minute=7))

        off, on = desk.told("users_held_back")
        assert off["user_ids"] == [str(user)]
        assert (off["are_held_back"], on["are_held_back"]) == (True, False)

    def test_who_is_held_back_for_another_order_stays_so(self, desk):
        set_to(desk, suspends_disputed=True)
        (user,) = desk.serve(woo(meta_data=ANA))
        again = {"meta_data": ANA, "id": 5013, "number": "5013"}
        desk.serve(woo(**again))
        waits = {"status": "on-hold", "date_paid_gmt": PAID_AT, "minute": 5}
        desk.deliver(woo(meta_data=ANA, **waits))
        desk.deliver(woo(**again, **waits))

        desk.deliver(woo(meta_data=ANA, minute=7))
        assert desk.told("users_held_back")[-1]["user_ids"] == []
        desk.deliver(woo(**again, minute=7))

        last = desk.told("users_held_back")[-1]
        assert last["user_ids"] == [str(user)]
        assert last["are_held_back"] is False

    def test_nobody_is_held_back_where_it_is_not_set(self, desk):
        desk.serve(woo())
        desk.deliver(woo(status="on-hold", date_paid_gmt=PAID_AT, minute=5))

        assert desk.told("users_held_back") == []
