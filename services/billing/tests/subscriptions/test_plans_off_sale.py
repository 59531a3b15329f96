"""Retired plans are renewed up to a day; hidden ones are sold by staff alone."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.catalog.operations import (
    change_plan,
    get_product,
    list_products,
    retire_plan,
)
from billing.subscriptions import lists, quotes
from lineup.contracts.billing.catalog import (
    ChangePlan,
    GetProduct,
    ListProducts,
    RetirePlan,
)
from lineup.contracts.billing.product_changes import ChangeWay
from lineup.contracts.billing.refusals import (
    PlanNotFound,
    PlanRetired,
    ProductNotFound,
)
from lineup.contracts.billing.subscriptions import ListSubscriptions, QuotePurchase
from lineup.money import Money

JULY = datetime(2026, 7, 1, tzinfo=UTC)
MONTH = timedelta(days=30)


@pytest.fixture
def plan(shop_floor, partner):
    return shop_floor.plan(partner, "9.00 EUR", days=30)


@pytest.fixture
def running(shop_floor, user, customer, plan):
    """1 June to 1 July, for 9.00 EUR of a balance of 50.00 EUR."""
    shop_floor.top_up(customer, "50.00 EUR")
    return shop_floor.buy(user, plan)


@pytest.fixture
def retire(ask, partner):
    def retire(plan, until=None):
        request = RetirePlan(plan_id=plan.id, renewable_until=until)
        return ask(retire_plan, request, partner.actor)

    return retire


@pytest.mark.feature("PR-18")
class TestRetired:
    def test_it_is_not_sold_anew_and_renewed_by_hand_before_the_day(
        self, shop_floor, running, customer, user, plan, retire, clock, ask
    ):
        assert retire(plan, JULY).renewable_until == JULY
        with pytest.raises(PlanRetired):
            shop_floor.buy(shop_floor.user(customer), plan)
        quote = QuotePurchase(user_id=user.id, plan_id=plan.id)
        clock.set(JULY - timedelta(seconds=1))
        assert ask(quotes.quote_purchase, quote).is_renewal
        assert shop_floor.buy(user, plan).ends_at == JULY + MONTH

        clock.set(JULY)
        for do in (
            lambda: shop_floor.buy(user, plan),
            lambda: ask(quotes.quote_purchase, quote),
        ):
            with pytest.raises(PlanRetired):
                do()

    @pytest.mark.parametrize(
        ("until", "obstacle", "left"),
        [
            (JULY + timedelta(seconds=1), "", "32.00 EUR"),
            (JULY, "plan_retired", "41.00 EUR"),
            (None, "plan_retired", "41.00 EUR"),
        ],
    )
    def test_it_renews_by_itself_before_the_day(
        self, shop_floor, running, customer, user, plan, retire, clock, until,
        obstacle, left,
    ):  # fmt: skip
        shop_floor.switch(user, renews=True)
        retire(plan, until)
        clock.set(JULY)
        assert shop_floor.look(running).obstacle == obstacle
        shop_floor.renew()

        assert shop_floor.balance(customer) == left

    def test_all_users_are_renewed_with_it(
        self, shop_floor, running, customer, plan, retire
    ):
        retire(plan, JULY)
        assert str(shop_floor.quote_all(customer).total) == "9.00 EUR"
        retire(plan)
        assert str(shop_floor.quote_all(customer).total) == "0.00 EUR"

    def test_what_was_stopped_or_had_another_plan_is_sold_anew(
        self, shop_floor, running, customer, user, plan, partner, retire
    ):
        product = type("Product", (), {"id": plan.product_id})
        longer = shop_floor.plan_of(product, partner, "20.00 EUR", days=90)
        retire(longer, JULY)
        with pytest.raises(PlanRetired):
            shop_floor.buy(user, longer)
        retire(plan, JULY)
        shop_floor.stop(running)
        with pytest.raises(PlanRetired):
            shop_floor.buy(user, plan)

    def test_nobody_changes_to_it(self, shop_floor, running, partner, retire):
        other = shop_floor.plan(partner, "5.00 EUR")
        retire(other, JULY)
        with pytest.raises(PlanRetired):
            shop_floor.change(running, other, ChangeWay.NEW_PERIOD)

    def test_a_later_day_lets_waiting_renewals_be_tried_again(
        self, shop_floor, running, plan, retire, announced, ask
    ):
        retire(plan)
        wanted = ListSubscriptions(plan_retired=True)
        assert len(ask(lists.list_subscriptions, wanted).items) == 1
        assert announced("offer_improved") == []
        retire(plan, JULY)

        assert ask(lists.list_subscriptions, wanted).items == []
        [told] = announced("offer_improved")
        assert told.plan_id == str(plan.id)


@pytest.mark.feature("PR-24")
class TestHidden:
    @pytest.fixture(autouse=True)
    def hidden(self, ask, partner, plan):
        hide = ChangePlan(plan_id=plan.id, is_hidden=True)
        return ask(change_plan, hide, partner.actor)

    def test_staff_sells_it_and_a_customer_does_not_find_it(
        self, shop_floor, user, customer, plan, ask
    ):
        shop_floor.top_up(customer, "20.00 EUR")
        quote = QuotePurchase(user_id=user.id, plan_id=plan.id)
        with pytest.raises(PlanNotFound):
            shop_floor.buy(user, plan, actor=customer.actor)
        with pytest.raises(PlanNotFound):
            ask(quotes.quote_purchase, quote, customer.actor)

        assert shop_floor.buy(user, plan).plan_id == plan.id
        assert shop_floor.balance(customer) == "11.00 EUR"

    def test_who_has_it_renews_it(self, shop_floor, user, customer, plan):
        shop_floor.top_up(customer, "20.00 EUR")
        shop_floor.buy(user, plan)
        assert shop_floor.buy(user, plan, actor=customer.actor).ends_at == JULY + MONTH

    def test_a_customer_does_not_change_to_it(
        self, shop_floor, user, customer, partner, plan
    ):
        shop_floor.top_up(customer, "20.00 EUR")
        running = shop_floor.buy(user, shop_floor.plan(partner, "5.00 EUR"))
        way = ChangeWay.NEW_PERIOD
        with pytest.raises(PlanNotFound):
            shop_floor.change(running, plan, way, actor=customer.actor)
        changed = shop_floor.change(running, plan, way, actor=partner.actor)
        assert changed.plan_id == plan.id

    def test_it_is_listed_to_staff_and_sellers_alone(
        self, shop_floor, customer, partner, plan, ask
    ):
        dealer = shop_floor.seller(partner)
        shown = {}
        for actor in (customer.actor, dealer.actor, partner.actor):
            found = [
                ask(list_products, ListProducts(**narrowed), actor).items
                for narrowed in ({}, {"on_sale": True}, {"search": "while"})
            ]
            shown[actor.role] = [len(products) for products in found]

        assert list(shown.values()) == [[0, 0, 0], [1, 1, 1], [1, 1, 1]]
        one = GetProduct(product_id=plan.product_id)
        with pytest.raises(ProductNotFound):
            ask(get_product, one, customer.actor)
        assert ask(get_product, one, dealer.actor).plans[0].is_hidden

    def test_other_plans_of_its_product_are_shown(
        self, shop_floor, customer, partner, plan, ask
    ):
        product = type("Product", (), {"id": plan.product_id})
        shown = shop_floor.plan_of(product, partner, "20.00 EUR", days=90)
        one = GetProduct(product_id=plan.product_id)
        seen = ask(get_product, one, customer.actor).plans
        assert [each.id for each in seen] == [shown.id]

    def test_it_is_offered_again(self, ask, partner, customer, plan):
        change = ChangePlan(plan_id=plan.id, is_hidden=False, price=Money.of("1 EUR"))
        ask(change_plan, change, partner.actor)
        assert len(ask(list_products, ListProducts(), customer.actor).items) == 1
