"""Statements add up, page both ways, and are nobody else's (WL-02, WL-15)."""

import pytest
from sqlalchemy import text

from billing.wallets.corrections import pay_out
from billing.wallets.statements import (
    get_balances,
    get_statement,
    list_entries,
    list_wallets,
)
from lineup.contracts.billing.wallets import (
    GetBalances,
    GetStatement,
    ListEntries,
    ListWallets,
    PayOut,
)
from lineup.contracts.paging import Paging
from lineup.errors import NotFound
from lineup.ids import new_id
from lineup.money import Money


@pytest.fixture
def moved(shop_floor, partner, customer, user, clock):
    """A top-up on the first day, a purchase on the second, a stop on the third."""
    plan = shop_floor.plan(partner, "9.00 EUR", days=9)
    shop_floor.top_up(customer, "10.00 EUR")
    clock.forward(days=1)
    bought = shop_floor.buy(user, plan)
    clock.forward(days=1)
    shop_floor.stop(bought)
    return customer


def test_whoever_books_is_told_the_line_that_was_booked(shop_floor, customer, ask):
    first = shop_floor.top_up(customer, "10.00 EUR")
    second = shop_floor.top_up(customer, "2.50 EUR")
    request = PayOut(customer_id=customer.id, amount=Money.of("1.00 EUR"), note="cash")
    third = ask(pay_out, request, customer.partner.actor)

    booked = [made.booking for made in (third, second, first)]
    assert booked == shop_floor.entries(customer)
    assert [str(line.balance_after) for line in booked] == [
        "11.50 EUR",
        "12.50 EUR",
        "10.00 EUR",
    ]
    assert third.balance == booked[0].balance_after


def test_each_line_says_what_it_was_for_in_words(moved, entries):
    words = [entry.reference for entry in entries(moved).items]

    assert words == [
        "Family, a while, Living room, 2 Jun 2026 to 11 Jun 2026",
        "Family, a while",
        "",
    ]


@pytest.mark.parametrize("kind", ["period", "seat"])
def test_an_id_that_an_older_version_wrote_is_shown_to_nobody(
    moved, entries, database, kind
):
    with database.transaction() as work:
        work.session.execute(text("ALTER TABLE transfer DISABLE TRIGGER USER"))
        old = {"old": f"{kind} {new_id()}"}
        work.session.execute(text("UPDATE transfer SET reference = :old"), old)
        work.session.execute(text("ALTER TABLE transfer ENABLE TRIGGER USER"))

    assert {entry.reference for entry in entries(moved).items} == {""}


@pytest.fixture
def entries(ask):
    def entries(customer, **asked):
        paging = asked.pop("paging", Paging())
        request = ListEntries(customer_id=customer.id, **asked, paging=paging)
        return ask(list_entries, request, customer.actor)

    return entries


def causes(page):
    return [entry.cause for entry in page.items]


def test_the_newest_is_first_unless_asked_otherwise(moved, entries):
    assert causes(entries(moved)) == ["refund", "purchase", "top_up"]
    oldest_first = entries(moved, paging=Paging(order="created_at"))
    assert causes(oldest_first) == ["top_up", "purchase", "refund"]


def test_it_pages_forth_and_back(moved, entries):
    first = entries(moved, paging=Paging(limit=2, count_up_to=10))
    second = entries(moved, paging=Paging(limit=2, after=first.next_after))
    back = entries(moved, paging=Paging(limit=2, before=second.previous_before))

    assert causes(first) + causes(second) == ["refund", "purchase", "top_up"]
    assert back.items == first.items
    assert first.total == 3


def test_it_is_narrowed_by_cause_and_time(moved, entries, clock):
    assert causes(entries(moved, cause="purchase")) == ["purchase"]
    assert causes(entries(moved, booked_from=clock.now())) == ["refund"]
    assert causes(entries(moved, booked_until=clock.now())) == ["purchase", "top_up"]


@pytest.mark.feature("WL-15")
def test_opening_and_movements_make_the_closing_which_opens_the_next(moved, ask, clock):
    def sums(**span):
        return ask(
            get_statement, GetStatement(customer_id=moved.id, **span), moved.actor
        )

    before, after = sums(booked_until=clock.now()), sums(booked_from=clock.now())

    assert (before.opening, before.incoming, before.outgoing, before.closing) == tuple(
        map(Money.of, ("0.00 EUR", "10.00 EUR", "-9.00 EUR", "1.00 EUR"))
    )
    assert (after.opening, after.closing) == (before.closing, Money.of("9.00 EUR"))
    assert (before.entries, after.entries) == (2, 1)


def test_wallets_are_sorted_by_balance_and_named(shop_floor, partner, ask):
    rich, poor = (shop_floor.customer(partner, b) for b in ("9.00 EUR", "1.00 EUR"))
    spent = shop_floor.customer(partner, "5.00 EUR")
    plan = shop_floor.plan(partner, "5.00 EUR")
    shop_floor.buy(shop_floor.user(spent), plan)

    def listed(order="", **asked):
        request = ListWallets(**asked, paging=Paging(order=order))
        return ask(list_wallets, request, partner.actor).items

    by_balance = listed("-balance")
    assert [w.customer_id for w in by_balance] == [rich.id, poor.id, spent.id]
    assert [w.customer_id for w in listed(has_money=False)] == [spent.id]
    assert {w.customer_name for w in by_balance} == {"Anna Berg"}
    assert len(listed(search="berg")) == 3
    assert listed(search="nobody") == []


def test_what_is_owed_is_the_sum_of_the_wallets_in_scope(
    shop_floor, partner, neighbour, ask
):
    seller = shop_floor.known_seller(partner, "Corner shop")
    below = shop_floor.customer_below(seller, partner)
    shop_floor.top_up(below, "2.00 EUR")
    shop_floor.customer(partner, "3.00 EUR")
    shop_floor.customer(neighbour, "70.00 EUR")

    def owed(actor, **asked):
        found = ask(get_balances, GetBalances(**asked), actor)
        return [str(money) for money in found.owed], found.customers

    assert owed(partner.actor) == (["5.00 EUR"], 2)
    assert owed(seller.actor) == (["2.00 EUR"], 1)
    assert owed(partner.actor, account_id=seller.account_id) == (["2.00 EUR"], 1)
    with pytest.raises(NotFound):
        owed(neighbour.actor, account_id=seller.account_id)


def test_a_neighbour_sees_no_statement_and_no_wallet(moved, neighbour, ask):
    with pytest.raises(NotFound):
        ask(get_statement, GetStatement(customer_id=moved.id), neighbour.actor)
    assert ask(list_wallets, ListWallets(), neighbour.actor).items == []
