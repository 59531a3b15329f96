"""A renewal that waits is tried again when its plan costs less or may be sold again."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import msgspec
import pytest

from billing.catalog import operations as catalog
from billing.catalog.price_lists import remove_plan_price, set_plan_price
from billing.subscriptions import renewals
from billing.subscriptions.waking import wake_offered
from lineup.contracts.accounts.tree import Status
from lineup.contracts.billing.catalog import ChangePlan, OfferImproved
from lineup.contracts.billing.price_lists import RemovePlanPrice, SetPlanPrice
from lineup.money import Money
from lineup.scope import below
from lineup.testing.blocking import wait_until_blocked

pytestmark = pytest.mark.feature("AH-05")


@pytest.fixture
def dealer(shop_floor, partner):
    return shop_floor.known_seller(partner, "Stall")


@pytest.fixture
def customer(shop_floor, partner, dealer):
    return shop_floor.customer_below(dealer, partner)


@pytest.fixture
def user(shop_floor, customer):
    return shop_floor.user(customer, renews=True)


@pytest.fixture
def plan(shop_floor, partner):
    return shop_floor.plan(partner, "9.00 EUR")


@pytest.fixture
def other(shop_floor, partner):
    return shop_floor.plan(partner, "9.00 EUR")


@pytest.fixture
def wait(shop_floor, customer, user, plan, clock):
    """`wait("5.00 EUR")` lets the user's month end with so much on the balance, and
    the renewal wait, perhaps for something that happens before.
    """

    def wait(balance, happens=lambda: None):
        shop_floor.top_up(customer, "9.00 EUR")
        bought = shop_floor.buy(user, plan)
        shop_floor.top_up(customer, balance)
        happens()
        clock.forward(days=30)
        shop_floor.renew()
        assert shop_floor.balance(customer) == balance
        return bought

    return wait


@pytest.fixture
def improved(announced):
    """`improved()` are the notes of better offers, as billing hears them itself."""
    return lambda: [
        msgspec.convert(vars(note), OfferImproved)
        for note in announced("offer_improved")
    ]


@pytest.fixture
def hear(improved, database, shop_floor):
    """`hear()` takes what was said of better offers, and lets renewals have a turn."""

    def hear():
        woken = [wake_offered(database, note) for note in improved()]
        shop_floor.renew()
        return woken

    return hear


@pytest.fixture
def price(ask, partner):
    """`price(plan, "5.00 EUR")` changes what a plan costs everybody."""

    def price(plan, amount):
        request = ChangePlan(plan_id=plan.id, price=Money.of(amount))
        ask(catalog.change_plan, request, partner.actor)

    return price


@pytest.fixture
def lists(ask, partner, dealer):
    """`lists(plan, "5.00 EUR")` puts a plan on the dealer's list."""

    def lists(plan, amount=None):
        money = amount and Money.of(amount)
        request = SetPlanPrice(
            account_id=dealer.account_id,
            plan_id=plan.id,
            price=money,
            discount_percent=0,
        )
        ask(set_plan_price, request, partner.actor)

    return lists


@pytest.fixture
def unlists(ask, partner, dealer):
    """`unlists(plan)` takes it off again."""

    def unlists(plan):
        request = RemovePlanPrice(account_id=dealer.account_id, plan_id=plan.id)
        ask(remove_plan_price, request, partner.actor)

    return unlists


def test_a_plan_that_costs_less(wait, price, hear, shop_floor, customer, plan):
    bought = wait("5.00 EUR")
    price(plan, "6.00 EUR")
    hear()
    assert shop_floor.balance(customer) == "5.00 EUR"

    price(plan, "4.00 EUR")
    hear()

    assert shop_floor.balance(customer) == "1.00 EUR"
    assert shop_floor.look(bought).state == "running"


def test_a_plan_that_costs_less_at_its_seller(
    wait, lists, hear, shop_floor, customer, plan
):
    wait("5.00 EUR")
    lists(plan, "4.00 EUR")
    hear()

    assert shop_floor.balance(customer) == "1.00 EUR"


def test_a_plan_that_is_put_back_on_the_list(
    wait, lists, unlists, hear, shop_floor, customer, plan, other
):
    lists(plan)
    lists(other)
    bought = wait("20.00 EUR", lambda: unlists(plan))
    hear()
    assert shop_floor.balance(customer) == "20.00 EUR"

    lists(plan)
    hear()

    assert shop_floor.balance(customer) == "11.00 EUR"
    assert shop_floor.look(bought).state == "running"


def test_any_plan_once_nothing_is_on_the_list(
    wait, lists, unlists, hear, shop_floor, customer, other
):
    wait("20.00 EUR", lambda: lists(other))
    unlists(other)
    hear()

    assert shop_floor.balance(customer) == "11.00 EUR"


def test_a_customer_that_is_moved_to_who_may_sell_it(
    wait, lists, shop_floor, partner, customer, other
):
    wait("20.00 EUR", lambda: lists(other))
    beside = shop_floor.known_seller(partner, "Booth")
    shop_floor.customer_says(customer, scope=below(beside.scope, customer.id))
    shop_floor.renew()

    assert shop_floor.balance(customer) == "11.00 EUR"


def test_nobody_is_told_of_what_is_no_better(
    wait, price, lists, unlists, improved, plan, other
):
    wait("5.00 EUR")
    price(plan, "10.00 EUR")
    lists(plan, "11.00 EUR")
    lists(other)
    lists(plan, "12.00 EUR")
    unlists(plan)
    assert improved() == [
        one for one in improved() if one.plan_id == other.id and one.seller_id
    ]


def test_what_ended_long_ago_is_not_tried_again(
    wait, price, hear, shop_floor, customer, plan, clock
):
    wait("5.00 EUR")
    clock.forward(days=3)
    price(plan, "4.00 EUR")

    assert hear() == [0]
    assert shop_floor.balance(customer) == "5.00 EUR"


def test_what_ended_while_its_partner_was_away_is_tried_again(
    wait, price, hear, shop_floor, partner, customer, plan, clock
):
    wait("5.00 EUR")
    shop_floor.partner_says(partner, status=Status.INACTIVE)
    clock.forward(days=30)
    shop_floor.partner_says(partner, status=Status.ACTIVE, version=3)
    price(plan, "4.00 EUR")

    assert hear() == [1]
    assert shop_floor.balance(customer) == "1.00 EUR"


def test_whose_plan_or_seller_is_another_waits_on(
    wait, price, hear, database, improved, shop_floor, partner, plan, other
):
    wait("5.00 EUR")
    beside = shop_floor.known_seller(partner, "Booth")
    price(other, "1.00 EUR")
    assert hear() == [0]

    price(plan, "4.00 EUR")
    note = improved()[-1]
    assert wake_offered(database, replace(note, seller_id=beside.account_id)) == 0
    assert wake_offered(database, note) == 1


def test_many_are_woken_chunk_by_chunk(
    price, improved, database, shop_floor, partner, plan, clock
):
    customers = [shop_floor.customer(partner, "9.00 EUR") for _ in range(5)]
    for one in customers:
        shop_floor.buy(shop_floor.user(one, renews=True), plan)
        shop_floor.top_up(one, "4.00 EUR")
    clock.forward(days=30)
    shop_floor.renew()
    price(plan, "4.00 EUR")

    assert wake_offered(database, improved()[-1], chunk=2) == 5
    shop_floor.renew()
    assert {shop_floor.balance(one) for one in customers} == {"0.00 EUR"}


def test_who_is_decided_on_at_the_old_price_meanwhile_is_tried_again(
    price, improved, database, engine, shop_floor, customer, user, plan, clock
):
    shop_floor.top_up(customer, "9.00 EUR")
    shop_floor.buy(user, plan)
    shop_floor.top_up(customer, "5.00 EUR")
    clock.forward(days=30)
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as work:
            renewals.renew_due(work)
            price(plan, "4.00 EUR")
            waking = pool.submit(wake_offered, database, improved()[-1])
            wait_until_blocked(engine)
        assert waking.result() == 1
    shop_floor.renew()

    assert shop_floor.balance(customer) == "1.00 EUR"


@pytest.mark.feature("PR-03")
@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [
        ("9 CREDIT", "8 CREDIT", True),
        (None, "9 CREDIT", True),
        ("9 CREDIT", None, False),
    ],
)
def test_a_plan_that_costs_fewer_credits(
    ask, shop_floor, partner, announced, before, after, is_told
):
    plan = shop_floor.plan(partner, "9.00 EUR", in_credits=before)

    price = after and Money.of(after)
    change = ChangePlan(plan_id=plan.id, credits=price)
    ask(catalog.change_plan, change, partner.actor)

    assert len(announced("offer_improved")) == is_told
