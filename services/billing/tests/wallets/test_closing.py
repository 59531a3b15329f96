"""The money of a deleted customer: paid out or written off, whatever comes first."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from billing.subscriptions.blockers import get_deletion_blockers
from billing.subscriptions.renewals import correct_booking
from billing.wallets.corrections import pay_out
from billing.wallets.statements import get_balances, list_wallets
from lineup.contracts.accounts.customers import BalanceSettlement
from lineup.contracts.accounts.tree import Status
from lineup.contracts.billing.deletion_blockers import GetDeletionBlockers
from lineup.contracts.billing.refusals import CustomerDeleted
from lineup.contracts.billing.wallets import (
    CorrectBooking,
    GetBalances,
    ListWallets,
    PayOut,
)
from lineup.errors import NotFound


def gone(shop_floor, customer, settlement=BalanceSettlement.PAY_OUT, version=2):
    """Hear that a customer was deleted."""
    shop_floor.customer_says(
        customer,
        status=Status.DELETED,
        settlement=settlement,
        deletion_reason="moved away",
        deleted_by="anna",
        version=version,
    )


def booked(shop_floor, customer):
    return [
        (entry.cause, str(entry.amount), entry.reference)
        for entry in shop_floor.entries(customer)
    ]


@pytest.mark.parametrize(
    ("settlement", "cause"),
    [(BalanceSettlement.PAY_OUT, "payout"), (BalanceSettlement.WRITE_OFF, "write_off")],
)
def test_it_is_booked_by_its_cause_with_who_and_why(
    shop_floor, customer, settlement, cause
):
    shop_floor.top_up(customer, "12.00 EUR")
    for version in (2, 2, 3):
        gone(shop_floor, customer, settlement, version)

    words = "customer deleted by anna: moved away"
    assert booked(shop_floor, customer) == [
        (cause, "-12.00 EUR", words),
        ("top_up", "12.00 EUR", ""),
    ]
    assert shop_floor.books().is_sound


def test_a_deleted_customer_takes_no_money(shop_floor, customer, partner, ask):
    gone(shop_floor, customer)

    with pytest.raises(CustomerDeleted):
        shop_floor.top_up(customer, "5.00 EUR")
    assert shop_floor.balance(customer) == "0.00 EUR"


def test_a_deleted_customer_buys_nothing(shop_floor, customer, user, partner):
    gone(shop_floor, customer)

    with pytest.raises(NotFound):
        shop_floor.buy(user, shop_floor.plan(partner, "0.00 EUR"))


@pytest.mark.parametrize("is_customer_first", [True, False])
def test_the_refund_of_what_ran_is_settled_too(
    shop_floor, partner, customer, user, is_customer_first
):
    shop_floor.top_up(customer, "10.00 EUR")
    bought = shop_floor.buy(user, shop_floor.plan(partner, "9.00 EUR"))
    if is_customer_first:
        gone(shop_floor, customer)
    shop_floor.user_says(user, status=Status.DELETED)
    if not is_customer_first:
        gone(shop_floor, customer)

    assert shop_floor.balance(customer) == "0.00 EUR"
    assert shop_floor.look(bought).state == "stopped"
    paid_out = [a for cause, a, _ in booked(shop_floor, customer) if cause == "payout"]
    assert sum(float(amount.split()[0]) for amount in paid_out) == -10.0
    assert shop_floor.books().is_sound


def test_a_stop_after_the_deletion_strands_nothing(shop_floor, partner, customer, user):
    shop_floor.top_up(customer, "9.00 EUR")
    bought = shop_floor.buy(user, shop_floor.plan(partner, "9.00 EUR"))
    gone(shop_floor, customer)
    shop_floor.stop(bought)

    assert shop_floor.balance(customer) == "0.00 EUR"
    assert booked(shop_floor, customer)[0][:2] == ("payout", "-9.00 EUR")


def test_top_ups_and_the_deletion_at_once_leave_nothing_behind(shop_floor, customer):
    def top_up(_):
        try:
            shop_floor.top_up(customer, "1.00 EUR")
        except CustomerDeleted:
            return 0
        return 1

    with ThreadPoolExecutor(5) as pool:
        top_ups = [pool.submit(top_up, number) for number in range(12)]
        pool.submit(gone, shop_floor, customer).result()
        accepted = sum(made.result() for made in top_ups)

    moved = [amount for _, amount, _ in booked(shop_floor, customer)]
    assert moved.count("1.00 EUR") == accepted
    assert shop_floor.balance(customer) == "0.00 EUR"
    assert shop_floor.books().is_sound


def test_who_was_deleted_before_anybody_was_asked_is_paid_out_by_hand(
    shop_floor, customer, partner, ask
):
    shop_floor.top_up(customer, "7.00 EUR")
    gone(shop_floor, customer, settlement=None)
    [listed] = ask(list_wallets, ListWallets(), partner.actor).items
    assert (str(listed.balance), listed.is_closed) == ("7.00 EUR", True)

    ask(pay_out, PayOut(customer_id=customer.id, note="by bank"), partner.actor)

    assert ask(list_wallets, ListWallets(), partner.actor).items == []
    assert not any(ask(get_balances, GetBalances(), partner.actor).owed)


def test_no_correction_gives_money_to_a_deleted_customer(
    shop_floor, customer, partner, ask
):
    shop_floor.top_up(customer, "7.00 EUR")
    gone(shop_floor, customer)
    payout = shop_floor.entries(customer)[0]

    request = CorrectBooking(transfer_id=payout.transfer_id, reason="no")
    with pytest.raises(CustomerDeleted):
        ask(correct_booking, request, partner.actor)


class TestBlockers:
    @pytest.fixture
    def blockers(self, ask, partner):
        def blockers(actor=None, **whose):
            request = GetDeletionBlockers(**whose)
            return ask(get_deletion_blockers, request, actor or partner.actor)

        return blockers

    def test_money_and_what_runs_are_named(
        self, shop_floor, partner, customer, user, blockers
    ):
        shop_floor.top_up(customer, "20.00 EUR")
        bought = shop_floor.buy(user, shop_floor.plan(partner, "9.00 EUR"))
        found = blockers(customer_id=customer.id)

        assert [str(amount) for amount in found.balances] == ["11.00 EUR"]
        assert (found.running, found.is_deleted) == (1, False)
        [running] = found.subscriptions
        assert (running.subscription_id, running.user_name, running.product_name) == (
            bought.id,
            "Living room",
            "Family",
        )

    def test_nothing_blocks_once_it_is_stopped_and_paid_out(
        self, shop_floor, partner, customer, user, blockers, ask
    ):
        shop_floor.top_up(customer, "9.00 EUR")
        shop_floor.stop(shop_floor.buy(user, shop_floor.plan(partner, "9.00 EUR")))
        ask(pay_out, PayOut(customer_id=customer.id), partner.actor)
        found = blockers(customer_id=customer.id)

        assert (found.balances, found.running) == ([], 0)

    def test_a_sellers_are_those_of_its_customers_together(
        self, shop_floor, partner, blockers
    ):
        dealer = shop_floor.known_seller(partner, "Dealer")
        for amount in ("3.00 EUR", "4.00 EUR"):
            shop_floor.top_up(shop_floor.customer_below(dealer, partner), amount)
        shop_floor.customer(partner, balance="9.00 EUR")

        found = blockers(account_id=dealer.account_id)
        assert [str(amount) for amount in found.balances] == ["7.00 EUR"]

    def test_a_neighbour_is_told_of_nothing(
        self, shop_floor, customer, neighbour, blockers
    ):
        shop_floor.top_up(customer, "20.00 EUR")

        found = blockers(neighbour.actor, customer_id=customer.id)
        assert (found.balances, found.running) == ([], 0)


@pytest.mark.feature("CU-33")
def test_in_the_trash_nothing_moves_and_restored_all_goes_on(
    shop_floor, partner, customer, clock
):
    shop_floor.top_up(customer, "50.00 EUR")
    user, plan = shop_floor.user(customer, renews=True), shop_floor.plan(partner)
    shop_floor.buy(user, plan)
    before = shop_floor.balance(customer)
    shop_floor.customer_says(
        customer,
        status=Status.TRASHED,
        settlement=BalanceSettlement.PAY_OUT,
        version=2,
    )
    shop_floor.user_says(user, status=Status.TRASHED)
    clock.forward(days=30)
    shop_floor.renew()
    with pytest.raises(CustomerDeleted):
        shop_floor.top_up(customer, "1.00 EUR")
    assert shop_floor.balance(customer) == before

    shop_floor.customer_says(customer, status=Status.ACTIVE, version=3)
    shop_floor.user_says(user, status=Status.ACTIVE)

    shop_floor.buy(user, plan)
    assert shop_floor.balance(customer) != before
    assert shop_floor.books().is_sound
