"""Postpaid sellers: they pay with Credits for what they sell, stop and renew."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from types import SimpleNamespace
from uuid import UUID

import pytest

from billing.catalog import operations as catalog
from billing.catalog.price_lists import get_price_list, set_plan_price
from billing.reports.credits import get_credits_statement, list_credits_entries
from billing.reports.sales_list import list_sales
from billing.sellers import operations as sellers
from billing.subscriptions.overview import get_renewal_overview
from billing.subscriptions.quotes import quote_purchase
from billing.subscriptions.waking import wake_offered
from lineup.contracts.accounts.refusals import AccountNotFound
from lineup.contracts.accounts.tree import Status
from lineup.contracts.billing.catalog import (
    ChangePlan,
    GetProduct,
    ListProducts,
    OfferImproved,
)
from lineup.contracts.billing.price_lists import GetPriceList, SetPlanPrice
from lineup.contracts.billing.product_changes import ChangeWay
from lineup.contracts.billing.refusals import (
    BelowSeller,
    CreditsInUse,
    CreditsLeft,
    CreditsMissing,
    InsufficientBalance,
    NoCreditPrice,
    NotPostpaid,
    PlanNotAllowed,
    SellerTypeSet,
    SoldBySeller,
)
from lineup.contracts.billing.reports import ListSales
from lineup.contracts.billing.seller_credits import (
    AddCreditsCurrency,
    AdjustCredits,
    GetCreditsStatement,
    GetCurrencies,
    GetSellerCredits,
    ListCreditsEntries,
    RemoveCreditsCurrency,
    RemoveSellerType,
    SellerType,
    SetSellerType,
)
from lineup.contracts.billing.subscriptions import (
    CountFrom,
    GetRenewalOverview,
    QuotePurchase,
)
from lineup.contracts.paging import Paging
from lineup.errors import Invalid, NotFound
from lineup.money import CurrencyMismatch, Money


@pytest.fixture
def seller(shop_floor, partner):
    """A dealer that signs in itself, postpaid with 500 Credits."""
    seller = known(shop_floor, partner)
    shop_floor.postpaid(seller, partner, "500 CREDIT")
    return seller


def known(shop_floor, partner, name="Stall"):
    seller = shop_floor.known_seller(partner, name)
    seller.actor = replace(seller.actor, account_id=seller.account_id)
    return seller


@pytest.fixture
def theirs(shop_floor, partner, seller):
    """A customer of the seller, with money of its own that nobody touches."""
    return shop_floor.customer(partner, "30.00 EUR", parent_scope=seller.scope)


@pytest.fixture
def line(shop_floor, theirs):
    return shop_floor.user(theirs)


@pytest.fixture
def plans(shop_floor, partner):
    """One product's month for 10 Credits, quarter for 28, year for 100."""
    product = shop_floor.product(partner)
    return [
        shop_floor.plan_of(
            product, partner, "9.00 EUR", in_credits=f"{price} CREDIT", **length
        )
        for price, length in (
            (10, {"days": 30}),
            (28, {"months": 3}),
            (100, {"days": 360}),
        )
    ]


@pytest.fixture
def adjust(ask, partner, seller):
    """`adjust("200 CREDIT", "transfer 4711")` gives Credits, or takes some."""

    def adjust(amount, note="by hand", *, actor=partner.actor, account=seller):
        request = AdjustCredits(
            account_id=account.account_id, amount=Money.of(amount), note=note
        )
        return ask(sellers.adjust_credits, request, actor)

    return adjust


@pytest.fixture
def listed(ask, partner, seller):
    """`listed(plan, "7 CREDIT", discount=10)` puts a plan on the seller's list."""

    def listed(plan, price=None, *, discount=0):
        request = SetPlanPrice(
            account_id=seller.account_id,
            plan_id=plan.id,
            price=price and Money.of(price),
            discount_percent=discount,
        )
        return ask(set_plan_price, request, partner.actor)

    return listed


@pytest.fixture
def log(ask, seller):
    """The seller's entries as amount, balance after and cause, oldest first."""

    def log(**filters):
        request = ListCreditsEntries(account_id=seller.account_id, **filters)
        items = ask(list_credits_entries, request, seller.actor).items
        return [
            (one.amount.amount_minor, one.balance_after.amount_minor, one.cause)
            for one in reversed(items)
        ]

    return log


@pytest.mark.feature("RS-09", "RS-10", "RS-11", "RS-17", "RS-18", "RS-19", "RS-24")
def test_a_postpaid_seller_works_on_credits(
    shop_floor, theirs, plans, seller, listed, adjust, log, clock
):
    month, _, year = plans
    listed(month)
    listed(year, discount=10)

    shop_floor.buy(shop_floor.user(theirs), month, actor=seller.actor)
    assert shop_floor.credits(seller) == 490
    bought = shop_floor.buy(shop_floor.user(theirs), year, actor=seller.actor)
    assert shop_floor.credits(seller) == 400
    clock.forward(days=36)
    receipt = shop_floor.stop(bought, seller.actor)
    assert (str(receipt.credits), str(receipt.refunded)) == ("81 CREDIT", "0.00 EUR")
    adjust("200 CREDIT", "transfer 4711")

    assert log() == [
        (500, 500, "opening_balance"),
        (-10, 490, "purchase"),
        (-90, 400, "purchase"),
        (81, 481, "refund"),
        (200, 681, "credits_added"),
    ]
    assert shop_floor.balance(theirs) == "30.00 EUR"
    assert shop_floor.books().is_sound


@pytest.mark.feature("PR-15")
def test_nobody_is_postpaid_before_there_are_credits(ask, shop_floor, partner):
    dealer = known(shop_floor, partner)
    request = SetSellerType(account_id=dealer.account_id, type=SellerType.POSTPAID)
    with pytest.raises(CreditsMissing):
        ask(sellers.set_seller_type, request, partner.actor)
    assert not ask(sellers.get_currencies, GetCurrencies(), partner.actor).has_credits

    for _ in range(2):
        ask(sellers.add_credits_currency, AddCreditsCurrency(), partner.actor)

    assert ask(sellers.get_currencies, GetCurrencies(), partner.actor).has_credits
    assert ask(sellers.set_seller_type, request, partner.actor).type == "postpaid"
    with pytest.raises(CreditsInUse):
        ask(sellers.remove_credits_currency, RemoveCreditsCurrency(), partner.actor)


def test_credits_nobody_uses_are_removed_twice(ask, partner, neighbour):
    for one in (partner, neighbour):
        ask(sellers.add_credits_currency, AddCreditsCurrency(), one.actor)

    for _ in range(2):
        ask(sellers.remove_credits_currency, RemoveCreditsCurrency(), partner.actor)

    assert not ask(sellers.get_currencies, GetCurrencies(), partner.actor).has_credits
    assert ask(sellers.get_currencies, GetCurrencies(), neighbour.actor).has_credits


def test_a_type_is_set_once_and_removed_when_nothing_is_left(
    ask, shop_floor, partner, seller, adjust, line, plans
):
    request = SetSellerType(account_id=seller.account_id, type=SellerType.POSTPAID)
    with pytest.raises(SellerTypeSet):
        ask(sellers.set_seller_type, request, partner.actor)
    remove = RemoveSellerType(account_id=seller.account_id)
    with pytest.raises(CreditsLeft):
        ask(sellers.remove_seller_type, remove, partner.actor)
    adjust("-500 CREDIT")

    assert ask(sellers.remove_seller_type, remove, partner.actor).type is None
    with pytest.raises(NotPostpaid):
        adjust("5 CREDIT")
    shop_floor.buy(line, plans[0])
    assert shop_floor.balance(line.customer) == "21.00 EUR"


@pytest.mark.parametrize("balance", ["0 CREDIT", "5.00 EUR"])
def test_an_opening_balance_is_in_credits_and_above_zero(
    ask, shop_floor, partner, balance
):
    dealer = known(shop_floor, partner)
    with pytest.raises((Invalid, CurrencyMismatch)):
        shop_floor.postpaid(dealer, partner, balance)

    request = GetSellerCredits(account_id=dealer.account_id)
    assert ask(sellers.get_seller_credits, request, partner.actor).type is None


@pytest.mark.feature("PR-03")
def test_a_plan_without_a_price_in_credits_is_not_sold(
    ask, shop_floor, partner, line, seller, plans
):
    change = ChangePlan(plan_id=plans[0].id, credits=None)
    assert ask(catalog.change_plan, change, partner.actor).credits is None

    with pytest.raises(NoCreditPrice):
        shop_floor.buy(line, plans[0], actor=seller.actor)
    assert shop_floor.credits(seller) == 500

    change = ChangePlan(plan_id=plans[0].id, credits=Money.of("12 CREDIT"))
    assert str(ask(catalog.change_plan, change, partner.actor).credits) == "12 CREDIT"
    shop_floor.buy(line, plans[0], actor=seller.actor)
    assert shop_floor.credits(seller) == 488
    change = ChangePlan(plan_id=plans[0].id, credits=Money.of("12.00 EUR"))
    with pytest.raises(CurrencyMismatch):
        ask(catalog.change_plan, change, partner.actor)


@pytest.mark.feature("RS-12")
def test_every_plan_of_a_product_on_the_list_is_sold_and_no_other(
    shop_floor, partner, line, seller, plans, listed
):
    other = shop_floor.plan(partner, in_credits="1 CREDIT")
    listed(plans[0])

    for plan in plans:
        shop_floor.buy(line, plan, actor=seller.actor)

    assert shop_floor.credits(seller) == 500 - 10 - 28 - 100
    with pytest.raises(PlanNotAllowed):
        shop_floor.buy(line, other, actor=seller.actor)


@pytest.mark.feature("RS-17")
@pytest.mark.parametrize(
    ("price", "discount", "cost"),
    [
        (None, 0, 28),
        (None, 10, 26),  # 25.2, rounded up
        (None, 100, 0),
        ("7 CREDIT", 0, 7),
        ("7 CREDIT", 10, 7),
        ("0 CREDIT", 10, 0),
    ],
)
def test_an_own_price_goes_before_a_discount_and_that_before_the_list(
    ask, shop_floor, partner, line, seller, plans, listed, price, discount, cost
):
    view = listed(plans[1], price, discount=discount).plans[0]
    assert (view.price.amount_minor, view.list_price.amount_minor) == (cost, 28)

    shop_floor.buy(line, plans[1], actor=seller.actor)

    assert shop_floor.credits(seller) == 500 - cost
    request = GetPriceList(account_id=seller.account_id)
    assert ask(get_price_list, request, seller.actor).plans == [view]


def test_a_price_of_a_postpaid_seller_is_in_credits(plans, listed):
    with pytest.raises(CurrencyMismatch):
        listed(plans[0], "7.00 EUR")


@pytest.mark.feature("RS-17")
def test_a_discount_in_money_is_rounded_up_too(ask, shop_floor, partner):
    dealer = known(shop_floor, partner)
    customer = shop_floor.customer(partner, "30.00 EUR", parent_scope=dealer.scope)
    plan = shop_floor.plan(partner, "9.99 EUR")
    request = SetPlanPrice(
        account_id=dealer.account_id, plan_id=plan.id, price=None, discount_percent=33
    )
    ask(set_plan_price, request, partner.actor)

    shop_floor.buy(shop_floor.user(customer), plan)

    assert shop_floor.balance(customer) == "23.30 EUR"


def test_what_is_not_covered_is_not_sold(shop_floor, line, seller, plans, adjust):
    adjust("-495 CREDIT")

    with pytest.raises(InsufficientBalance):
        shop_floor.buy(line, plans[0], actor=seller.actor)

    assert shop_floor.credits(seller) == 5
    assert shop_floor.subscriptions_of(line) == []


def test_of_ten_sales_at_once_five_are_covered(
    shop_floor, partner, seller, plans, adjust
):
    adjust("-450 CREDIT")
    users = [
        shop_floor.user(shop_floor.customer_below(seller, partner)) for _ in range(10)
    ]
    together = Barrier(len(users))

    def sell(user):
        together.wait()
        try:
            return shop_floor.buy(user, plans[0], actor=seller.actor)
        except InsufficientBalance:
            return None

    with ThreadPoolExecutor(len(users)) as pool:
        sold = list(pool.map(sell, users))

    assert len([one for one in sold if one]) == 5
    assert shop_floor.credits(seller) == 0
    assert shop_floor.books().is_sound


def test_a_repeated_sale_is_paid_once(shop_floor, line, seller, plans):
    for _ in range(2):
        shop_floor.buy(line, plans[0], actor=seller.actor, key="once")

    assert shop_floor.credits(seller) == 490


@pytest.mark.feature("RS-18")
def test_staff_gives_and_takes_with_a_note_and_never_below_zero(
    shop_floor, seller, adjust, partner, neighbour
):
    with pytest.raises(InsufficientBalance):
        adjust("-501 CREDIT")
    for amount, note in (("0 CREDIT", "why"), ("5 CREDIT", "  "), ("5.00 EUR", "why")):
        with pytest.raises((Invalid, CurrencyMismatch)):
            adjust(amount, note)
    with pytest.raises(AccountNotFound):
        adjust("5 CREDIT", actor=neighbour.actor)
    assert shop_floor.credits(seller) == 500

    assert adjust("-500 CREDIT").balance == Money.of("0 CREDIT")


@pytest.mark.feature("RS-24")
def test_credits_return_to_the_seller_who_paid_wherever_the_customer_now_is(
    shop_floor, partner, theirs, line, seller, plans, clock
):
    bought = shop_floor.buy(line, plans[0], actor=seller.actor)
    clock.forward(days=15)
    shop_floor.customer_says(theirs, scope=f"{partner.scope}{theirs.id.hex}/")
    assert shop_floor.quote(bought, partner.actor).credits == Money.of("5 CREDIT")

    shop_floor.stop(bought, partner.actor)

    assert shop_floor.credits(seller) == 495
    assert shop_floor.balance(theirs) == "30.00 EUR"


def test_a_free_period_returns_nothing(shop_floor, line, seller, plans, listed):
    listed(plans[0], "0 CREDIT")

    receipt = shop_floor.stop(shop_floor.buy(line, plans[0], actor=seller.actor))

    assert (receipt.credits, str(receipt.refunded)) == (None, "0.00 EUR")
    assert shop_floor.credits(seller) == 500


def test_a_customer_of_a_postpaid_seller_buys_nothing_itself(
    ask, shop_floor, theirs, line, seller, plans
):
    for attempt in (
        lambda: shop_floor.buy(line, plans[0], actor=theirs.actor),
        lambda: shop_floor.switch(line, renews=True, actor=theirs.actor),
        lambda: ask(
            quote_purchase,
            QuotePurchase(user_id=line.id, plan_id=plans[0].id),
            theirs.actor,
        ),
    ):
        with pytest.raises(SoldBySeller):
            attempt()
    assert ask(catalog.list_products, ListProducts(), theirs.actor).items == []
    with pytest.raises(NotFound):
        ask(
            catalog.get_product,
            GetProduct(product_id=plans[0].product_id),
            theirs.actor,
        )
    assert not shop_floor.switch(line, renews=False, actor=theirs.actor).renews


def test_a_postpaid_seller_sees_what_it_may_sell_for_how_many_credits(
    ask, shop_floor, partner, seller, plans, listed
):
    listed(plans[0], "8 CREDIT")
    shop_floor.plan(partner)

    [product] = ask(catalog.list_products, ListProducts(), seller.actor).items

    assert [str(one.price) for one in product.plans] == [
        "8 CREDIT",
        "28 CREDIT",
        "100 CREDIT",
    ]
    assert [one.credits for one in product.plans] == [None] * 3


def test_a_quote_says_what_the_sale_does(ask, shop_floor, line, seller, plans, clock):
    shop_floor.buy(line, plans[0], actor=seller.actor)
    clock.forward(days=15)
    request = QuotePurchase(
        user_id=line.id, plan_id=plans[1].id, count_from=CountFrom.NOW
    )
    quote = ask(quote_purchase, request, seller.actor)

    shop_floor.buy(line, plans[1], actor=seller.actor, count_from=CountFrom.NOW)

    assert (str(quote.refunded), str(quote.price)) == ("5 CREDIT", "28 CREDIT")
    assert quote.balance_after.amount_minor == shop_floor.credits(seller) == 467


class TestRenewal:
    """Automatic renewals of a postpaid seller's customers."""

    @pytest.fixture
    def running(self, shop_floor, theirs, seller, plans):
        users = [shop_floor.user(theirs, renews=True) for _ in range(3)]
        for user in users:
            shop_floor.buy(user, plans[0], actor=seller.actor)
        return users

    @pytest.mark.feature("RS-11")
    def test_it_is_paid_by_the_seller(
        self, shop_floor, theirs, running, seller, clock, log, ask
    ):
        overview = GetRenewalOverview(customer_id=theirs.id)
        shown = ask(get_renewal_overview, overview, seller.actor)
        assert (str(shown.due), str(shown.balance)) == ("30 CREDIT", "470 CREDIT")
        clock.forward(days=30)

        shop_floor.renew()

        assert log()[-3:] == [(-10, 460 - 10 * n, "renewal") for n in range(3)]
        assert shop_floor.balance(theirs) == "30.00 EUR"
        assert shop_floor.books().is_sound

    def test_who_waits_is_renewed_once_credits_are_there(
        self, shop_floor, database, partner, running, seller, adjust, clock, announced
    ):
        adjust("-465 CREDIT")
        clock.forward(days=30)
        shop_floor.renew()
        assert shop_floor.credits(seller) == 5
        short = announced("renewal_fell_short")
        assert {one.seller_id for one in short} == {str(seller.account_id)}
        assert len(short) == 3

        adjust("20 CREDIT")
        [*_, told] = announced("offer_improved")
        assert (told.seller_id, told.plan_id) == (str(seller.account_id), None)
        for _ in range(2):
            wake_offered(
                database,
                OfferImproved(
                    id=UUID(told.id),
                    partner_id=partner.id,
                    plan_id=None,
                    seller_id=seller.account_id,
                ),
            )
        shop_floor.renew()

        assert shop_floor.credits(seller) == 5
        states = [shop_floor.subscriptions_of(one)[0].state for one in running]
        assert sorted(states) == ["expired", "running", "running"]

    def test_without_a_price_in_credits_it_is_blocked(
        self, ask, shop_floor, partner, running, plans, clock, announced
    ):
        change = ChangePlan(plan_id=plans[0].id, credits=None)
        ask(catalog.change_plan, change, partner.actor)
        clock.forward(days=30)

        shop_floor.renew()

        assert announced("renewal_blocked") == []
        assert shop_floor.subscriptions_of(running[0])[0].obstacle == "no_credit_price"


class TestStatement:
    """What a seller used, month by month."""

    @pytest.mark.feature("RS-16", "RS-20")
    def test_figures_and_totals_are_those_of_the_rows(
        self, ask, shop_floor, line, seller, plans, clock, log
    ):
        bought = shop_floor.buy(line, plans[0], actor=seller.actor)
        clock.set(datetime(2026, 6, 16, tzinfo=UTC))
        shop_floor.stop(bought)
        clock.set(datetime(2026, 7, 1, tzinfo=UTC))
        shop_floor.buy(line, plans[1], actor=seller.actor)
        request = GetSellerCredits(account_id=seller.account_id)
        figures = ask(sellers.get_seller_credits, request, seller.actor)

        assert (str(figures.balance), str(figures.used)) == ("467 CREDIT", "28 CREDIT")
        assert figures.month_starts_at == datetime(2026, 7, 1, tzinfo=UTC)
        july = datetime(2026, 7, 1, tzinfo=UTC)
        for span, opening, incoming, outgoing in (
            ({"booked_until": july}, 0, 505, -10),
            ({"booked_from": july}, 495, 0, -28),
        ):
            of = GetCreditsStatement(account_id=seller.account_id, **span)
            totals = ask(get_credits_statement, of, seller.actor)
            assert totals.opening.amount_minor == opening
            assert totals.incoming.amount_minor == incoming
            assert totals.outgoing.amount_minor == outgoing
            rows = log(**span)
            assert sum(row[0] for row in rows) == incoming + outgoing
            assert (totals.closing.amount_minor, totals.entries) == (
                rows[-1][1],
                len(rows),
            )

    def test_a_month_begins_where_the_reader_is(
        self, ask, shop_floor, line, seller, plans, clock
    ):
        clock.set(datetime(2026, 6, 30, 14, tzinfo=UTC))
        shop_floor.buy(line, plans[0], actor=seller.actor)
        clock.forward(hours=2)
        request = GetSellerCredits(account_id=seller.account_id)

        def used(zone):
            reader = replace(seller.actor, time_zone=zone)
            return ask(sellers.get_seller_credits, request, reader).used.amount_minor

        assert (used("UTC"), used("Asia/Tokyo")) == (10, 0)

    @pytest.mark.feature("RS-19")
    def test_each_row_names_its_sale_or_says_why(
        self, ask, shop_floor, line, theirs, seller, plans, adjust
    ):
        bought = shop_floor.buy(line, plans[0], actor=seller.actor)
        shop_floor.stop(bought)
        adjust("3 CREDIT", "transfer 4711")
        request = ListCreditsEntries(
            account_id=seller.account_id, paging=Paging(limit=2)
        )
        first = ask(list_credits_entries, request, seller.actor)
        rest = ask(
            list_credits_entries,
            replace(request, paging=Paging(limit=2, after=first.next_after)),
            seller.actor,
        )

        added, refund, sale, opening = first.items + rest.items
        assert (added.reference, added.customer_name) == ("transfer 4711", "")
        for one in (refund, sale):
            assert one.subscription_id == bought.id
            assert (one.customer_id, one.customer_name) == (theirs.id, "Anna Berg")
        assert opening.subscription_id is None

    def test_neighbours_see_nothing(self, ask, seller, neighbour):
        for operation, request in (
            (list_credits_entries, ListCreditsEntries),
            (get_credits_statement, GetCreditsStatement),
            (sellers.get_seller_credits, GetSellerCredits),
        ):
            with pytest.raises(AccountNotFound):
                ask(operation, request(account_id=seller.account_id), neighbour.actor)


def test_a_seller_below_another_pays_as_that_one_does(
    ask, shop_floor, partner, seller, plans
):
    below = shop_floor.known_seller(
        SimpleNamespace(id=partner.id, scope=seller.scope), "Corner"
    )
    request = SetSellerType(account_id=below.account_id, type=SellerType.POSTPAID)
    with pytest.raises(BelowSeller):
        ask(sellers.set_seller_type, request, partner.actor)
    customer = shop_floor.customer_below(below, partner)

    with pytest.raises(InsufficientBalance):
        shop_floor.buy(shop_floor.user(customer), plans[0])

    assert shop_floor.credits(seller) == 500


def test_what_a_seller_pays_is_not_told_to_its_customers(
    ask, shop_floor, theirs, line, seller, plans
):
    shop_floor.switch(line, renews=True)
    bought = shop_floor.buy(line, plans[0], actor=seller.actor)

    [sale] = ask(list_sales, ListSales(), theirs.actor).items
    overview = GetRenewalOverview(customer_id=theirs.id)
    renewals = ask(get_renewal_overview, overview, theirs.actor)

    assert [str(one) for one in (sale.price, sale.refunded)] == ["0.00 EUR"] * 2
    assert str(shop_floor.look(bought, theirs.actor).price) == "0.00 EUR"
    assert str(shop_floor.look(bought, seller.actor).price) == "10 CREDIT"
    assert (str(renewals.due), str(renewals.balance)) == ("0.00 EUR", "30.00 EUR")
    assert shop_floor.quote(bought, theirs.actor).credits is None
    assert shop_floor.stop(bought, theirs.actor).credits is None
    assert shop_floor.credits(seller) == 500


@pytest.mark.feature("RS-09")
def test_credits_of_a_deleted_seller_go_back_to_its_partner(
    ask, shop_floor, partner, theirs, line, seller, plans
):
    bought = shop_floor.buy(line, plans[0], actor=seller.actor)
    for _ in range(2):
        shop_floor.seller_says(seller, status=Status.DELETED)
    assert shop_floor.credits(seller) == 0

    shop_floor.customer_says(theirs, scope=f"{partner.scope}{theirs.id.hex}/")
    shop_floor.stop(bought)

    assert shop_floor.credits(seller) == 0
    assert shop_floor.books().is_sound
    ask(sellers.remove_credits_currency, RemoveCreditsCurrency(), partner.actor)


def test_a_seller_that_is_only_switched_off_keeps_its_credits(shop_floor, seller):
    shop_floor.seller_says(seller, status=Status.INACTIVE)

    assert shop_floor.credits(seller) == 500


@pytest.mark.feature("SU-17", "RS-24")
@pytest.mark.parametrize(
    ("way", "left"),
    [
        (ChangeWay.NEW_PERIOD, 490 + 6 - 15),
        (ChangeWay.KEEP_END, 490 + 6 - 9),
        (ChangeWay.INTO_TIME, 490),
        (ChangeWay.AT_END, 490),
    ],
)
def test_a_product_is_changed_in_credits(
    shop_floor, partner, theirs, line, seller, clock, way, left
):
    basic = shop_floor.plan(partner, in_credits="10 CREDIT", days=30)
    plus = shop_floor.plan(partner, in_credits="15 CREDIT", days=30)
    bought = shop_floor.buy(line, basic, actor=seller.actor)
    clock.set(datetime(2026, 6, 13, tzinfo=UTC))
    with pytest.raises(SoldBySeller):
        shop_floor.change(bought, plus, way, theirs.actor)
    quote = shop_floor.quote_change(bought, plus, way, seller.actor)

    shop_floor.change(bought, plus, way, seller.actor)

    assert shop_floor.credits(seller) == left
    if way is not ChangeWay.AT_END:
        assert quote.balance_after == Money(left, "CREDIT")
    assert shop_floor.balance(theirs) == "30.00 EUR"
    assert shop_floor.books().is_sound


def test_all_users_are_renewed_from_the_sellers_credits(
    shop_floor, theirs, seller, plans
):
    for _ in range(2):
        shop_floor.buy(shop_floor.user(theirs), plans[0], actor=seller.actor)
    with pytest.raises(SoldBySeller):
        shop_floor.quote_all(theirs, theirs.actor)
    quoted = shop_floor.quote_all(theirs, seller.actor)

    shop_floor.renew_users(theirs, "20 CREDIT", seller.actor)

    assert str(quoted.total) == "20 CREDIT"
    assert shop_floor.credits(seller) == 460
    assert shop_floor.balance(theirs) == "30.00 EUR"
    with pytest.raises(SoldBySeller):
        shop_floor.renew_users(theirs, "20 CREDIT", theirs.actor)
