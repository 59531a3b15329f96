"""How many statements billing's hot operations take: no more, and no fewer.

Each is a way to the database and back with its planning, and the ORM's own work around
it costs as much again. Who needs one more says here for what. What people ask for
leaves a row in the audit log, which counts as well.
"""

import pytest
from services.billing.tests.webshops.conftest import EMPTY, Desk, a_partner, woo

from billing.subscriptions.renewals import correct_booking
from billing.webshops.operations.deliveries import store_delivery
from lineup.contracts.billing.wallets import CorrectBooking
from lineup.secrets import Keyring, make_key
from lineup.testing.statements import holder

BUDGETS = {
    "a top-up": (
        7,
        "customer locked, partner, transfer, suspended?, who waits, the booking told",
    ),
    "a first top-up": (9, "as a top-up, and its wallets opened between two tries"),
    "a correction": (
        10,
        "the booking, lock, done before?, partner, balance, legs, and 3",
    ),
    "a purchase": (12, "5 looks, switch, transfer, 2 rows, announced, names told"),
    "a renewal by hand": (
        12,
        "as a purchase; it knows its switch, not when it changed",
    ),
    "a stop with its refund": (
        13,
        "7 looks, transfers at once, 3 rows, wakes, announced",
    ),
    "a delivery stored": (2, "itself, announced"),
    "an order accepted": (
        13,
        "inbox, lock, 2 in a savepoint, 4 looks, its 3 rows, delivery, announced",
    ),
    "an order repeated": (14, "locked, its seats, refunds and closings looked at"),
    "a seat filled": (21, "its user's copies made, sold as by purchase, order settled"),
}


@pytest.fixture
def held(engine, database):
    """`held("a top-up", lambda: …)` does it and holds it to its budget."""
    database.on_announced = lambda: None  # as in a service, where a relay waits
    return holder(engine, BUDGETS)


@pytest.fixture
def desk(database, clock):
    """A partner whose shop has delivered before, and whose plan has been sold."""
    desk = Desk(database, Keyring([make_key()]), clock, a_partner(database))
    desk.connect()
    desk.plan("GOLD-1M", "14.99 EUR")
    desk.serve(woo(id=1, number="1", billing={"email": "first@example.org"}))
    return desk


def test_a_balance_topped_up_and_corrected(held, shop_floor, ask, partner):
    customer = shop_floor.customer(partner)
    held("a first top-up", lambda: shop_floor.top_up(customer, "5.00 EUR"))
    booked = held("a top-up", lambda: shop_floor.top_up(customer, "5.00 EUR"))
    request = CorrectBooking(transfer_id=booked.booking.transfer_id, reason="Twice")
    held("a correction", lambda: ask(correct_booking, request, partner.actor))

    assert shop_floor.balance(customer) == "5.00 EUR"


def test_a_period_bought_renewed_and_stopped(held, shop_floor, partner, clock):
    customer = shop_floor.customer(partner, "50.00 EUR")
    plan = shop_floor.plan(partner)
    shop_floor.stop(shop_floor.buy(shop_floor.user(customer), plan))
    user = shop_floor.user(customer)

    bought = held("a purchase", lambda: shop_floor.buy(user, plan))
    clock.forward(days=1)
    held("a renewal by hand", lambda: shop_floor.buy(user, plan))
    receipt = held("a stop with its refund", lambda: shop_floor.stop(bought))

    assert str(receipt.refunded) == "17.70 EUR"


def test_an_order_stored_accepted_and_filled(held, desk):
    taken = desk.taken(woo(), "order.updated")

    def store():
        with desk.database.transaction(EMPTY) as work:
            return store_delivery(work, taken)

    assert held("a delivery stored", store)
    held("an order accepted", lambda: desk.work_on(taken.id))
    order = desk.accepted()[-1]
    held("a seat filled", lambda: desk.fill(order))

    assert len(desk.running()) == 2


def test_an_order_told_again(held, desk):
    desk.deliver(woo())
    taken = desk.taken(woo(minute=1), "order.updated")
    with desk.database.transaction(EMPTY) as work:
        store_delivery(work, taken)

    held("an order repeated", lambda: desk.work_on(taken.id))
