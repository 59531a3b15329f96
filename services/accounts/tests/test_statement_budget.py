"""How many statements accounts' hot operations take: no more, and no fewer.

Each is a way to the database and back with its planning, and the ORM's own work around
it costs as much again. Who needs one more says here for what.
"""

from functools import partial

import pytest

from accounts.orders.operations import fill_seats
from accounts.users.operations import create_user
from lineup.contracts.accounts.users import CreateUser
from lineup.contracts.billing.orders import Buyer, OrderAccepted, Seat
from lineup.ids import new_id
from lineup.testing.statements import holder

from .conftest import an_event

BUDGETS = {
    "a new buyer's order": (
        15,
        "7 looks, 5 rows made, the customer's sums, inbox",
    ),
    "a known buyer's order": (12, "no place, customer and login to be made"),
    "an order of four seats": (21, "a name to be free and a row for each user more"),
    "an order that renews": (6, "user, its customer and whether both are in use"),
    "a customer with a user": (
        16,
        "4 rows made, 5 free names and places, its sums, told",
    ),
    "a customer alone": (11, "as with a user, without it"),
    "a user more": (9, "place, name, row, customer locked and its sums, told"),
}


@pytest.fixture
def held(engine, database):
    """`held("a user more", lambda: …)` does it and holds it to its budget."""
    database.on_announced = lambda: None  # as in a service, where a relay waits
    return holder(engine, BUDGETS)


@pytest.fixture
def accept(database, clock, dependencies, tree):
    """`accept(email, seats)` takes an order in, as the bus brings it."""

    def accept(email, *seats):
        order = OrderAccepted(
            id=new_id(),
            version=1,
            partner_id=tree.partner.account_id,
            scope=tree.partner.scopes[0],
            buyer=Buyer(first_name="Anna", last_name="Berg", email=email),
            seats=list(seats) or [a_seat()],
        )
        fill = partial(fill_seats, dependencies=dependencies)
        database.handle_event_once(an_event(order, clock), fill)
        return order

    return accept


def a_seat(**facts):
    return Seat(**({"id": new_id(), "name": "Family"} | facts))


def test_orders_of_new_and_known_buyers(held, accept, announced):
    held("a new buyer's order", lambda: accept("a@example.org"))
    held("a known buyer's order", lambda: accept("a@example.org"))
    four = [a_seat() for _ in range(4)]
    held("an order of four seats", lambda: accept("b@example.org", *four))

    assert len(announced("user_changed")) == 6


def test_an_order_that_renews_a_user(held, accept, announced):
    accept("a@example.org")
    [user] = announced("user_changed")
    seat = a_seat(user_id=user.id)

    held("an order that renews", lambda: accept("a@example.org", seat))


def test_people_that_staff_make(held, make_customer, ask, tree, dependencies):
    person = {"email": "a@example.org"}
    made = held(
        "a customer with a user", lambda: make_customer(user_name="TV", **person)
    )
    held("a customer alone", lambda: make_customer(email="b@example.org"))
    request = CreateUser(customer_id=made.id, name="Kids")
    more = partial(create_user, dependencies=dependencies)

    held("a user more", lambda: ask(tree.partner, more, request))
