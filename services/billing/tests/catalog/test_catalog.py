"""Products are made of the partner's own packages; a plan has one length."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import text

from billing.catalog import operations as catalog
from billing.people import operations as people
from billing.subscriptions import upkeep
from billing.subscriptions.quotes import quote_purchase
from lineup.contracts.billing.catalog import (
    ChangePlan,
    CreatePlan,
    CreateProduct,
    GetCurrencyUse,
    GetProduct,
    ListProducts,
    ProductChanged,
    RetirePlan,
    UpdateProduct,
)
from lineup.contracts.billing.refusals import BadLength
from lineup.contracts.billing.subscriptions import QuotePurchase
from lineup.errors import Conflict, Invalid, NotFound, Refusal
from lineup.money import CurrencyMismatch, Money
from lineup.testing.blocking import wait_until_blocked


def a_plan(product, price="9.00 EUR", sku="", **length):
    return CreatePlan(
        product_id=product.id, name="Month", price=Money.of(price), sku=sku, **length
    )


def change(product, package_ids, **changes):
    facts = {"name": "Sport", "devices": 3, "addresses": 2} | changes
    return UpdateProduct(product_id=product.id, package_ids=package_ids, **facts)


def test_a_product_shows_its_plans_in_the_order_of_making(shop_floor, partner, ask):
    product = shop_floor.product(partner)
    ids = [shop_floor.plan_of(product, partner, months=n).id for n in (1, 3)]

    shown = ask(catalog.get_product, GetProduct(product_id=product.id))

    assert [plan.id for plan in shown.plans] == ids
    assert shown.package_ids == [partner.package_id]
    assert (shown.devices, shown.addresses) == (2, 1)


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({}, ["bare", "trial", "retired", "sold"]),
        ({"on_sale": True}, ["trial", "sold"]),
        ({"on_sale": False}, ["bare", "retired"]),
        ({"is_trial": True}, ["trial"]),
        ({"is_trial": False}, ["bare", "retired", "sold"]),
        ({"search": " fam-1 "}, ["sold"]),
        ({"search": "family"}, ["bare", "trial", "retired", "sold"]),
        ({"search": "%"}, []),
    ],
)
def test_products_are_narrowed(shop_floor, partner, ask, filters, wanted):
    made = {
        name: shop_floor.product(partner, is_trial=name == "trial")
        for name in ("sold", "retired", "trial", "bare")
    }
    shop_floor.plan_of(made["sold"], partner, sku="FAM-1")
    shop_floor.plan_of(made["trial"], partner, "0.00 EUR")
    gone = shop_floor.plan_of(made["retired"], partner)
    ask(catalog.retire_plan, RetirePlan(plan_id=gone.id), partner.actor)

    request = ListProducts(**filters)
    found = ask(catalog.list_products, request, partner.actor).items

    assert [product.id for product in found] == [made[name].id for name in wanted]


@pytest.mark.feature("PR-02", "SU-12")
@pytest.mark.parametrize(
    "length",
    [{}, {"months": 1, "days": 1}],
)
def test_exactly_one_length_is_given(shop_floor, partner, ask, length):
    with pytest.raises(BadLength) as refusal:
        ask(catalog.create_plan, a_plan(shop_floor.product(partner), **length))

    assert set(refusal.value.fields) == {"months", "days"}


@pytest.mark.feature("PR-02")
def test_everything_wrong_with_a_plan_is_told_at_once(shop_floor, partner, ask):
    request = CreatePlan(
        product_id=shop_floor.product(partner).id,
        name=" ",
        price=Money.of("-1.00 EUR"),
        months=-1,
    )

    with pytest.raises(Invalid) as refusal:
        ask(catalog.create_plan, request)

    assert set(refusal.value.fields) == {"name", "price", "months"}


@pytest.mark.feature("PR-02")
def test_a_price_is_in_the_partners_currency_and_not_below_zero(
    shop_floor, partner, ask
):
    product = shop_floor.product(partner)

    with pytest.raises(Conflict) as refusal:
        ask(catalog.create_plan, a_plan(product, "9.00 USD", months=1))
    assert refusal.value.code == "currency_mismatch"
    with pytest.raises(Invalid):
        ask(catalog.create_plan, a_plan(product, "-1.00 EUR", months=1))


@pytest.mark.feature("PR-13")
def test_a_sku_is_the_partners_only_one_until_its_plan_is_retired(
    shop_floor, partner, neighbour, ask, database
):
    product = shop_floor.product(partner)
    first = shop_floor.plan_of(product, partner, sku="FAMILY-1M")
    shop_floor.plan_of(shop_floor.product(neighbour), neighbour, sku="FAMILY-1M")

    with pytest.raises(Conflict) as refusal:
        shop_floor.plan_of(product, partner, sku="FAMILY-1M")
    assert refusal.value.code == "sku_taken"
    with pytest.raises(Conflict) as refusal:
        shop_floor.plan_of(product, partner, sku="Family-1m")
    assert refusal.value.code == "sku_taken"
    ask(catalog.retire_plan, RetirePlan(plan_id=first.id), partner.actor)
    second = shop_floor.plan_of(product, partner, sku="FAMILY-1M")

    with database.transaction() as work:
        found = catalog.find_plan_by_sku(work, partner.id, " family-1M ")
        assert found is not None
        assert found.id == second.id
        assert catalog.find_plan_by_sku(work, partner.id, "") is None


@pytest.mark.feature("PR-17")
def test_a_changed_price_is_that_of_the_next_sale_and_renewal(shop_floor, partner, ask):
    plan = shop_floor.plan(partner, "9.00 EUR")
    dearer = ChangePlan(plan_id=plan.id, name="New", price=Money.of("12.00 EUR"))

    changed = ask(catalog.change_plan, dearer, partner.actor)

    assert (changed.name, changed.price) == ("New", Money.of("12.00 EUR"))


@pytest.mark.parametrize(
    ("name", "price", "code"),
    [
        ("New", "-1.00 EUR", "invalid"),
        ("New", "1.00 USD", "currency_mismatch"),
        (" ", "1.00 EUR", "required"),
    ],
)
def test_an_impossible_change_of_a_plan_is_refused(
    shop_floor, partner, ask, name, price, code
):
    plan = shop_floor.plan(partner, "9.00 EUR")
    wrong = ChangePlan(plan_id=plan.id, name=name, price=Money.of(price))

    with pytest.raises(Refusal) as refusal:
        ask(catalog.change_plan, wrong, partner.actor)
    assert refusal.value.code == code


def test_a_trial_with_a_price_and_no_length_is_told_both(shop_floor, partner, ask):
    trial = shop_floor.product(partner, is_trial=True)

    with pytest.raises(Invalid) as refusal:
        ask(catalog.create_plan, a_plan(trial, "1.00 EUR"))

    assert set(refusal.value.fields) == {"price", "months", "days"}
    assert refusal.value.details["codes"]["price"] == ["trial_costs"]
    assert refusal.value.details["codes"]["days"] == ["bad_length"]


def test_a_trial_is_free(shop_floor, partner, ask):
    trial = shop_floor.product(partner, is_trial=True)
    plan = shop_floor.plan_of(trial, partner, "0.00 EUR")
    change = ChangePlan(plan_id=plan.id, name="x", price=Money.of("1.00 EUR"))

    with pytest.raises(catalog.TrialCosts):
        shop_floor.plan_of(trial, partner, "1.00 EUR")
    with pytest.raises(catalog.TrialCosts):
        ask(catalog.change_plan, change, partner.actor)


class TestCurrency:
    @pytest.fixture
    def priced_before(self, shop_floor, partner):
        """A plan of 9.00 EUR, and then the partner has yen."""
        plan = shop_floor.plan(partner, "9.00 EUR")
        shop_floor.partner_says(partner, currency="JPY")
        return plan

    def test_a_price_keeps_its_own_currency(self, priced_before, ask, partner):
        request = GetProduct(product_id=priced_before.product_id)
        [plan] = ask(catalog.get_product, request, partner.actor).plans

        assert str(plan.price) == "9.00 EUR"

    def test_a_changed_price_brings_its_currency(self, priced_before, ask, partner):
        priced = partial(ChangePlan, plan_id=priced_before.id, name="x")
        yen = priced(price=Money.of("1200 JPY"))

        assert str(ask(catalog.change_plan, yen, partner.actor).price) == "1200 JPY"
        with pytest.raises(CurrencyMismatch, match="in JPY, not EUR"):
            ask(catalog.change_plan, priced(price=Money.of("9.00 EUR")), partner.actor)

    def test_what_no_balance_can_pay_is_refused_as_that(
        self, priced_before, shop_floor, partner, ask
    ):
        user = shop_floor.user(shop_floor.customer(partner, "9000 JPY"))
        quote = QuotePurchase(user_id=user.id, plan_id=priced_before.id)

        with pytest.raises(CurrencyMismatch, match="plan is priced in EUR"):
            shop_floor.buy(user, priced_before)
        with pytest.raises(CurrencyMismatch, match="balances are in JPY"):
            ask(quote_purchase, quote, partner.actor)

    def test_what_is_priced_in_it_is_told(self, shop_floor, partner, neighbour, ask):
        plans = [shop_floor.plan(partner, "9.00 EUR") for _ in range(3)]
        retire = RetirePlan(plan_id=plans[0].id)
        ask(catalog.retire_plan, retire, partner.actor)
        request = GetCurrencyUse(partner_id=partner.id)

        use = ask(catalog.get_currency_use, request, partner.actor)
        assert (use.currency, use.plans) == ("EUR", 2)
        with pytest.raises(NotFound):
            ask(catalog.get_currency_use, request, neighbour.actor)


def test_a_retired_plan_is_not_changed(shop_floor, partner, ask):
    plan = shop_floor.plan(partner, "9.00 EUR")
    ask(catalog.retire_plan, RetirePlan(plan_id=plan.id), partner.actor)
    change = ChangePlan(plan_id=plan.id, name="x", price=Money.of("1.00 EUR"))

    with pytest.raises(catalog.PlanRetired):
        ask(catalog.change_plan, change, partner.actor)


def test_a_package_of_a_neighbour_or_not_yet_heard_of_is_refused(
    partner, neighbour, ask
):
    request = CreateProduct(name="x", package_ids=[neighbour.package_id])

    with pytest.raises(Invalid) as refusal:
        ask(catalog.create_product, request, partner.actor)
    assert refusal.value.code == "package_not_found"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"devices": 0},
        {"addresses": -1},
        {"name": "", "devices": 0, "addresses": 1001},
    ],
)
def test_impossible_values_are_refused_by_field(partner, ask, wrong):
    facts = {"name": "x", "package_ids": [partner.package_id]} | wrong

    with pytest.raises(Invalid) as refusal:
        ask(catalog.create_product, CreateProduct(**facts), partner.actor)
    assert set(refusal.value.fields) == set(wrong)


def test_the_operator_names_the_partner(partner, neighbour, ask):
    request = CreateProduct(
        name="x", package_ids=[partner.package_id], partner_id=partner.id
    )

    assert ask(catalog.create_product, request).partner_id == partner.id
    with pytest.raises(NotFound):
        ask(catalog.create_product, request, neighbour.actor)


def test_running_subscriptions_follow_a_changed_product(
    shop_floor, partner, customer, ask, database, announced
):
    plan = shop_floor.plan(partner, "0.00 EUR")
    views = [shop_floor.buy(shop_floor.user(customer), plan) for _ in range(3)]
    shop_floor.stop(views[2])
    product = ask(catalog.get_product, GetProduct(product_id=plan.product_id))
    before = len(announced("subscription_changed"))

    ask(catalog.update_product, change(product, [partner.package_id]), partner.actor)
    (note,) = announced("product_changed")
    changed = ProductChanged(id=product.id, version=note.version)
    followed = [upkeep.follow_product(database, changed) for _ in range(2)]

    assert followed == [2, 0]
    told = announced("subscription_changed")[before:]
    assert {state.id for state in told} == {str(view.id) for view in views[:2]}
    assert {(state.product_name, state.devices) for state in told} == {("Sport", 3)}


def test_resync_announces_everything_in_its_present_version(
    shop_floor, partner, customer, database, announced
):
    plan = shop_floor.plan(partner, "0.00 EUR")
    for _ in range(3):
        shop_floor.buy(shop_floor.user(customer), plan)
    first = announced("subscription_changed")

    assert upkeep.resync(database) == 3
    assert announced("subscription_changed")[3:] == first


def test_resync_waits_for_whoever_changes_a_customer(
    shop_floor, partner, customer, database, announced
):
    """As all who write subscriptions do, so that no two wait for each other."""
    shop_floor.buy(shop_floor.user(customer), shop_floor.plan(partner, "0.00 EUR"))
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as work:
            people.lock_customer(work, customer.id)
            later = pool.submit(upkeep.resync, database)
            wait_until_blocked(database.engine)
        assert later.result(timeout=30) == 1


@pytest.mark.feature("SU-12")
def test_the_table_keeps_a_plan_to_one_length(shop_floor, partner, database):
    from sqlalchemy.exc import IntegrityError

    shop_floor.plan(partner)

    with pytest.raises(IntegrityError), database.transaction() as work:
        work.session.execute(text("UPDATE plan SET months = 1"))


@pytest.mark.feature("CU-34")
def test_what_another_system_calls_a_product_is_unique_and_finds_it(
    shop_floor, partner, neighbour, ask
):
    first, second = (shop_floor.product(partner) for _ in range(2))
    foreign = shop_floor.product(neighbour)

    def call(product, external_id, seller=partner):
        request = UpdateProduct(product_id=product.id, external_id=external_id)
        return ask(catalog.update_product, request, seller.actor)

    call(first, "gold 1")
    call(foreign, "gold 1", neighbour)
    with pytest.raises(Conflict) as refusal:
        call(second, "gold 1")
    assert refusal.value.code == "external_id_taken"
    request = ListProducts(external_id="gold 1")
    [found] = ask(catalog.list_products, request, partner.actor).items
    assert (found.id, found.external_id) == (first.id, "gold 1")
    call(first, "")
    assert call(second, "gold 1").external_id == "gold 1"
