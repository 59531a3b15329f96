"""All users of a customer are renewed by one act that shows its total first."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.catalog.operations import change_plan
from lineup.contracts.accounts.tree import Status
from lineup.contracts.billing.catalog import ChangePlan
from lineup.contracts.billing.product_changes import ChangeWay
from lineup.contracts.billing.refusals import InsufficientBalance, TotalChanged
from lineup.errors import NotFound
from lineup.money import Money

pytestmark = pytest.mark.feature("SU-25")
JUNE, JULY = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
MONTH = timedelta(days=30)


@pytest.fixture
def basic(shop_floor, partner):
    return shop_floor.plan(partner, "9.00 EUR", days=30)


@pytest.fixture
def plus(shop_floor, partner):
    return shop_floor.plan(partner, "15.00 EUR", days=30)


@pytest.fixture
def users(shop_floor, customer, basic, plus, clock):
    """One that runs until July, one that ended in May; 24.00 EUR are left."""
    shop_floor.top_up(customer, "48.00 EUR")
    lapsed, running = shop_floor.user(customer), shop_floor.user(customer)
    clock.set(JUNE - timedelta(days=40))
    shop_floor.buy(lapsed, plus)
    clock.set(JUNE)
    shop_floor.buy(running, basic)
    return lapsed, running


def test_the_total_shown_is_what_is_charged(shop_floor, customer, users, clock):
    clock.forward(days=10)
    shown = shop_floor.quote_all(customer)
    done = shop_floor.renew_users(customer, str(shown.total))

    assert str(shown.total) == "24.00 EUR"
    assert done == shown
    assert shop_floor.balance(customer) == str(shown.balance_after) == "0.00 EUR"
    ends = [shop_floor.subscriptions_of(user)[0].ends_at for user in users]
    assert ends == [line.ends_at for line in shown.lines]
    assert ends == [clock.now() + MONTH, JULY + MONTH]
    assert shop_floor.books().is_sound


def test_all_or_none(shop_floor, customer, users, partner, plus):
    shop_floor.buy(shop_floor.user(customer), shop_floor.plan(partner, "0.01 EUR"))
    shown = shop_floor.quote_all(customer)
    assert (str(shown.total), str(shown.missing)) == ("24.01 EUR", "0.02 EUR")

    with pytest.raises(InsufficientBalance):
        shop_floor.renew_users(customer, "24.01 EUR")
    assert shop_floor.balance(customer) == "23.99 EUR"
    assert shop_floor.subscriptions_of(users[1])[0].ends_at == JULY


def test_another_total_than_was_shown_is_refused(
    shop_floor, customer, users, basic, ask, partner
):
    dearer = ChangePlan(plan_id=basic.id, price=Money.of("9.50 EUR"))
    ask(change_plan, dearer, partner.actor)

    with pytest.raises(TotalChanged) as refused:
        shop_floor.renew_users(customer, "24.00 EUR")
    assert refused.value.details == {"total": "24.50 EUR"}
    assert shop_floor.balance(customer) == "24.00 EUR"


def test_who_cannot_be_renewed_is_left_out_with_the_reason(
    shop_floor, customer, users, partner, basic
):
    lapsed, running = users
    stopped, suspended = shop_floor.user(customer), shop_floor.user(customer)
    shop_floor.user(customer)  # never had anything
    trial = shop_floor.plan(partner, "0.00 EUR", is_trial=True)
    shop_floor.buy(shop_floor.user(customer), trial)
    shop_floor.stop(shop_floor.buy(stopped, basic))
    shop_floor.suspend(shop_floor.buy(suspended, basic))
    shop_floor.user_says(lapsed, status=Status.INACTIVE)
    shown = shop_floor.quote_all(customer)

    assert {line.user_id: line.obstacle for line in shown.lines} == {
        lapsed.id: "inactive",
        running.id: "",
        stopped.id: "stopped",
        suspended.id: "suspended",
        shown.lines[-1].user_id: "trial",
    }
    assert str(shown.total) == "9.00 EUR"
    shop_floor.renew_users(customer, "9.00 EUR")
    assert shop_floor.balance(customer) == "6.00 EUR"


def test_a_noted_change_waits_for_the_end(shop_floor, customer, users, basic, plus):
    running = shop_floor.subscriptions_of(users[1])[0]
    shop_floor.change(running, plus, ChangeWay.AT_END)
    shop_floor.renew_users(customer, "24.00 EUR")

    renewed = shop_floor.look(running)
    assert (renewed.plan_id, renewed.next_plan_id) == (basic.id, plus.id)


def test_the_same_key_renews_once(shop_floor, customer, users):
    for _ in range(2):
        shop_floor.renew_users(customer, "24.00 EUR", key="once")

    assert shop_floor.balance(customer) == "0.00 EUR"


def test_nobody_to_renew_costs_nothing(shop_floor, customer):
    assert shop_floor.renew_users(customer, "0.00 EUR").lines == []


def test_a_neighbour_sees_and_renews_nobody(shop_floor, customer, users, neighbour):
    with pytest.raises(NotFound):
        shop_floor.quote_all(customer, neighbour.actor)
    with pytest.raises(NotFound):
        shop_floor.renew_users(customer, "24.00 EUR", neighbour.actor)
