"""What a purchase would cost is what it costs, told without doing it."""

from datetime import timedelta

import pytest
from services.billing.tests.conftest import an_account

from billing.people import operations as people
from billing.subscriptions.quotes import quote_purchase
from lineup.contracts.accounts.refusals import LimitReached
from lineup.contracts.billing.refusals import (
    InsufficientBalance,
    OtherProductRunning,
    PeriodOver,
)
from lineup.contracts.billing.subscriptions import CountFrom, QuotePurchase
from lineup.contracts.refusals import TrialUsed
from lineup.money import Money


@pytest.fixture
def plan(shop_floor, partner):
    return shop_floor.plan(partner, "9.00 EUR", months=1)


@pytest.fixture
def quoted(ask, user):
    def quoted(plan, count_from=CountFrom.AUTO):
        request = QuotePurchase(user_id=user.id, plan_id=plan.id, count_from=count_from)
        return ask(quote_purchase, request, user.customer.actor)

    return quoted


@pytest.mark.parametrize("count_from", list(CountFrom))
@pytest.mark.parametrize("days", [0, 12, 29, 40])
def test_a_renewal_gives_what_its_quote_said(
    shop_floor, user, plan, quoted, clock, count_from, days
):
    shop_floor.top_up(user.customer, "50.00 EUR")
    shop_floor.buy(user, plan)
    clock.forward(days=days)

    quote = quoted(plan, count_from)
    bought = shop_floor.buy(user, plan, count_from=count_from)

    assert bought.ends_at == quote.ends_at
    assert shop_floor.balance(user.customer) == str(quote.balance_after)


def test_a_month_after_a_short_one_ends_where_its_quote_said(
    shop_floor, user, plan, quoted, clock
):
    shop_floor.top_up(user.customer, "50.00 EUR")
    clock.forward(days=60)
    for end in ((8, 31), (9, 30), (10, 31)):
        quote = quoted(plan)
        assert (quote.ends_at.month, quote.ends_at.day) == end
        assert shop_floor.buy(user, plan).ends_at == quote.ends_at


def test_a_first_purchase_gives_what_its_quote_said(shop_floor, user, plan, quoted):
    shop_floor.top_up(user.customer, "10.00 EUR")
    quote = quoted(plan)

    assert (str(quote.price), str(quote.balance), str(quote.missing)) == (
        "9.00 EUR",
        "10.00 EUR",
        "0.00 EUR",
    )
    assert not quote.is_renewal
    assert shop_floor.buy(user, plan).ends_at == quote.ends_at
    assert shop_floor.balance(user.customer) == "1.00 EUR" == str(quote.balance_after)


def test_too_small_a_balance_is_told_not_refused(quoted, plan):
    quote = quoted(plan)

    assert (quote.balance_after, quote.missing) == (
        Money.of("-9.00 EUR"),
        Money.of("9.00 EUR"),
    )


def test_credit_counts_in_a_quote_as_in_the_purchase(
    shop_floor, user, plan, quoted, lend
):
    shop_floor.top_up(user.customer, "5.00 EUR")
    lend(user.customer, "4.00 EUR")

    quote = quoted(plan)
    assert (str(quote.balance_after), str(quote.missing)) == ("-4.00 EUR", "0.00 EUR")
    shop_floor.buy(user, plan)

    assert shop_floor.balance(user.customer) == "-4.00 EUR"
    again = quoted(plan)
    assert str(again.missing) == "9.00 EUR"
    with pytest.raises(InsufficientBalance):
        shop_floor.buy(user, plan)


def test_asking_changes_nothing(shop_floor, user, plan, quoted, announced):
    shop_floor.top_up(user.customer, "10.00 EUR")
    told = len(announced("subscription_changed"))
    quoted(plan)

    assert shop_floor.balance(user.customer) == "10.00 EUR"
    assert shop_floor.subscriptions_of(user) == []
    assert len(announced("subscription_changed")) == told


@pytest.mark.feature("SU-17", "PR-20")
def test_another_product_while_running_is_refused_but_from_now(
    shop_floor, partner, user, plan, quoted, clock
):
    shop_floor.top_up(user.customer, "50.00 EUR")
    shop_floor.buy(user, plan)
    other = shop_floor.plan(partner, "20.00 EUR", days=30)
    clock.forward(days=15)

    with pytest.raises(OtherProductRunning):
        quoted(other)

    quote = quoted(other, CountFrom.NOW)
    assert quote.refunded == Money.of("4.50 EUR")
    assert quote.ends_at == clock.now() + timedelta(days=30)
    shop_floor.buy(user, other, count_from=CountFrom.NOW)
    assert shop_floor.balance(user.customer) == str(quote.balance_after)


def test_counted_from_an_end_long_past_is_refused(
    shop_floor, user, plan, quoted, clock
):
    shop_floor.top_up(user.customer, "50.00 EUR")
    shop_floor.buy(user, plan)
    clock.forward(days=90)

    with pytest.raises(PeriodOver):
        quoted(plan, CountFrom.END)


class TestTrial:
    @pytest.fixture
    def trial(self, shop_floor, partner):
        return shop_floor.plan(partner, "0.00 EUR", is_trial=True, days=1)

    def test_a_customer_has_one_whichever_user_took_it(
        self, shop_floor, user, trial, quoted, clock
    ):
        second = shop_floor.user(user.customer)
        shop_floor.buy(user, trial)
        clock.forward(days=2)

        for again in (user, second):
            with pytest.raises(TrialUsed):
                shop_floor.buy(again, trial)
        with pytest.raises(TrialUsed):
            quoted(trial)

    def test_another_trial_product_is_no_way_round(
        self, shop_floor, partner, user, trial, clock
    ):
        other = shop_floor.plan(partner, "0.00 EUR", is_trial=True, days=3)
        shop_floor.buy(user, trial)
        clock.forward(days=2)

        with pytest.raises(TrialUsed):
            shop_floor.buy(user, other)

    def test_each_customer_has_its_own_and_may_buy_afterwards(
        self, shop_floor, partner, user, trial, plan
    ):
        neighbour = shop_floor.user(shop_floor.customer(partner))
        shop_floor.buy(user, trial)
        shop_floor.buy(neighbour, trial)
        shop_floor.top_up(user.customer, "9.00 EUR")

        bought = shop_floor.buy(user, plan, count_from=CountFrom.NOW)
        assert not bought.is_trial

    @pytest.mark.feature("AH-37")
    def test_a_seller_sells_as_many_a_day_of_its_zone_as_its_plan_allows(
        self, shop_floor, partner, trial, clock
    ):
        seller = shop_floor.known_seller(partner, "Shop")
        other = shop_floor.known_seller(partner, "Stall")

        def sell(to):
            user = shop_floor.user(shop_floor.customer_below(to, partner))
            return shop_floor.buy(user, trial, actor=to.actor)

        def limit(most, version):
            state = an_account(
                seller.account_id,
                seller.scope,
                version=version,
                most_trials_per_day=most,
                time_zone="Europe/Paris",
            )
            shop_floor.keep(people.upsert_accounts, state)

        clock.forward(hours=21, minutes=30)  # 23:30 in Paris
        limit(1, version=2)
        sell(seller)
        with pytest.raises(LimitReached) as refusal:
            sell(seller)
        assert refusal.value.details == {
            "limit": "trials_per_day",
            "most": 1,
            "used": 1,
        }
        sell(other)
        limit(2, version=3)
        sell(seller)
        with pytest.raises(LimitReached):
            sell(seller)

        clock.forward(minutes=31)
        sell(seller)
        limit(0, version=4)
        with pytest.raises(LimitReached):
            sell(seller)
        limit(None, version=5)
        sell(seller)
