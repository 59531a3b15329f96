"""Money moves whole or not at all, and what is booked stays."""

import random
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from billing.wallets.movements import (
    Leg,
    Movement,
    between,
    cash,
    customer_account,
    income,
)
from billing.wallets.operations import reverse, transfer, transfer_all
from lineup.contracts.billing.refusals import InsufficientBalance
from lineup.contracts.billing.wallets import BALANCE_CAUSES, Cause
from lineup.errors import KeyReused, PaymentRequired
from lineup.ids import new_id
from lineup.money import Money


@pytest.mark.feature("WL-02")
def test_an_entry_says_cause_reference_actor_time_and_the_balance_after(
    put, spend, shop_floor, customer, clock
):
    put("5.00 EUR", reference="transfer 4711")
    spend("2.00 EUR")

    newest, oldest = shop_floor.entries(customer)

    assert (str(newest.amount), str(newest.balance_after)) == ("-2.00 EUR", "3.00 EUR")
    assert oldest.cause == "top_up"
    assert oldest.reference == "transfer 4711"
    assert oldest.actor == "system"
    assert oldest.created_at == clock.now()


@pytest.mark.feature("WL-04")
def test_more_than_the_balance_is_refused_and_nothing_written(
    put, spend, shop_floor, customer
):
    put("5.00 EUR")

    with pytest.raises(PaymentRequired) as refusal:
        spend("5.01 EUR")

    assert refusal.value.code == "insufficient_balance"
    assert len(shop_floor.entries(customer)) == 1
    assert shop_floor.balance(customer) == "5.00 EUR"
    assert shop_floor.books().transfers == 1


def test_the_whole_balance_can_be_spent(put, spend, shop_floor, customer):
    put("5.00 EUR")
    spend("5.00 EUR")

    assert shop_floor.balance(customer) == "0.00 EUR"


@pytest.mark.feature("WL-07")
def test_the_same_movement_again_is_the_first_one(put, shop_floor, customer):
    first = put("5.00 EUR", key="k")
    again = put("5.00 EUR", key="k")

    assert (again.transfer_id, again.is_new) == (first.transfer_id, False)
    assert shop_floor.balance(customer) == "5.00 EUR"


def test_the_same_movement_again_stands_though_the_balance_is_gone(put, spend):
    put("5.00 EUR")
    first = spend("5.00 EUR", key="k")

    assert spend("5.00 EUR", key="k").transfer_id == first.transfer_id


@pytest.mark.feature("WL-07")
@pytest.mark.parametrize(("amount", "reference"), [("6.00 EUR", ""), ("5.00 EUR", "x")])
def test_the_same_key_for_another_movement_is_refused(put, amount, reference):
    put("5.00 EUR", key="k")

    with pytest.raises(KeyReused):
        put(amount, key="k", reference=reference)


def test_many_are_booked_in_order_or_not_at_all(
    database, partner, account, shop_floor, customer
):
    def movement(amount, key, *, into):
        outside = cash(partner.id, "EUR")
        ends = (outside, account) if into else (account, outside)
        return between(*ends, Money.of(amount), key=key, cause=Cause.CORRECTION)

    inward = movement("5.00 EUR", "in", into=True)
    outward = movement("3.00 EUR", "out", into=False)
    with database.transaction() as work:
        transfer_all(work, [inward, outward])
    with pytest.raises(PaymentRequired), database.transaction() as work:
        transfer_all(
            work,
            [
                movement("2.01 EUR", "x", into=False),
                movement("9.00 EUR", "y", into=True),
            ],
        )
    with database.transaction() as work:
        known, new = transfer_all(work, [outward, movement("1.00 EUR", "z", into=True)])

    assert (known.is_new, new.is_new) == (False, True)
    assert [str(e.balance_after) for e in reversed(shop_floor.entries(customer))] == [
        "5.00 EUR",
        "2.00 EUR",
        "3.00 EUR",
    ]
    assert shop_floor.books().is_sound


@pytest.mark.feature("WL-02")
def test_a_mistake_is_undone_by_its_mirror_image_once(
    put, database, shop_floor, customer
):
    made = put("5.00 EUR")
    for _ in range(2):
        with database.transaction() as work:
            reverse(work, made.transfer_id, reference="typing error")

    newest, _ = shop_floor.entries(customer)

    assert (newest.cause, str(newest.amount)) == ("correction", "-5.00 EUR")
    assert shop_floor.balance(customer) == "0.00 EUR"
    assert len(shop_floor.entries(customer)) == 2


def test_no_second_transfer_can_reverse_the_same_one(put, database):
    made = put("5.00 EUR")
    with database.transaction() as work:
        reverse(work, made.transfer_id, reference="")

    with pytest.raises(IntegrityError), database.transaction() as work:
        copied_reversal(work, made.transfer_id)


def copied_reversal(work, transfer_id):
    work.session.execute(
        text(
            "INSERT INTO transfer SELECT gen_random_uuid(), partner_id, scope, 'other',"
            " '', cause, '', '', :reversed, created_at FROM transfer WHERE id = :reversed"
        ),
        {"reversed": transfer_id},
    )


@pytest.mark.feature("WL-02")
@pytest.mark.parametrize("table", ["transfer", "entry"])
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_what_is_booked_cannot_be_changed(put, database, table, change):
    put("5.00 EUR")

    with (
        pytest.raises(DBAPIError, match="never changed"),
        database.transaction() as work,
    ):
        work.session.execute(text(change.format(table)))


@pytest.mark.feature("WL-02")
def test_a_transfer_that_does_not_sum_to_zero_cannot_be_committed(put, database):
    made = put("5.00 EUR")

    with (
        pytest.raises(IntegrityError, match="sum to zero"),
        database.transaction() as work,
    ):
        work.session.execute(
            text(
                "INSERT INTO entry (id, transfer_id, wallet_id, amount_minor)"
                " VALUES (gen_random_uuid(), :made, gen_random_uuid(), 5)"
            ),
            {"made": made.transfer_id},
        )


@pytest.mark.feature("WL-02")
def test_what_one_asset_lacks_another_does_not_make_up(
    put, spend, book, account, partner, database
):
    made = put("5.00 EUR")
    spend("5.00 EUR")
    dollars = replace(account, asset="USD")
    five = Money.of("5.00 USD")
    source = cash(partner.id, "USD")
    book(between(source, dollars, five, key="usd", cause=Cause.TOP_UP, reference=""))

    with (
        pytest.raises(IntegrityError, match="sum to zero"),
        database.transaction() as work,
    ):
        work.session.execute(
            text(
                "INSERT INTO entry (id, transfer_id, wallet_id, amount_minor)"
                " SELECT gen_random_uuid(), :made, id,"
                " CASE asset WHEN 'EUR' THEN 5 ELSE -5 END"
                " FROM wallet"
                " WHERE account_purpose = 'income' OR asset = 'USD' AND NOT is_system"
            ),
            {"made": made.transfer_id},
        )


@pytest.mark.feature("WL-02")
def test_entries_are_of_a_transfer(put, database):
    put("5.00 EUR")

    with (
        pytest.raises(IntegrityError, match="there is no transfer"),
        database.transaction() as work,
    ):
        work.session.execute(
            text(
                "INSERT INTO entry (id, transfer_id, wallet_id, amount_minor)"
                " SELECT gen_random_uuid(), CAST(:unknown AS uuid), wallet_id,"
                " amount_minor FROM entry"
            ),
            {"unknown": new_id()},
        )


@pytest.mark.feature("WL-04")
def test_the_table_itself_keeps_a_balance_from_falling_below_zero(put, database):
    put("5.00 EUR")

    with pytest.raises(IntegrityError, match="covered"), database.transaction() as work:
        work.session.execute(
            text("UPDATE wallet SET balance_minor = -1 WHERE NOT is_system")
        )


def test_income_may_fall_below_zero_and_keeps_no_balance(put, spend, database, partner):
    put("5.00 EUR")
    spend("5.00 EUR")

    with database.transaction() as work:
        rows = work.session.execute(
            text("SELECT balance_minor, version FROM wallet WHERE is_system")
        ).all()

    assert [tuple(row) for row in rows] == [(0, 0), (0, 0)]


def test_money_never_crosses_to_another_partner(account, neighbour):
    with pytest.raises(ValueError, match="crosses"):
        between(
            account,
            income(neighbour.id, "EUR"),
            Money.of("1.00 EUR"),
            key="k",
            cause=Cause.PURCHASE,
        )


@pytest.mark.parametrize("cause", sorted(set(Cause) - set(BALANCE_CAUSES)))
def test_what_a_shop_holds_never_lies_on_a_balance(account, partner, cause):
    with pytest.raises(ValueError, match="shop"):
        between(
            income(partner.id, "EUR"),
            account,
            Money.of("1.00 EUR"),
            key="k",
            cause=cause,
        )


def test_legs_must_sum_to_zero_in_each_asset(account, customer):
    units = customer_account(customer.id, customer.partner.id, customer.scope, "CREDIT")
    legs = (Leg(account=account, amount_minor=5), Leg(account=units, amount_minor=-5))

    with pytest.raises(ValueError, match="zero"):
        Movement(key=str(new_id()), cause=Cause.CORRECTION, legs=legs)


@pytest.mark.parametrize("seed", range(4))
def test_one_by_one_and_all_together_book_the_same(
    database, shop_floor, partner, neighbour, seed
):
    """`post_transfer` and `post_transfers` are two functions with one promise."""
    draw = random.Random(seed)
    ours, theirs = (shop_floor.customer(p) for p in (partner, neighbour))
    waiting = []

    def book_together(*more):
        movements, waiting[:] = [*waiting, *more], []
        with database.transaction() as work:
            transfer_all(work, movements)

    for number in range(30):
        amount, into = draw.randint(1, 900), draw.random() < 0.5
        key = f"n{draw.randrange(number + 1)}" if draw.random() < 0.3 else f"n{number}"
        made = partial(a_booking, amount=amount, into=into, key=key)
        try:
            with database.transaction() as work:
                posted = transfer(work, made(ours))
        except (InsufficientBalance, KeyReused) as refusal:
            book_together()
            with pytest.raises(type(refusal)):
                book_together(made(theirs), a_booking(theirs, 1, key=new_id()))
        else:
            waiting += [made(theirs)] if posted.is_new else []
            if len(waiting) > draw.randint(1, 4):
                book_together()
    book_together()

    assert lines_of(shop_floor, ours) == lines_of(shop_floor, theirs)
    assert shop_floor.books().is_sound


def a_booking(customer, amount, *, into=True, key):
    balance = customer_account(customer.id, customer.partner.id, customer.scope, "EUR")
    outside = cash(customer.partner.id, "EUR")
    ends = (outside, balance) if into else (balance, outside)
    return between(*ends, Money(amount, "EUR"), key=str(key), cause=Cause.CORRECTION)


def lines_of(shop_floor, customer):
    """What the statement of a customer says, but for ids."""
    return [
        (str(line.amount), str(line.balance_after), line.cause, line.created_at)
        for line in shop_floor.entries(customer)
    ]
