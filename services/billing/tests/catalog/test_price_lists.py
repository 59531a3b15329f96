"""What a partner lets each seller sell, and for how much."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from billing.catalog import operations as catalog
from billing.catalog.models import Plan, SellerPrice
from billing.catalog.price_lists import (
    get_price_list,
    remove_plan_price,
    set_plan_price,
)
from billing.subscriptions.overview import get_renewal_overview
from billing.subscriptions.quotes import quote_purchase
from lineup.contracts.accounts.refusals import AccountNotFound
from lineup.contracts.billing.catalog import (
    ChangePlan,
    GetProduct,
    ListProducts,
    RetirePlan,
)
from lineup.contracts.billing.price_lists import (
    GetPriceList,
    RemovePlanPrice,
    SetPlanPrice,
)
from lineup.contracts.billing.refusals import (
    PlanNotAllowed,
    PlanNotFound,
    PlanRetired,
    ProductNotFound,
    TrialCosts,
)
from lineup.contracts.billing.subscriptions import (
    CountFrom,
    GetRenewalOverview,
    QuotePurchase,
)
from lineup.errors import Invalid, NotFound
from lineup.money import CurrencyMismatch, Money

pytestmark = pytest.mark.feature("AH-05")


@pytest.fixture
def dealer(shop_floor, partner):
    return known(shop_floor, partner)


def known(shop_floor, partner):
    """A dealer that signs in itself."""
    dealer = shop_floor.known_seller(partner, "Stall")
    dealer.actor = replace(dealer.actor, account_id=dealer.account_id)
    return dealer


@pytest.fixture
def theirs(shop_floor, partner, dealer):
    """A customer of the dealer."""
    return shop_floor.customer(partner, balance="30.00 EUR", parent_scope=dealer.scope)


@pytest.fixture
def line(shop_floor, theirs):
    return shop_floor.user(theirs, renews=True)


@pytest.fixture
def plan(shop_floor, partner):
    return shop_floor.plan(partner, "9.00 EUR", days=30)


@pytest.fixture
def other(shop_floor, partner):
    return shop_floor.plan(partner, "4.00 EUR", days=30)


@pytest.fixture
def listed(ask, partner, dealer):
    """`listed(plan, "7.00 EUR")` puts a plan on the dealer's list."""

    def listed(plan, price=None, *, seller=dealer, actor=partner.actor):
        money = price and Money.of(price)
        request = SetPlanPrice(
            account_id=seller.account_id,
            plan_id=plan.id,
            price=money,
            discount_percent=0,
        )
        return ask(set_plan_price, request, actor)

    return listed


def test_a_listed_plan_costs_the_sellers_price(shop_floor, line, theirs, plan, listed):
    listed(plan, "7.00 EUR")

    bought = shop_floor.buy(line, plan)

    assert shop_floor.balance(theirs) == "23.00 EUR"
    assert bought.price == Money.of("7.00 EUR")


def test_without_a_price_of_its_own_it_costs_the_list_price_whatever_that_becomes(
    ask, shop_floor, partner, line, theirs, plan, listed
):
    listed(plan)
    dearer = ChangePlan(plan_id=plan.id, price=Money.of("12.00 EUR"))
    ask(catalog.change_plan, dearer, partner.actor)

    shop_floor.buy(line, plan)

    assert shop_floor.balance(theirs) == "18.00 EUR"


def test_a_plan_that_is_not_listed_is_not_sold_whoever_sells_it(
    ask, shop_floor, line, theirs, plan, other, listed, partner
):
    listed(other)

    with pytest.raises(PlanNotAllowed) as refusal:
        shop_floor.buy(line, plan)
    quote = QuotePurchase(user_id=line.id, plan_id=plan.id, count_from=CountFrom.AUTO)
    with pytest.raises(PlanNotAllowed):
        ask(quote_purchase, quote, partner.actor)

    assert (refusal.value.status, refusal.value.code) == (403, "plan_not_allowed")
    assert shop_floor.balance(theirs) == "30.00 EUR"


def test_other_sellers_and_the_partner_itself_sell_at_list_price(
    shop_floor, partner, plan, other, listed
):
    listed(other, "1.00 EUR")
    beside = known(shop_floor, partner)
    customers = [
        shop_floor.customer(partner, balance="30.00 EUR", parent_scope=seller.scope)
        for seller in (partner, beside)
    ]

    for one in customers:
        shop_floor.buy(shop_floor.user(one), plan)

    assert [shop_floor.balance(one) for one in customers] == ["21.00 EUR"] * 2


def test_renewals_cost_the_sellers_price_of_their_day(
    ask, shop_floor, clock, line, theirs, plan, listed
):
    listed(plan, "7.00 EUR")
    shop_floor.buy(line, plan)
    listed(plan, "5.00 EUR")
    shown = ask(get_renewal_overview, GetRenewalOverview(customer_id=theirs.id))
    clock.forward(days=30)

    assert shop_floor.renew() == 1

    assert shown.due == Money.of("5.00 EUR")
    assert shop_floor.balance(theirs) == "18.00 EUR"


def test_what_is_taken_off_the_list_runs_on_and_is_not_renewed(
    ask,
    shop_floor,
    clock,
    partner,
    dealer,
    line,
    theirs,
    plan,
    other,
    listed,
    announced,
):
    listed(plan)
    listed(other)
    bought = shop_floor.buy(line, plan)
    taken_off = RemovePlanPrice(account_id=dealer.account_id, plan_id=plan.id)
    ask(remove_plan_price, taken_off, partner.actor)
    assert shop_floor.look(bought).obstacle == "plan_not_allowed"
    assert shop_floor.look(bought).state == "running"
    clock.forward(days=30)

    shop_floor.renew()

    (notice,) = announced("renewal_blocked")
    assert notice.reason == "plan_not_allowed"
    assert shop_floor.balance(theirs) == "21.00 EUR"


def test_a_list_that_is_emptied_restricts_nothing(
    ask, shop_floor, partner, line, plan, other, listed, dealer
):
    listed(other)
    taken_off = RemovePlanPrice(account_id=dealer.account_id, plan_id=other.id)

    left = ask(remove_plan_price, taken_off, partner.actor)

    assert left.plans == []
    assert shop_floor.buy(line, plan).state == "running"


def test_sellers_and_their_customers_are_shown_what_they_may_sell_and_buy(
    ask, partner, dealer, theirs, plan, other, listed
):
    listed(plan, "7.00 EUR")

    for actor in (dealer.actor, theirs.actor):
        products = ask(catalog.list_products, ListProducts(), actor).items
        offered = [(one.id, one.price) for one in products[0].plans]
        assert offered == [(plan.id, Money.of("7.00 EUR"))]
        assert len(products) == 1
        with pytest.raises(ProductNotFound):
            ask(catalog.get_product, GetProduct(product_id=other.product_id), actor)
    everything = ask(catalog.list_products, ListProducts(), partner.actor).items
    assert len(everything) == 2


def test_a_list_tells_the_price_beside_the_list_price(ask, dealer, plan, listed):
    listed(plan, "7.00 EUR")

    (shown,) = ask(
        get_price_list, GetPriceList(account_id=dealer.account_id), dealer.actor
    ).plans

    assert shown.plan_id == plan.id
    seven, nine = Money.of("7.00 EUR"), Money.of("9.00 EUR")
    assert (shown.price, shown.own_price, shown.list_price) == (seven, seven, nine)
    assert listed(plan).plans[0].own_price is None


def test_a_price_in_the_partners_former_currency_no_longer_counts(
    database, line, theirs, plan, listed
):
    listed(plan, "7.00 EUR")

    with database.transaction() as work:
        dollars = work.session.get_one(Plan, plan.id)
        dollars.take_price(Money.of("9.50 USD"))
        own = work.session.scalars(select(SellerPrice)).one()
        assert own.price(dollars.price, dollars.asset) == Money.of("9.50 USD")


@pytest.mark.parametrize(
    ("price", "refusal"), [("7.00 USD", CurrencyMismatch), ("-1.00 EUR", Invalid)]
)
def test_a_price_is_one_that_the_plan_could_have(plan, listed, price, refusal):
    with pytest.raises(refusal):
        listed(plan, price)


def test_a_trial_stays_free(shop_floor, partner, listed):
    trial = shop_floor.plan(partner, "0.00 EUR", is_trial=True)

    with pytest.raises(TrialCosts):
        listed(trial, "1.00 EUR")
    assert listed(trial).plans[0].price == Money.of("0.00 EUR")


def test_what_is_retired_is_not_put_on_a_list(ask, partner, plan, listed):
    ask(catalog.retire_plan, RetirePlan(plan_id=plan.id), partner.actor)

    with pytest.raises(PlanRetired):
        listed(plan)


def test_a_plan_that_is_not_on_it_cannot_be_taken_off(ask, partner, dealer, plan):
    with pytest.raises(PlanNotFound):
        ask(
            remove_plan_price,
            RemovePlanPrice(account_id=dealer.account_id, plan_id=plan.id),
            partner.actor,
        )


def test_nobody_prices_a_neighbours_plan_or_seller(
    shop_floor, partner, neighbour, dealer, plan, listed
):
    theirs = shop_floor.plan(neighbour, "1.00 EUR")

    with pytest.raises(PlanNotFound):
        listed(theirs)
    with pytest.raises(AccountNotFound):
        listed(theirs, actor=neighbour.actor)
    with pytest.raises(NotFound):
        listed(plan, seller=SimpleNamespace(account_id=partner.id))
