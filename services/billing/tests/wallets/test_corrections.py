"""Money out by hand, and wrong bookings undone: once each, by name, never below zero."""

import pytest

from billing.subscriptions.renewals import correct_booking, top_up
from billing.wallets.corrections import pay_out
from billing.wallets.statements import list_entries
from lineup.contracts.billing.refusals import (
    AlreadyCorrected,
    AmountTooLarge,
    InsufficientBalance,
    NotCorrectable,
)
from lineup.contracts.billing.wallets import CorrectBooking, ListEntries, PayOut, TopUp
from lineup.contracts.paging import Paging
from lineup.errors import Invalid, NotFound
from lineup.money import BadAmount, CurrencyMismatch, Money


@pytest.fixture
def correct(ask, partner):
    """`correct(entry)` undoes the booking behind a line of a statement."""

    def correct(entry, reason="typed twice", actor=None, key=None):
        request = CorrectBooking(transfer_id=entry.transfer_id, reason=reason)
        return ask(correct_booking, request, actor or partner.actor, key)

    return correct


@pytest.fixture
def pay(ask, partner):
    """`pay(customer, "2.00 EUR")` pays out of a balance; all of it without an amount."""

    def pay(customer, amount=None, note="by bank", actor=None):
        money = Money.of(amount) if amount else None
        request = PayOut(customer_id=customer.id, amount=money, note=note)
        return ask(pay_out, request, actor or partner.actor)

    return pay


class TestCorrecting:
    def test_a_wrong_top_up_goes_back_by_a_booking_that_names_it(
        self, shop_floor, customer, correct
    ):
        shop_floor.top_up(customer, "999.00 EUR")
        [wrong] = shop_floor.entries(customer)
        assert wrong.is_correctable

        assert str(correct(wrong).balance) == "0.00 EUR"

        undoing, undone = shop_floor.entries(customer)
        assert (undoing.cause, str(undoing.amount)) == ("correction", "-999.00 EUR")
        assert (undoing.reference, undoing.actor) == ("typed twice", "partner")
        assert undoing.corrects_id == undone.transfer_id
        assert undone.corrected_by_id == undoing.transfer_id
        assert not undone.is_correctable
        assert not undoing.is_correctable
        assert shop_floor.books().is_sound

    def test_a_line_changes_when_its_booking_is_undone(
        self, shop_floor, customer, correct, clock, ask, partner
    ):
        shop_floor.top_up(customer, "5.00 EUR")
        shop_floor.top_up(customer, "7.00 EUR")
        clock.forward(hours=1)
        second, first = shop_floor.entries(customer)
        assert first.updated_at == second.updated_at == first.created_at
        correct(first)

        def listed(**paging):
            request = ListEntries(customer_id=customer.id, paging=Paging(**paging))
            return ask(list_entries, request, partner.actor).items

        undoing, undone = listed(updated_since=clock.now())
        assert (undone.id, undoing.corrects_id) == (first.id, first.transfer_id)
        assert undone.updated_at == undoing.updated_at == undoing.created_at
        [oldest, *_] = listed(order="updated_at", limit=1)
        assert oldest.id == second.id

    def test_each_booking_is_corrected_once(self, shop_floor, customer, correct):
        shop_floor.top_up(customer, "5.00 EUR")
        shop_floor.top_up(customer, "5.00 EUR")
        wrong = shop_floor.entries(customer)[0]
        first = correct(wrong, key="k")

        assert correct(wrong, key="k") == first
        with pytest.raises(AlreadyCorrected):
            correct(wrong, reason="again")
        assert shop_floor.balance(customer) == "5.00 EUR"

    def test_what_was_spent_meanwhile_does_not_go_back(
        self, shop_floor, partner, customer, user, correct
    ):
        shop_floor.top_up(customer, "10.00 EUR")
        [wrong] = shop_floor.entries(customer)
        shop_floor.buy(user, shop_floor.plan(partner, "9.00 EUR"))

        with pytest.raises(
            InsufficientBalance, match=r"1\.00 EUR, which is less than the 10\.00 EUR"
        ):
            correct(wrong)
        assert shop_floor.balance(customer) == "1.00 EUR"

    def test_a_sale_is_undone_by_a_stop(
        self, shop_floor, partner, customer, user, correct
    ):
        shop_floor.top_up(customer, "10.00 EUR")
        shop_floor.buy(user, shop_floor.plan(partner, "9.00 EUR"))

        with pytest.raises(NotCorrectable):
            correct(shop_floor.entries(customer)[0])

    def test_a_reason_is_needed(self, shop_floor, customer, correct):
        shop_floor.top_up(customer, "10.00 EUR")

        with pytest.raises(Invalid) as refusal:
            correct(shop_floor.entries(customer)[0], reason=" ")
        assert list(refusal.value.fields) == ["reason"]

    def test_a_neighbour_corrects_nothing(
        self, shop_floor, customer, correct, neighbour
    ):
        shop_floor.top_up(customer, "10.00 EUR")

        with pytest.raises(NotFound):
            correct(shop_floor.entries(customer)[0], actor=neighbour.actor)

    def test_money_that_comes_back_renews_who_waits_for_it(
        self, shop_floor, partner, customer, correct, pay, clock
    ):
        user = shop_floor.user(customer, renews=True)
        shop_floor.top_up(customer, "18.00 EUR")
        bought = shop_floor.buy(user, shop_floor.plan(partner, "9.00 EUR", days=1))
        pay(customer)
        clock.forward(days=1)
        shop_floor.renew()

        assert str(correct(shop_floor.entries(customer)[0]).balance) == "0.00 EUR"
        assert shop_floor.look(bought).state == "running"


class TestPayingOut:
    def test_it_is_booked_with_its_note(self, shop_floor, customer, pay):
        shop_floor.top_up(customer, "10.00 EUR")

        assert str(pay(customer, "4.00 EUR").balance) == "6.00 EUR"
        assert str(pay(customer).balance) == "0.00 EUR"

        rest, part, _ = shop_floor.entries(customer)
        assert [(e.cause, str(e.amount), e.reference) for e in (part, rest)] == [
            ("payout", "-4.00 EUR", "by bank"),
            ("payout", "-6.00 EUR", "by bank"),
        ]
        assert shop_floor.books().is_sound

    def test_a_mistaken_payout_is_corrected(self, shop_floor, customer, pay, correct):
        shop_floor.top_up(customer, "10.00 EUR")
        pay(customer)

        assert str(correct(shop_floor.entries(customer)[0]).balance) == "10.00 EUR"

    @pytest.mark.parametrize("amount", ["10.01 EUR", None])
    def test_never_more_than_there_is(self, shop_floor, customer, pay, amount):
        if amount:
            shop_floor.top_up(customer, "10.00 EUR")

        with pytest.raises(InsufficientBalance):
            pay(customer, amount)

    def test_credit_is_never_handed_out(self, shop_floor, customer, pay, lend):
        shop_floor.top_up(customer, "10.00 EUR")
        lend(customer, "5.00 EUR")

        with pytest.raises(InsufficientBalance):
            pay(customer, "10.01 EUR")
        assert str(pay(customer, "10.00 EUR").balance) == "0.00 EUR"

    def test_not_less_than_nothing_and_in_its_currency(self, customer, pay):
        with pytest.raises(Invalid):
            pay(customer, "-1.00 EUR")
        with pytest.raises(CurrencyMismatch):
            pay(customer, "1.00 USD")


def test_a_balance_that_no_number_holds_is_refused(shop_floor, customer, database):
    most = Money(2**63 - 1, "EUR")
    for amount in (most + Money(1, "EUR"), Money(10**400, "EUR")):
        with pytest.raises(BadAmount):
            shop_floor.top_up(customer, str(amount))
    with database.transaction() as work:  # more than one call may bring
        top_up(work, TopUp(customer_id=customer.id, amount=most))
    with pytest.raises(AmountTooLarge):
        shop_floor.top_up(customer, "0.01 EUR")
    assert shop_floor.balance(customer) == str(most)
