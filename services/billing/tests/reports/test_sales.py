"""Sales by day equal the ledger, in whoever's days (RP-02)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from billing.reports.sales import get_sales
from billing.reports.sales_list import list_sales
from billing.wallets.models import Entry, Transfer, Wallet
from lineup.contracts.billing.reports import GetSales, ListSales
from lineup.errors import Invalid, NotFound

TODAY = date(2026, 6, 1)


@pytest.fixture
def plan(shop_floor, partner):
    return shop_floor.plan(partner, "9.00 EUR", days=9)


@pytest.fixture
def sales(ask, partner):
    def sales(actor=None, **asked):
        return ask(get_sales, GetSales(**asked), actor or partner.actor)

    return sales


@pytest.fixture
def buyer(shop_floor, partner):
    customer = shop_floor.customer(partner, "100.00 EUR")
    return shop_floor.user(customer)


def said(amounts):
    return [str(amount) for amount in amounts]


def test_each_day_tells_what_was_sold_and_what_went_back(
    sales, shop_floor, buyer, plan, clock
):
    bought = shop_floor.buy(buyer, plan)
    shop_floor.buy(buyer, plan)
    clock.forward(days=3)
    shop_floor.stop(bought)

    found = sales(first_on=TODAY, last_on=TODAY + timedelta(days=3))

    days = [(d.on.day, d.sold, said(d.revenue), said(d.refunded)) for d in found.days]
    assert days == [
        (1, 2, ["18.00 EUR"], []),
        (2, 0, [], []),
        (3, 0, [], []),
        (4, 0, [], ["15.00 EUR"]),
    ]
    assert (found.total.sold, found.total.refunds) == (2, 2)
    assert said(found.total.revenue) == ["18.00 EUR"]
    assert said(found.total.refunded) == ["15.00 EUR"]


def test_it_is_the_last_thirty_days_beside_the_thirty_before(
    sales, shop_floor, buyer, plan, clock
):
    shop_floor.buy(buyer, plan)
    clock.forward(days=30)
    shop_floor.buy(buyer, plan)
    shop_floor.buy(buyer, plan)

    found = sales()

    assert (found.first_on, found.last_on) == (date(2026, 6, 2), date(2026, 7, 1))
    assert len(found.days) == 30
    assert (found.total.sold, found.before.sold) == (2, 1)


@pytest.mark.feature("RP-10")
def test_days_are_the_actors(sales, shop_floor, buyer, plan, partner, clock):
    clock.forward(hours=22, minutes=30)
    shop_floor.buy(buyer, plan)
    in_paris = replace(partner.actor, time_zone="Europe/Paris")

    here, there = (
        {day.on: day.sold for day in sales(actor, first_on=TODAY).days}
        for actor in (partner.actor, in_paris)
    )

    assert (here, there) == ({TODAY: 1}, {TODAY: 0, TODAY + timedelta(days=1): 1})


def test_trials_are_counted_and_bring_nothing(sales, shop_floor, partner, buyer):
    shop_floor.buy(buyer, shop_floor.plan(partner, "0.00 EUR", is_trial=True, days=1))

    found = sales()
    assert (found.total.sold, found.total.trials, found.total.revenue) == (1, 1, [])


@pytest.mark.feature("RP-02")
def test_the_revenue_is_the_ledgers(sales, shop_floor, buyer, plan, database, clock):
    for _ in range(3):
        shop_floor.buy(buyer, plan)
        clock.forward(days=1)
    statement = (
        select(func.sum(Entry.amount_minor))
        .join(Wallet, Wallet.id == Entry.wallet_id)
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .where(Wallet.purpose == "income")
    )
    with database.transaction() as work:
        income = int(work.session.scalar(statement))

    (revenue,) = sales().total.revenue
    assert revenue.amount_minor == income == 2700


@pytest.mark.feature("RP-10")
def test_a_seller_sees_its_own_and_a_neighbour_nothing(
    sales, shop_floor, partner, neighbour, plan
):
    seller = shop_floor.known_seller(partner, "Corner shop")
    below = shop_floor.customer_below(seller, partner)
    shop_floor.top_up(below, "9.00 EUR")
    shop_floor.buy(shop_floor.user(below), plan)
    shop_floor.buy(shop_floor.user(shop_floor.customer(partner, "9.00 EUR")), plan)

    assert sales().total.sold == 2
    assert sales(seller.actor).total.sold == 1
    assert sales(account_id=seller.account_id).total.sold == 1
    assert sales(neighbour.actor).total.sold == 0
    with pytest.raises(NotFound):
        sales(neighbour.actor, account_id=seller.account_id)


@pytest.mark.parametrize(("first", "last"), [(2, 1), (0, 400)])
def test_a_span_without_days_or_too_long_is_invalid(sales, first, last):
    ends = {"first_on": first, "last_on": last}
    with pytest.raises(Invalid):
        sales(**{name: TODAY + timedelta(days=days) for name, days in ends.items()})


class TestReport:
    @pytest.fixture
    def lines(self, ask, partner):
        def lines(actor=None, **asked):
            return ask(list_sales, ListSales(**asked), actor or partner.actor).items

        return lines

    @pytest.mark.feature("RP-02", "SU-27")
    def test_a_line_tells_who_sold_what_to_whom_and_how_it_ended(
        self, lines, shop_floor, buyer, plan, clock, partner
    ):
        bought = shop_floor.buy(buyer, plan)
        clock.forward(days=3)
        shop_floor.stop(bought, actor=partner.actor, reason="moved away")

        (line,) = lines()
        assert (line.customer_name, line.user_name) == ("Anna Berg", "Living room")
        assert (line.product_name, line.plan_name) == ("Family", "a while")
        assert (str(line.price), line.days, line.sold_by) == ("9.00 EUR", 9, "partner")
        assert (line.closed_by, line.close_reason) == ("partner", "moved away")
        assert str(line.refunded) == "6.00 EUR"

    @pytest.mark.feature("SU-27")
    def test_the_periods_of_a_subscription_explain_its_end(
        self, lines, shop_floor, buyer, plan
    ):
        for _ in range(3):
            bought = shop_floor.buy(buyer, plan)

        periods = lines(subscription_id=bought.id)
        assert [p.starts_at for p in periods[:2]] == [p.ends_at for p in periods[1:]]
        assert periods[0].ends_at == bought.ends_at

    def test_a_renewal_by_itself_is_the_systems(
        self, lines, shop_floor, buyer, plan, clock
    ):
        shop_floor.switch(buyer, renews=True)
        shop_floor.buy(buyer, plan)
        clock.forward(days=9)
        shop_floor.renew()

        assert [line.sold_by for line in lines()] == ["system", "partner"]

    def test_it_is_narrowed_by_time_and_seller_and_hidden_from_neighbours(
        self, lines, shop_floor, buyer, plan, clock, partner, neighbour
    ):
        seller = shop_floor.known_seller(partner, "Corner shop")
        shop_floor.buy(buyer, plan)
        clock.forward(days=1)
        start = clock.now()
        shop_floor.buy(buyer, plan)

        assert len(lines(sold_from=start)) == len(lines(sold_until=start)) == 1
        assert len(lines(user_id=buyer.id)) == 2
        assert lines(account_id=seller.account_id) == []
        assert lines(neighbour.actor) == []
        with pytest.raises(NotFound):
            lines(neighbour.actor, account_id=seller.account_id)

    def test_whoever_acts_as_another_is_written_down_with_both_names(
        self, lines, shop_floor, buyer, plan
    ):
        actor = replace(buyer.customer.actor, name="anna", on_behalf_of="berta")
        shop_floor.buy(buyer, plan, actor=actor)

        assert lines()[0].sold_by == "berta on behalf of anna"
