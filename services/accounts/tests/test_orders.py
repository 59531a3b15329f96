import threading
from functools import partial

import pytest
from sqlalchemy import func, select

from accounts.customers.models import Customer
from accounts.customers.operations import list_customers
from accounts.orders.operations import fill_seats
from accounts.users.models import User
from accounts.users.operations import list_users
from lineup.contracts.accounts import ListCustomers, ListUsers
from lineup.contracts.billing import Buyer, OrderAccepted, Seat
from lineup.errors import NotFound
from lineup.ids import new_id

from .conftest import an_event


@pytest.fixture
def accept(database, clock, means):
    def accept(order):
        database.consume(an_event(order, clock), partial(fill_seats, means=means))

    return accept


@pytest.fixture
def an_order(tree):
    def an_order(*seats, **facts):
        given = {
            "id": new_id(),
            "version": 1,
            "partner_id": tree.partner.account_id,
            "scope": tree.partner.scopes[0],
            "buyer": a_buyer(),
            "seats": list(seats) or [a_seat()],
        }
        return OrderAccepted(**(given | facts))

    return an_order


def a_buyer(**facts):
    given = {"first_name": "Anna", "last_name": "Berg", "email": "anna@example.com"}
    return Buyer(**(given | facts))


def a_seat(name="Family", **facts):
    return Seat(**({"id": new_id(), "name": name} | facts))


def counts(database):
    with database.transaction() as work:
        return tuple(
            work.session.scalar(select(func.count()).select_from(model))
            for model in (Customer, User)
        )


class TestNewBuyer:
    def test_four_seats_make_four_users_and_one_message(
        self, accept, an_order, announced, means
    ):
        order = an_order(*(a_seat() for _ in range(4)))
        accept(order)

        [filled] = announced("seats_filled")
        assert filled.id == str(order.id)
        assert [s["seat_id"] for s in filled.seats] == [str(s.id) for s in order.seats]
        assert len({s["user_id"] for s in filled.seats}) == 4
        [issued] = announced("credentials_issued")
        assert issued.id == str(order.id)
        assert {u["user_id"] for u in issued.users} == {
            s["user_id"] for s in filled.seats
        }
        assert issued.email == "anna@example.com"
        assert len(means.keyring.open(issued.password)) == 12
        assert [s.email for s in announced("customer_changed")] == ["anna@example.com"]

    def test_two_buyers_get_different_passwords(
        self, accept, an_order, announced, means
    ):
        accept(an_order())
        accept(an_order(buyer=a_buyer(email="ben@example.com")))
        opened = [
            means.keyring.open(sealed)
            for issued in announced("credentials_issued")
            for sealed in (issued.password, issued.users[0]["password"])
        ]
        assert len(set(opened)) == 4

    def test_a_paid_order_is_not_refused_for_its_billing_address(
        self, accept, an_order, ask, tree
    ):
        buyer = a_buyer(
            first_name="A\n" * 200, last_name="", phone="0612345678", country="nl"
        )
        accept(an_order(buyer=buyer))
        accept(an_order(buyer=a_buyer(email="b@example.com", phone="?", country="??")))
        worst, first = ask(tree.partner, list_customers, ListCustomers()).items
        assert (worst.person.mobile, worst.person.country) == ("", "")
        assert (first.person.mobile, first.person.country) == ("+31612345678", "NL")
        assert len(first.person.first_name) <= 100

    def test_a_customer_lies_where_the_order_says(self, accept, an_order, ask, tree):
        accept(an_order(scope=tree.reseller.scopes[0]))
        assert len(ask(tree.reseller, list_customers, ListCustomers()).items) == 1

    def test_a_buyer_without_an_address_gets_users_and_no_message(
        self, accept, an_order, announced
    ):
        accept(an_order(buyer=a_buyer(email=" ")))
        assert len(announced("seats_filled")) == 1
        assert announced("credentials_issued") == []

    def test_a_scope_of_another_partner_is_not_served(self, accept, an_order, tree):
        with pytest.raises(NotFound):
            accept(an_order(scope=tree.neighbour.scopes[0]))


class TestRepeats:
    def test_the_same_event_ten_times_changes_nothing_more(
        self, accept, an_order, announced, database
    ):
        order = an_order()
        for _ in range(10):
            accept(order)
        assert counts(database) == (1, 1)
        assert len(announced("credentials_issued")) == 1
        assert len(announced("seats_filled")) == 1

    def test_a_newer_version_fills_only_what_is_missing(
        self, accept, an_order, announced, database
    ):
        order = an_order()
        accept(order)
        more = an_order(*order.seats, a_seat("Sport"), id=order.id, version=2)
        accept(more)
        first, second = announced("seats_filled")
        assert second.seats[0] == first.seats[0]
        assert counts(database) == (1, 2)
        told = announced("credentials_issued")[1]
        assert [user["name"] for user in told.users] == ["Sport"]
        assert told.password is None

    def test_a_newer_version_with_nothing_new_tells_nobody(
        self, accept, an_order, announced
    ):
        order = an_order()
        accept(order)
        accept(an_order(*order.seats, id=order.id, version=2))
        assert len(announced("seats_filled")) == 2
        assert len(announced("credentials_issued")) == 1

    def test_two_orders_of_a_new_buyer_at_once_make_one_customer(
        self, accept, an_order, database
    ):
        orders = [
            an_order(buyer=a_buyer(email=mail))
            for mail in ("anna@example.com", "Anna@Example.com", "ANNA@EXAMPLE.COM")
        ]
        threads = [threading.Thread(target=accept, args=[order]) for order in orders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert counts(database) == (1, 3)


class TestKnownBuyer:
    def test_another_user_comes_on_the_same_login(
        self, accept, an_order, make_customer, announced, ask, tree
    ):
        anna = make_customer(email="Anna@example.com", send_credentials=False)
        accept(an_order())
        [issued] = announced("credentials_issued")
        assert (issued.customer_id, issued.username) == (str(anna.id), anna.username)
        assert issued.password is None
        assert len(issued.users) == 1

    def test_another_partners_customer_is_somebody_else(
        self, accept, an_order, make_customer, tree, database
    ):
        make_customer(tree.neighbour, email="anna@example.com")
        accept(an_order())
        assert counts(database) == (2, 1)

    def test_a_named_user_is_renewed_and_nothing_is_told(
        self, accept, an_order, make_customer, ask, tree, means, announced
    ):
        make_customer(
            email="anna@example.com", user_name="Kids", send_credentials=False
        )
        [user] = ask(tree.partner, list_users, ListUsers(), means=means).items
        accept(an_order(a_seat(username=user.username)))
        [filled] = announced("seats_filled")
        assert [s["user_id"] for s in filled.seats] == [str(user.id)]
        assert announced("credentials_issued") == []

    @pytest.mark.parametrize("owner", ["partner", "neighbour"])
    def test_anothers_user_is_not_renewed(
        self, owner, accept, an_order, make_customer, ask, tree, means, announced
    ):
        make_customer(getattr(tree, owner), email="ben@example.com", user_name="Kids")
        [user] = ask(tree.operator, list_users, ListUsers(), means=means).items
        accept(an_order(a_seat(username=user.username)))
        [filled] = announced("seats_filled")
        assert filled.seats[0]["user_id"] != str(user.id)
