"""Buying starts a subscription, buying again renews it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from billing.subscriptions.quotes import quote_purchase
from lineup.contracts.accounts.tree import Status
from lineup.contracts.billing.refusals import PeriodTooLong
from lineup.contracts.billing.subscriptions import CountFrom, QuotePurchase
from lineup.errors import Conflict, NotFound, PaymentRequired


def day(month, number, **time):
    return datetime(2026, month, number, tzinfo=UTC).replace(**time)


@pytest.fixture
def plan(shop_floor, partner):
    return shop_floor.plan(partner, "9.00 EUR", days=30)


@pytest.fixture(autouse=True)
def money(shop_floor, customer):
    shop_floor.top_up(customer, "30.00 EUR")


def test_a_purchase_pays_the_price_and_runs_for_the_plans_length(
    shop_floor, user, customer, plan, announced
):
    bought = shop_floor.buy(user, plan)

    assert (bought.state, bought.started_at, bought.ends_at) == (
        "running",
        day(6, 1),
        day(7, 1),
    )
    assert shop_floor.balance(customer) == "21.00 EUR"
    told = announced("subscription_changed")[-1]
    assert told.id == str(bought.id)
    assert told.package_ids == [str(customer.partner.package_id)]
    assert (told.devices, told.addresses, told.is_trial) == (2, 1, False)
    assert told.scope == customer.scope


@pytest.mark.feature("SU-11")
def test_buying_for_a_running_user_adds_to_its_end(shop_floor, user, plan, clock):
    first = shop_floor.buy(user, plan)
    clock.forward(days=10)
    second = shop_floor.buy(user, plan)

    assert second.id == first.id
    assert second.ends_at == day(7, 31)
    assert second.started_at == day(6, 1)


@pytest.mark.feature("SU-13")
def test_months_are_counted_from_the_first_start(shop_floor, partner, user, clock):
    clock.set(day(1, 31, hour=10))
    plan = shop_floor.plan(partner, "1.00 EUR", months=1)

    ends = [shop_floor.buy(user, plan).ends_at for _ in range(3)]

    assert ends == [
        day(2, 28, hour=10),
        day(3, 31, hour=10),
        day(4, 30, hour=10),
    ]


@pytest.mark.feature("SU-13")
def test_months_are_the_partners_own(shop_floor, clock):
    partner = shop_floor.partner(time_zone="Europe/Berlin")
    customer = shop_floor.customer(partner, balance="5.00 EUR")
    clock.set(day(3, 10, hour=12))

    bought = shop_floor.buy(
        shop_floor.user(customer), shop_floor.plan(partner, "5.00 EUR", months=1)
    )

    assert bought.ends_at == day(4, 10, hour=11)


@pytest.mark.feature("SU-11")
def test_buying_after_the_end_counts_from_now(shop_floor, user, plan, clock):
    first = shop_floor.buy(user, plan)
    clock.set(day(7, 5))
    again = shop_floor.buy(user, plan)

    assert again.id == first.id
    assert again.ends_at == day(8, 4)


@pytest.mark.feature("SU-11")
def test_the_caller_may_force_counting_from_the_old_end(shop_floor, user, plan, clock):
    shop_floor.buy(user, plan)
    clock.set(day(7, 5))

    assert shop_floor.buy(user, plan, count_from=CountFrom.END).ends_at == day(7, 31)


def test_a_period_that_would_be_over_already_is_not_sold(
    shop_floor, user, customer, plan, clock
):
    shop_floor.buy(user, plan)
    clock.set(day(8, 5))

    with pytest.raises(Conflict) as refusal:
        shop_floor.buy(user, plan, count_from=CountFrom.END)

    assert refusal.value.code == "period_over"
    assert shop_floor.balance(customer) == "21.00 EUR"


@pytest.mark.feature("SU-17")
def test_counting_from_now_gives_back_what_was_left(
    shop_floor, user, customer, plan, clock
):
    first = shop_floor.buy(user, plan)
    clock.set(day(6, 11))
    second = shop_floor.buy(user, plan, count_from=CountFrom.NOW)

    assert second.ends_at == day(7, 11)
    assert shop_floor.look(first).state == "stopped"
    assert shop_floor.balance(customer) == "18.00 EUR"


@pytest.mark.feature("PR-20")
def test_another_product_is_refused_while_one_runs(shop_floor, user, plan, partner):
    shop_floor.buy(user, plan)

    with pytest.raises(Conflict) as refusal:
        shop_floor.buy(user, shop_floor.plan(partner))

    assert refusal.value.code == "subscription_active"


@pytest.mark.feature("PR-20")
def test_another_product_begins_anew_after_the_end(
    shop_floor, user, plan, partner, clock
):
    first = shop_floor.buy(user, plan)
    clock.set(day(7, 5))
    second = shop_floor.buy(user, shop_floor.plan(partner))

    assert second.id != first.id
    assert (shop_floor.look(first).state, second.state) == ("expired", "running")


@pytest.mark.feature("WL-04")
def test_without_enough_money_nothing_happens(
    shop_floor, user, customer, partner, announced
):
    with pytest.raises(PaymentRequired) as refusal:
        shop_floor.buy(user, shop_floor.plan(partner, "30.01 EUR"))

    assert refusal.value.code == "insufficient_balance"
    assert announced("subscription_changed") == []
    assert len(shop_floor.entries(customer)) == 1


@pytest.mark.feature("PR-02")
def test_a_free_plan_moves_no_money(shop_floor, user, customer, partner):
    bought = shop_floor.buy(user, shop_floor.plan(partner, "0.00 EUR"))

    assert bought.state == "running"
    assert len(shop_floor.entries(customer)) == 1


@pytest.mark.feature("WL-07")
def test_the_same_key_charges_once(shop_floor, user, customer, plan):
    first = shop_floor.buy(user, plan, key="once")

    assert shop_floor.buy(user, plan, key="once") == first
    assert shop_floor.balance(customer) == "21.00 EUR"


def test_a_customer_may_buy_for_its_own_user(shop_floor, user, customer, plan):
    assert shop_floor.buy(user, plan, actor=customer.actor).state == "running"


@pytest.mark.feature("PR-13")
def test_a_retired_plan_is_not_sold(shop_floor, user, plan, partner, ask):
    from billing.catalog.operations import retire_plan
    from lineup.contracts.billing.catalog import RetirePlan

    ask(retire_plan, RetirePlan(plan_id=plan.id), partner.actor)

    with pytest.raises(Conflict) as refusal:
        shop_floor.buy(user, plan)
    assert refusal.value.code == "plan_retired"


def test_a_plan_of_another_partner_is_unknown(shop_floor, user, neighbour):
    with pytest.raises(NotFound):
        shop_floor.buy(user, shop_floor.plan(neighbour))


@pytest.mark.parametrize("gone", [Status.TRASHED, Status.DELETED])
def test_a_deleted_user_is_unknown(shop_floor, user, plan, gone):
    shop_floor.user_says(user, status=gone)

    with pytest.raises(NotFound):
        shop_floor.buy(user, plan)


@pytest.mark.parametrize("length", [{"months": 99_999}, {"days": 4_000_000}])
def test_a_plan_longer_than_any_period_is_refused_not_sold(
    shop_floor, partner, customer, user, ask, database, length
):
    plan = shop_floor.plan(partner, "9.00 EUR")
    lengths = {"months": 0, "days": 0} | length
    with database.transaction() as work:
        words = "UPDATE plan SET months = :months, days = :days"
        work.session.execute(text(words), lengths)
    quote = QuotePurchase(user_id=user.id, plan_id=plan.id)

    with pytest.raises(PeriodTooLong):
        ask(quote_purchase, quote)
    with pytest.raises(PeriodTooLong):
        shop_floor.buy(user, plan)
    assert shop_floor.balance(customer) == "30.00 EUR"
