"""What waits and what the books said is told to whoever watches."""

import time

import pytest

from billing.metrics import CHECK_SECONDS, Books, checked, ends, renewals


@pytest.fixture
def told(database):
    """`told(look)` is {name and labels: value} of a look."""

    def told(look):
        with database.transaction() as work:
            return {(f.gauge.name, *f.labels): f.value for f in look(work)}

    return told


def test_a_renewal_that_nobody_makes_grows_old(
    told, shop_floor, partner, customer, clock
):
    user = shop_floor.user(customer, renews=True)
    shop_floor.top_up(customer, "9.00 EUR")
    shop_floor.buy(user, shop_floor.plan(partner, days=30))
    assert told(renewals)["lineup_due_rows", "renewals"] == 0
    assert told(renewals)["lineup_due_oldest_seconds", "renewals"] == 0

    clock.forward(days=30, minutes=7)

    assert told(renewals) == {
        ("lineup_due_rows", "renewals"): 1,
        ("lineup_due_oldest_seconds", "renewals"): 420,
    }
    assert told(ends)["lineup_due_oldest_seconds", "ends"] == 420


@pytest.mark.feature("WL-19")
def test_the_books_are_told_once_they_were_checked(
    told, database, shop_floor, customer, engine
):
    books = Books()
    assert books.is_due()
    assert told(books.ledger) == {}
    shop_floor.top_up(customer, "5.00 EUR")

    books.note(checked(database))

    assert told(books.ledger)["lineup_ledger_sound",] == 1
    assert told(books.ledger)["lineup_ledger_checked_timestamp_seconds",] > 1e9
    assert not books.is_due()

    with engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE wallet SET balance_minor = 7 WHERE NOT is_system"
        )
    books.note(checked(database))

    assert told(books.ledger)["lineup_ledger_sound",] == 0


@pytest.mark.feature("WL-19")
def test_they_are_checked_again_after_an_hour():
    now = time.time()

    assert not Books(checked_at=now - CHECK_SECONDS / 2).is_due()
    assert Books(checked_at=now - CHECK_SECONDS).is_due()
