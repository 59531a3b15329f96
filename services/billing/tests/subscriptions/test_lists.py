"""Lists of subscriptions: every filter, every order, everybody's names (RP-03)."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.catalog.operations import retire_plan
from billing.subscriptions.lists import list_subscriptions
from billing.subscriptions.upkeep import expire_ended
from lineup.contracts.billing.catalog import RetirePlan
from lineup.contracts.billing.subscriptions import ListSubscriptions, SubscriptionState
from lineup.contracts.paging import Paging
from lineup.errors import NotFound, OrderUnknown

JUNE = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def plan(shop_floor, partner):
    return shop_floor.plan(partner, "1.00 EUR", days=30)


@pytest.fixture
def listed(ask, partner):
    """`listed(state=…)` gives the users' ids in the order of the list."""

    def listed(actor=None, order="", **filters):
        request = ListSubscriptions(**filters, paging=Paging(order=order))
        page = ask(list_subscriptions, request, actor or partner.actor)
        return [one.user_id for one in page.items]

    return listed


@pytest.fixture
def sold(shop_floor, partner, plan):
    """`sold(days=3)` is a user whose subscription ends that long from now."""

    def sold(customer=None, *, days=30, renews=False, is_trial=False):
        price = "0.00 EUR" if is_trial else "1.00 EUR"
        length = shop_floor.plan(partner, price, is_trial=is_trial, days=days)
        customer = customer or shop_floor.customer(partner, "9.00 EUR")
        user = shop_floor.user(customer, renews=renews)
        shop_floor.buy(user, length)
        return user

    return sold


def test_those_of_retired_plans_are_found_with_why_they_do_not_renew(
    shop_floor, sold, listed, ask, partner
):
    renewing, plain = sold(renews=True), sold()
    for user in (renewing, plain):
        (view,) = shop_floor.subscriptions_of(user)
        ask(retire_plan, RetirePlan(plan_id=view.plan_id), partner.actor)
    on_sale = sold(renews=True)

    assert listed(plan_retired=True, renews=True) == [renewing.id]
    assert set(listed(plan_retired=True)) == {renewing.id, plain.id}
    assert listed(plan_retired=False) == [on_sale.id]
    why = [shop_floor.subscriptions_of(one)[0] for one in (renewing, plain, on_sale)]
    assert [view.obstacle for view in why] == ["plan_retired", "", ""]


def test_who_came_back_is_told_from_who_stayed_away(
    shop_floor, sold, listed, clock, partner
):
    back, away = sold(days=1), sold(days=1)
    clock.forward(days=2)
    shop_floor.buy(back, shop_floor.plan(partner, "1.00 EUR"))

    over = {"state": SubscriptionState.EXPIRED}
    assert listed(**over, is_newest=True) == [away.id]
    assert listed(**over, is_newest=False) == [back.id]
    assert listed(is_newest=True, state=SubscriptionState.RUNNING) == [back.id]


def test_states_are_as_of_now_even_before_an_end_is_marked(
    shop_floor, sold, listed, clock
):
    short, long, stopped = sold(days=1), sold(days=30), sold(days=30)
    (view,) = shop_floor.subscriptions_of(stopped)
    shop_floor.stop(view)
    clock.forward(days=2)

    assert listed(state=SubscriptionState.RUNNING) == [long.id]
    assert listed(state=SubscriptionState.EXPIRED) == [short.id]
    assert listed(state=SubscriptionState.STOPPED) == [stopped.id]


def test_marking_an_end_changes_no_list(sold, listed, clock, database):
    short = sold(days=1)
    clock.forward(days=2)
    before = listed(state=SubscriptionState.EXPIRED)
    with database.transaction() as work:
        assert expire_ended(work) == 1

    assert listed(state=SubscriptionState.EXPIRED) == before == [short.id]


def test_ends_are_half_open(sold, listed):
    user = sold(days=3)
    end = JUNE + timedelta(days=3)
    moment = timedelta(microseconds=1)

    assert listed(ends_from=end) == [user.id]
    assert listed(ends_until=end + moment) == [user.id]
    assert listed(ends_until=end) == []
    assert listed(ends_from=end + moment) == []


def test_it_is_narrowed_by_switch_trial_and_product(sold, listed, shop_floor):
    renewing, trial, plain = sold(renews=True), sold(is_trial=True), sold()
    (view,) = shop_floor.subscriptions_of(plain)

    assert listed(renews=True) == [renewing.id]
    assert listed(is_trial=True) == [trial.id]
    assert set(listed(is_trial=False)) == {renewing.id, plain.id}
    assert listed(product_id=view.product_id) == [plain.id]


def test_a_sellers_are_those_of_its_customers(shop_floor, partner, sold, listed, ask):
    seller = shop_floor.known_seller(partner, "Corner shop")
    below = shop_floor.customer_below(seller, partner)
    shop_floor.top_up(below, "9.00 EUR")
    theirs, other = sold(below), sold()

    assert listed(account_id=seller.account_id) == [theirs.id]
    assert set(listed()) == {theirs.id, other.id}
    (view,) = ask(
        list_subscriptions, ListSubscriptions(user_id=theirs.id), partner.actor
    ).items
    assert (view.seller_name, view.seller_id) == ("Corner shop", seller.account_id)
    assert (view.customer_name, view.user_name) == ("Anna Berg", "Living room")


def test_a_neighbours_seller_is_not_found(shop_floor, partner, neighbour, listed):
    seller = shop_floor.known_seller(neighbour, "Far away")

    with pytest.raises(NotFound):
        listed(account_id=seller.account_id)


@pytest.mark.parametrize("part", ["berg", "ANNA", "ving r", "anna@example"])
def test_it_is_searched_by_part_of_a_name_or_mail(sold, listed, part):
    user = sold()

    assert listed(search=part) == [user.id]
    assert listed(search="nobody") == []
    assert listed(search="%") == []


def test_it_is_sorted_by_end_both_ways(sold, listed):
    middle, first, last = sold(days=10), sold(days=5), sold(days=15)

    assert listed(order="ends_at") == [first.id, middle.id, last.id]
    assert listed(order="-ends_at") == [last.id, middle.id, first.id]
    with pytest.raises(OrderUnknown):
        listed(order="price")


def test_pages_go_forth_and_back_in_the_order_asked_for(sold, ask, partner):
    users = [sold(days=days) for days in (1, 2, 3)]

    def page(**place):
        paging = Paging(limit=2, order="ends_at", count_up_to=100, **place)
        return ask(list_subscriptions, ListSubscriptions(paging=paging), partner.actor)

    first = page()
    second = page(after=first.next_after)
    back = page(before=second.previous_before)

    assert [one.user_id for one in first.items + second.items] == [u.id for u in users]
    assert back.items == first.items
    assert (first.total, second.next_after) == (3, None)
