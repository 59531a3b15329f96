"""A product is changed in the middle of a period (workflow 14, to the cent)."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from billing.catalog.operations import retire_plan
from billing.reports.sales_list import list_sales
from billing.subscriptions import changes
from billing.subscriptions.upkeep import expire_all
from lineup.contracts.billing.catalog import RetirePlan
from lineup.contracts.billing.product_changes import ChangeWay, WithdrawChange
from lineup.contracts.billing.refusals import (
    ChangeToTrial,
    InsufficientBalance,
    NoChangeNoted,
    NothingLeft,
    PlanRetired,
    SameProduct,
    SubscriptionSuspended,
)
from lineup.contracts.billing.reports import ListSales
from lineup.contracts.billing.subscriptions import SubscriptionState
from lineup.errors import NotFound
from lineup.money import Money

pytestmark = pytest.mark.feature("SU-17")
NEW_PERIOD, KEEP_END = ChangeWay.NEW_PERIOD, ChangeWay.KEEP_END
INTO_TIME, AT_END = ChangeWay.INTO_TIME, ChangeWay.AT_END


def june(day, **time):
    return datetime(2026, 6, day, tzinfo=UTC).replace(**time)


def july(day):
    return datetime(2026, 7, day, tzinfo=UTC)


@pytest.fixture
def basic(shop_floor, partner):
    return shop_floor.plan(partner, "9.00 EUR", days=30)


@pytest.fixture
def plus(shop_floor, partner):
    return shop_floor.plan(partner, "15.00 EUR", days=30)


@pytest.fixture
def running(shop_floor, user, customer, basic, clock):
    """Basic from 1 June to 1 July for 9.00 EUR; it is 11 June, 20.00 EUR are left."""
    shop_floor.top_up(customer, "29.00 EUR")
    bought = shop_floor.buy(user, basic)
    clock.set(june(11))
    return bought


@pytest.fixture
def spend(shop_floor, partner, customer):
    """`spend("11.00 EUR")` leaves so much less on the balance."""

    def spend(amount):
        shop_floor.buy(shop_floor.user(customer), shop_floor.plan(partner, amount))

    return spend


@pytest.mark.parametrize(
    ("way", "charged", "ends_at"),
    [
        (NEW_PERIOD, "9.00 EUR", july(11)),
        (KEEP_END, "4.00 EUR", july(1)),
        (INTO_TIME, "0.00 EUR", june(23)),
    ],
)
def test_the_worked_examples_hold_to_the_cent(
    shop_floor, running, customer, plus, announced, way, charged, ends_at
):
    quote = shop_floor.quote_change(running, plus, way)
    changed = shop_floor.change(running, plus, way)

    assert str(quote.value) == "6.00 EUR"
    assert str(quote.price - quote.value) == charged
    assert (quote.starts_at, quote.ends_at) == (june(11), ends_at)
    now = (changed.id, changed.plan_id, changed.ends_at)
    assert now == (running.id, plus.id, ends_at)
    left = Money.of("20.00 EUR") - Money.of(charged)
    assert shop_floor.balance(customer) == str(quote.balance_after) == str(left)
    told = announced("subscription_changed")[-1]
    assert (told.product_id, told.state) == (str(plus.product_id), "running")
    assert shop_floor.books().is_sound


def test_from_the_end_date_it_is_made_at_the_renewal(
    shop_floor, running, user, customer, plus, clock
):
    shop_floor.switch(user, renews=True)
    quote = shop_floor.quote_change(running, plus, AT_END)
    noted = shop_floor.change(running, plus, AT_END)

    assert (quote.starts_at, quote.ends_at) == (july(1), july(31))
    assert (str(quote.value), str(quote.price)) == ("0.00 EUR", "15.00 EUR")
    assert (noted.ends_at, noted.next_plan_id) == (july(1), plus.id)
    assert noted.product_id == running.product_id
    assert str(noted.price) == "15.00 EUR"
    assert shop_floor.balance(customer) == "20.00 EUR"

    clock.set(july(1))
    shop_floor.renew()
    renewed = shop_floor.look(running)
    assert (renewed.plan_id, renewed.product_id) == (plus.id, plus.product_id)
    assert (renewed.ends_at, renewed.next_plan_id) == (july(31), None)
    assert shop_floor.balance(customer) == "5.00 EUR"


@pytest.mark.parametrize(
    ("way", "charged"), [(NEW_PERIOD, "9.00 EUR"), (KEEP_END, "4.00 EUR")]
)
def test_the_balance_needs_to_cover_the_difference_alone(
    shop_floor, running, customer, plus, spend, way, charged
):
    lacking = Money.of(charged) - Money(1, "EUR")
    spend(str(Money.of("20.00 EUR") - lacking))
    quote = shop_floor.quote_change(running, plus, way)
    assert str(quote.missing) == "0.01 EUR"

    with pytest.raises(InsufficientBalance):
        shop_floor.change(running, plus, way)
    assert shop_floor.balance(customer) == str(lacking)
    assert shop_floor.look(running).plan_id == running.plan_id
    shop_floor.top_up(customer, "0.01 EUR")
    shop_floor.change(running, plus, way)
    assert shop_floor.balance(customer) == "0.00 EUR"


def test_towards_a_cheaper_one_the_difference_goes_to_the_balance(
    shop_floor, running, customer, partner
):
    cheap = shop_floor.plan(partner, "3.00 EUR", days=30)
    quote = shop_floor.quote_change(running, cheap, KEEP_END)
    shop_floor.change(running, cheap, KEEP_END)

    assert (str(quote.price), str(quote.missing)) == ("2.00 EUR", "0.00 EUR")
    assert shop_floor.balance(customer) == "24.00 EUR"


def test_what_was_paid_in_a_change_comes_back_by_the_same_rule(
    shop_floor, running, plus, clock
):
    shop_floor.change(running, plus, KEEP_END)
    clock.set(june(21))

    assert str(shop_floor.stop(running).refunded) == "5.00 EUR"


def test_what_became_time_is_worth_what_it_was(shop_floor, running, plus, clock):
    shop_floor.change(running, plus, INTO_TIME)
    clock.set(june(17))

    assert str(shop_floor.stop(running).refunded) == "3.00 EUR"


def test_a_part_of_a_month_is_rounded_half_up(shop_floor, running, partner, clock):
    monthly = shop_floor.plan(partner, "10.00 EUR", months=1)
    clock.set(june(21, hour=8))
    quote = shop_floor.quote_change(running, monthly, KEEP_END)

    # 9 days 16 hours of the 30 days from 21 June to 21 July: 10.00 x 232 / 720.
    assert str(quote.price) == "3.22 EUR"
    assert str(Money.of("0.01 EUR").part(timedelta(1), of=timedelta(2))) == "0.01 EUR"


@pytest.mark.feature("SU-27")
def test_the_history_has_both_and_explains_the_end(shop_floor, running, plus, ask):
    shop_floor.change(running, plus, NEW_PERIOD)
    found = ask(list_sales, ListSales(subscription_id=running.id)).items
    old, new = sorted(found, key=lambda period: period.starts_at)

    assert (old.closed_at, str(old.refunded)) == (june(11), "6.00 EUR")
    assert old.close_reason == "changed to Family, a while"
    assert (new.starts_at, new.ends_at) == (june(11), july(11))
    assert str(new.price) == "15.00 EUR"
    by_product = ask(list_sales, ListSales(product_id=plus.product_id)).items
    assert [one.id for one in by_product] == [new.id]


def test_a_period_paid_ahead_counts_whole(shop_floor, running, user, basic, plus):
    shop_floor.buy(user, basic)
    quote = shop_floor.quote_change(running, plus, KEEP_END)

    assert (str(quote.value), str(quote.price)) == ("15.00 EUR", "25.00 EUR")
    assert quote.ends_at == july(31)


def test_a_renewal_after_it_keeps_the_day_it_ends_on(shop_floor, partner, clock):
    clock.set(datetime(2026, 1, 31, tzinfo=UTC))
    user = shop_floor.user(shop_floor.customer(partner, "99.00 EUR"), renews=True)
    bought = shop_floor.buy(user, shop_floor.plan(partner, "9.00 EUR", months=1))
    monthly = shop_floor.plan(partner, "15.00 EUR", months=1)
    clock.forward(days=3)
    shop_floor.change(bought, monthly, KEEP_END)
    clock.set(shop_floor.look(bought).ends_at)
    shop_floor.renew()

    assert shop_floor.look(bought).ends_at == datetime(2026, 3, 31, tzinfo=UTC)


@pytest.mark.parametrize("way", ChangeWay)
def test_what_is_no_change_or_not_sold_is_refused(
    shop_floor, running, partner, neighbour, plus, way, ask
):
    same = SimpleNamespace(id=running.product_id)
    longer = shop_floor.plan_of(same, partner, "80.00 EUR", days=365)
    trial = shop_floor.plan(partner, "0.00 EUR", is_trial=True)
    foreign = shop_floor.plan(neighbour, "1.00 EUR")
    ask(retire_plan, RetirePlan(plan_id=plus.id))
    for do in (shop_floor.change, shop_floor.quote_change):
        for plan, refusal in (
            (longer, SameProduct),
            (trial, ChangeToTrial),
            (foreign, NotFound),
            (plus, PlanRetired),
        ):
            with pytest.raises(refusal):
                do(running, plan, way)


@pytest.mark.parametrize("way", ChangeWay)
def test_what_is_suspended_is_not_changed(shop_floor, running, plus, way):
    shop_floor.suspend(running)
    for do in (shop_floor.change, shop_floor.quote_change):
        with pytest.raises(SubscriptionSuspended):
            do(running, plus, way)


def test_nothing_left_or_nothing_to_pay_is_no_time(
    shop_floor, running, partner, customer, plus
):
    free = shop_floor.plan(partner, "0.00 EUR", days=30)
    with pytest.raises(NothingLeft):
        shop_floor.change(running, free, INTO_TIME)
    given = shop_floor.buy(shop_floor.user(customer), free)
    with pytest.raises(NothingLeft):
        shop_floor.change(given, plus, INTO_TIME)


@pytest.mark.parametrize("way", ChangeWay)
def test_what_has_ended_is_bought_anew_from_now(
    shop_floor, running, customer, plus, clock, way
):
    clock.set(july(5))
    quote = shop_floor.quote_change(running, plus, way)
    bought = shop_floor.change(running, plus, way)

    assert bought.id != running.id
    assert quote.ends_at == bought.ends_at == july(5) + timedelta(days=30)
    assert (str(quote.value), str(quote.price)) == ("0.00 EUR", "15.00 EUR")
    assert shop_floor.balance(customer) == "5.00 EUR"


def test_the_same_key_changes_once(shop_floor, running, customer, plus):
    first = shop_floor.change(running, plus, NEW_PERIOD, key="once")
    assert shop_floor.change(running, plus, NEW_PERIOD, key="once") == first
    assert shop_floor.balance(customer) == "11.00 EUR"


class TestNoted:
    @pytest.fixture(autouse=True)
    def noted(self, shop_floor, running, user, plus):
        shop_floor.switch(user, renews=True)
        return shop_floor.change(running, plus, AT_END)

    def test_a_second_one_replaces_the_first(
        self, shop_floor, running, partner, customer, clock
    ):
        cheap = shop_floor.plan(partner, "3.00 EUR", days=30)
        shop_floor.change(running, cheap, AT_END)
        clock.set(july(1))
        shop_floor.renew()

        assert shop_floor.look(running).plan_id == cheap.id
        assert shop_floor.balance(customer) == "17.00 EUR"

    def test_it_falls_away_with_the_end_when_the_switch_is_off(
        self, shop_floor, running, user, customer, database, clock, basic
    ):
        shop_floor.switch(user, renews=False)
        clock.set(july(1))
        shop_floor.renew()
        expire_all(database)

        ended = shop_floor.look(running)
        assert (ended.state, ended.next_plan_id) == (SubscriptionState.EXPIRED, None)
        assert shop_floor.balance(customer) == "20.00 EUR"
        assert shop_floor.buy(user, basic).plan_id == basic.id

    def test_it_is_withdrawn(self, shop_floor, running, ask, customer, clock):
        request = WithdrawChange(subscription_id=running.id)
        assert ask(changes.withdraw_change, request).next_plan_id is None
        with pytest.raises(NoChangeNoted):
            ask(changes.withdraw_change, request)
        clock.set(july(1))
        shop_floor.renew()
        assert shop_floor.balance(customer) == "11.00 EUR"

    def test_a_change_now_takes_its_place(self, shop_floor, running, partner):
        other = shop_floor.plan(partner, "3.00 EUR", days=30)
        assert shop_floor.change(running, other, NEW_PERIOD).next_plan_id is None

    def test_buying_more_of_the_old_one_keeps_it(self, shop_floor, user, basic, plus):
        assert shop_floor.buy(user, basic).next_plan_id == plus.id

    def test_who_lacks_the_new_price_is_told_that(
        self, shop_floor, spend, clock, announced
    ):
        spend("6.00 EUR")
        clock.set(july(1))
        shop_floor.renew()

        told = announced("renewal_fell_short")[-1]
        lacks = (told.price["amount_minor"], told.missing["amount_minor"])
        assert lacks == (1500, 100)

    def test_one_that_is_sold_no_longer_blocks_the_renewal(
        self, shop_floor, running, plus, ask, clock, customer
    ):
        ask(retire_plan, RetirePlan(plan_id=plus.id))
        assert shop_floor.look(running).obstacle == "plan_retired"
        clock.set(july(1))
        shop_floor.renew()
        assert shop_floor.balance(customer) == "20.00 EUR"


@pytest.mark.feature("SU-19")
class TestTrials:
    @pytest.fixture
    def trial(self, shop_floor, partner, user, customer, clock):
        shop_floor.top_up(customer, "20.00 EUR")
        plan = shop_floor.plan(partner, "0.00 EUR", is_trial=True, days=3)
        begun = shop_floor.buy(user, plan)
        clock.forward(days=1)
        return begun

    def test_buying_ends_it_and_begins_at_once(
        self, shop_floor, trial, user, customer, plus, clock, announced
    ):
        bought = shop_floor.buy(user, plus, actor=customer.actor)

        assert (bought.is_trial, bought.state) == (False, SubscriptionState.RUNNING)
        assert bought.ends_at == clock.now() + timedelta(days=30)
        assert bought.user_id == trial.user_id
        assert shop_floor.look(trial).state is SubscriptionState.STOPPED
        told = [(one.is_trial, one.state) for one in announced("subscription_changed")]
        assert told[-2:] == [(True, "stopped"), (False, "running")]
        assert shop_floor.balance(customer) == "5.00 EUR"

    @pytest.mark.parametrize("way", [NEW_PERIOD, KEEP_END, INTO_TIME])
    def test_a_change_is_a_purchase_of_no_value(
        self, shop_floor, trial, customer, plus, clock, way
    ):
        quote = shop_floor.quote_change(trial, plus, way)
        changed = shop_floor.change(trial, plus, way)

        assert (str(quote.value), quote.way) == ("0.00 EUR", NEW_PERIOD)
        assert changed.ends_at == quote.ends_at
        assert (changed.is_trial, changed.user_id) == (False, trial.user_id)
        assert shop_floor.look(trial).is_trial
        assert changed.ends_at == clock.now() + timedelta(days=30)
        assert shop_floor.balance(customer) == "5.00 EUR"

    def test_it_goes_on_as_what_was_noted(self, shop_floor, trial, user, plus, clock):
        shop_floor.switch(user, renews=True)
        shop_floor.change(trial, plus, AT_END)
        clock.set(trial.ends_at)
        shop_floor.renew()

        renewed = shop_floor.look(trial)
        assert (renewed.is_trial, renewed.plan_id) == (False, plus.id)
        assert renewed.ends_at == trial.ends_at + timedelta(days=30)
