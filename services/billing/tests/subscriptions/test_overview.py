"""Every user's switch with the total due and the balance (UI-22)."""

import pytest

from billing.catalog.operations import retire_plan
from billing.subscriptions.orders import let_end
from billing.subscriptions.overview import get_renewal_overview
from lineup.contracts.accounts.tree import Status
from lineup.contracts.billing.catalog import RetirePlan
from lineup.contracts.billing.subscriptions import GetRenewalOverview
from lineup.errors import NotFound


@pytest.fixture
def plan(shop_floor, partner):
    return shop_floor.plan(partner, "10.00 EUR", days=30)


@pytest.fixture
def overview(ask, customer):
    def overview(actor=None):
        request = GetRenewalOverview(customer_id=customer.id)
        return ask(get_renewal_overview, request, actor or customer.actor)

    return overview


@pytest.fixture
def five(shop_floor, customer, plan):
    """The customer of workflow 5: five users, the first three switched on."""
    shop_floor.top_up(customer, "75.00 EUR")
    users = [shop_floor.user(customer, renews=number < 3) for number in range(5)]
    for user in users:
        shop_floor.buy(user, plan)
    return users


def amounts(overview):
    return tuple(
        str(part) for part in (overview.due, overview.balance, overview.missing)
    )


@pytest.mark.feature("UI-22")
def test_the_total_is_of_the_switched_on_users_only(overview, five):
    found = overview()

    assert amounts(found) == ("30.00 EUR", "25.00 EUR", "5.00 EUR")
    assert [line.user_id for line in found.lines] == [user.id for user in five]
    assert [line.is_due for line in found.lines] == [True, True, True, False, False]


@pytest.mark.feature("UI-22")
def test_a_switch_turned_off_leaves_the_total_at_once(overview, five, shop_floor):
    shop_floor.switch(five[0], renews=False)

    assert amounts(overview()) == ("20.00 EUR", "25.00 EUR", "0.00 EUR")


def test_the_run_takes_exactly_what_was_told(overview, five, shop_floor, clock):
    shop_floor.switch(five[0], renews=False)
    found = overview()
    clock.forward(days=30)
    shop_floor.renew()

    assert shop_floor.balance(five[0].customer) == str(found.balance - found.due)


def test_a_user_that_waits_for_money_is_due_until_the_window_closes(
    overview, shop_floor, customer, plan, clock
):
    shop_floor.top_up(customer, "10.00 EUR")
    shop_floor.buy(shop_floor.user(customer, renews=True), plan)
    clock.forward(days=32)
    assert amounts(overview()) == ("10.00 EUR", "0.00 EUR", "10.00 EUR")

    clock.forward(days=1)
    (line,) = overview().lines
    assert (line.is_due, line.obstacle) == (False, "over")
    shop_floor.top_up(customer, "10.00 EUR")
    assert shop_floor.balance(customer) == "10.00 EUR"


def test_what_would_not_renew_says_why(
    overview, shop_floor, partner, customer, plan, ask
):
    shop_floor.top_up(customer, "50.00 EUR")
    trial = shop_floor.plan(partner, "0.00 EUR", is_trial=True, days=3)
    retired = shop_floor.plan(partner, "10.00 EUR", days=3)
    stopped = shop_floor.user(customer, renews=True)
    shop_floor.stop(shop_floor.buy(stopped, plan))
    for bought in (trial, retired):
        shop_floor.buy(shop_floor.user(customer, renews=True), bought)
    locked = shop_floor.user(customer, renews=True)
    shop_floor.buy(locked, plan)
    shop_floor.user_says(locked, status=Status.INACTIVE)
    shop_floor.user(customer, renews=True)
    ask(retire_plan, RetirePlan(plan_id=retired.id), partner.actor)

    found = overview()

    obstacles = [line.obstacle for line in found.lines]
    assert obstacles == ["over", "trial", "plan_retired", "inactive", "over"]
    assert str(found.due) == "0.00 EUR"
    assert found.lines[-1].price is None


def test_what_another_product_follows_is_not_in_the_total(
    overview, five, shop_floor, database, clock
):
    with database.transaction() as work:
        let_end(work, [five[0].id])

    found = overview()
    assert [line.obstacle for line in found.lines] == ["replaced", "", "", "", ""]
    assert amounts(found) == ("20.00 EUR", "25.00 EUR", "0.00 EUR")

    clock.forward(days=30)
    shop_floor.renew()
    assert shop_floor.balance(five[0].customer) == str(found.balance - found.due)


def test_what_ended_longer_ago_than_the_window_is_shown_and_left_alike(
    overview, shop_floor, customer, plan, clock
):
    shop_floor.top_up(customer, "30.00 EUR")
    bought = shop_floor.buy(shop_floor.user(customer, renews=True), plan)
    clock.forward(days=34)

    (line,) = overview().lines
    assert (line.is_due, line.obstacle) == (False, "over")
    shop_floor.renew()

    assert shop_floor.balance(customer) == "20.00 EUR"
    assert shop_floor.look(bought).state == "expired"


def test_credit_counts_where_renewals_are_shown_and_where_they_are_paid(
    overview, five, shop_floor, clock, lend
):
    lend(five[0].customer, "5.00 EUR")
    assert amounts(overview()) == ("30.00 EUR", "25.00 EUR", "0.00 EUR")

    clock.forward(days=30)
    shop_floor.renew()

    assert shop_floor.balance(five[0].customer) == "-5.00 EUR"
    assert amounts(overview()) == ("30.00 EUR", "-5.00 EUR", "30.00 EUR")


def test_a_deleted_user_is_not_listed(overview, five, shop_floor):
    shop_floor.user_says(five[0], status=Status.DELETED)

    assert five[0].id not in {line.user_id for line in overview().lines}


def test_a_neighbour_finds_nothing(overview, neighbour, shop_floor, partner):
    other = shop_floor.customer(partner)

    for actor in (neighbour.actor, other.actor):
        with pytest.raises(NotFound):
            overview(actor)
