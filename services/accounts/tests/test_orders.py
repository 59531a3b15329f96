import threading
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import func, select

from accounts.customers.models import Customer
from accounts.customers.operations import list_customers
from accounts.devices.operations import list_devices
from accounts.membership.operations import switch_customer
from accounts.orders.operations import fill_seats, hold_back
from accounts.packages.operations import create_partner_package
from accounts.partners.payments import choose_package
from accounts.sellers.plans import (
    create_seller_plan,
    set_seller_plan,
    update_seller_plan,
)
from accounts.tree.models import Account
from accounts.users.models import User
from accounts.users.operations import list_users
from lineup.contracts.accounts.customers import ListCustomers, SwitchCustomer
from lineup.contracts.accounts.devices import ListDevices
from lineup.contracts.accounts.partner_packages import CreatePartnerPackage
from lineup.contracts.accounts.partnerships import ChoosePackage
from lineup.contracts.accounts.seller_plans import (
    CreateSellerPlan,
    SetSellerPlan,
    UpdateSellerPlan,
)
from lineup.contracts.accounts.tree import Status
from lineup.contracts.accounts.users import ListUsers
from lineup.contracts.billing.orders import Buyer, OrderAccepted, Seat, UsersHeldBack
from lineup.errors import NotFound
from lineup.ids import new_id
from lineup.money import Money

from .conftest import an_event


@pytest.fixture
def accept(database, clock, dependencies):
    def accept(order):
        database.handle_event_once(
            an_event(order, clock), partial(fill_seats, dependencies=dependencies)
        )

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
    @pytest.mark.feature("WS-08")
    def test_four_seats_make_four_users_and_one_message(
        self, accept, an_order, announced, dependencies
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
        assert len(dependencies.keyring.open(issued.password)) == 23
        assert [s.email for s in announced("customer_changed")] == ["anna@example.com"]

    @pytest.mark.feature("WS-09")
    def test_two_buyers_get_different_passwords(
        self, accept, an_order, announced, dependencies
    ):
        accept(an_order())
        accept(an_order(buyer=a_buyer(email="ben@example.com")))
        opened = [
            dependencies.keyring.open(sealed)
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
    @pytest.mark.feature("WS-22", "WS-08", "AH-25")
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
        self, accept, an_order, make_customer, ask, tree, dependencies, announced
    ):
        make_customer(
            email="anna@example.com", user_name="Kids", send_credentials=False
        )
        [user] = ask(
            tree.partner, list_users, ListUsers(), dependencies=dependencies
        ).items
        accept(an_order(a_seat(username=user.username)))
        [filled] = announced("seats_filled")
        assert [s["user_id"] for s in filled.seats] == [str(user.id)]
        assert announced("credentials_issued") == []

    def test_a_named_user_is_renewed_for_a_buyer_without_an_address(
        self,
        accept,
        an_order,
        make_customer,
        ask,
        tree,
        dependencies,
        announced,
        database,
    ):
        customer = make_customer(email="ben@example.com", user_name="Kids")
        [user] = ask(
            tree.partner, list_users, ListUsers(), dependencies=dependencies
        ).items
        seat = a_seat(username=f" {user.username.upper()}")
        accept(an_order(seat, buyer=a_buyer(email="a\r\nb@example.org")))

        [filled] = announced("seats_filled")
        assert [s["user_id"] for s in filled.seats] == [str(user.id)]
        assert filled.customer_id == str(customer.id)
        assert counts(database) == (1, 1)

    def test_a_neighbours_user_is_not_renewed_without_an_address(
        self, accept, an_order, make_customer, ask, tree, dependencies, announced
    ):
        make_customer(tree.neighbour, email="ben@example.com", user_name="Kids")
        [user] = ask(
            tree.operator, list_users, ListUsers(), dependencies=dependencies
        ).items
        accept(an_order(a_seat(username=user.username), buyer=a_buyer(email="")))

        [filled] = announced("seats_filled")
        assert filled.seats == []

    def test_a_neighbours_user_is_not_renewed(
        self, accept, an_order, make_customer, ask, tree, dependencies, announced
    ):
        make_customer(tree.neighbour, email="ben@example.com", user_name="Kids")
        [user] = ask(
            tree.operator, list_users, ListUsers(), dependencies=dependencies
        ).items
        accept(an_order(a_seat(username=user.username)))
        [filled] = announced("seats_filled")
        assert filled.seats == []
        assert [seat["problem"] for seat in filled.unfilled] == ["unknown_user"]


class TestNamedUser:
    @pytest.fixture
    def user(self, make_customer, ask, tree, dependencies):
        make_customer(email="anna@example.com", user_name="Kids")
        [user] = ask(
            tree.partner, list_users, ListUsers(), dependencies=dependencies
        ).items
        return user

    def test_a_name_that_fits_nobody_makes_nobody(
        self, accept, an_order, user, announced, database
    ):
        accept(an_order(a_seat(username=f"{user.username}x")))

        [filled] = announced("seats_filled")
        assert filled.seats == []
        assert [seat["problem"] for seat in filled.unfilled] == ["unknown_user"]
        assert counts(database) == (1, 1)

    def test_a_name_of_nobody_beside_a_good_line_stops_that_line_only(
        self, accept, an_order, user, announced
    ):
        accept(an_order(a_seat(username="nobody77"), a_seat("Second")))

        [filled] = announced("seats_filled")
        assert len(filled.seats) == len(filled.unfilled) == 1

    def test_whoever_pays_the_named_user_is_renewed(
        self, accept, an_order, user, announced, database
    ):
        buyer = a_buyer(email="ben@example.com")
        accept(an_order(a_seat(username=f" {user.username.upper()} "), buyer=buyer))

        [filled] = announced("seats_filled")
        [seat] = filled.seats
        assert seat["user_id"] == str(user.id)
        assert seat["customer_id"] == str(user.customer_id)
        assert counts(database) == (1, 1)

    def test_the_chosen_user_goes_before_any_name(
        self, accept, an_order, user, announced
    ):
        accept(an_order(a_seat(username="nobody77", user_id=user.id)))

        [filled] = announced("seats_filled")
        assert [seat["user_id"] for seat in filled.seats] == [str(user.id)]

    def test_a_chosen_user_of_a_neighbour_is_none(
        self, accept, an_order, make_customer, tree, dependencies, ask, announced
    ):
        make_customer(tree.neighbour, email="n@example.com", user_name="Far")
        [far] = ask(
            tree.neighbour, list_users, ListUsers(), dependencies=dependencies
        ).items
        accept(an_order(a_seat(user_id=far.id)))

        [filled] = announced("seats_filled")
        assert [seat["problem"] for seat in filled.unfilled] == ["user_not_found"]

    def test_the_remembered_customer_goes_before_a_changed_mail_address(
        self, accept, an_order, user, announced, database
    ):
        buyer = a_buyer(email="anna.new@example.com")
        accept(an_order(buyer=buyer, customer_id=user.customer_id))

        [filled] = announced("seats_filled")
        assert filled.customer_id == str(user.customer_id)
        assert counts(database) == (1, 2)


class TestSwitchedOff:
    def test_a_customer_who_is_off_gets_nothing_and_is_listed(
        self,
        accept,
        an_order,
        make_customer,
        ask,
        tree,
        dependencies,
        announced,
        database,
    ):
        anna = make_customer(email="anna@example.com")
        request = SwitchCustomer(customer_id=anna.id, is_active=False)
        ask(tree.partner, switch_customer, request, dependencies=dependencies)
        before = counts(database)

        accept(an_order())

        [filled] = announced("seats_filled")
        assert [seat["problem"] for seat in filled.unfilled] == ["customer_off"]
        assert counts(database) == before

    @pytest.mark.feature("AH-37")
    @pytest.mark.parametrize("limit", ["most_customers", "most_users"])
    def test_a_seller_at_its_limit_gets_no_more_until_it_has_a_larger_plan(
        self, limit, accept, an_order, ask, database, tree, announced
    ):
        plan = ask(
            tree.partner,
            create_seller_plan,
            CreateSellerPlan(name="Starter", **{limit: 0}),
        )
        seller_id = tree.reseller.account_id
        given = SetSellerPlan(account_id=seller_id, seller_plan_id=plan.id)
        ask(tree.partner, set_seller_plan, given)
        order = an_order(scope=tree.reseller.scopes[0])

        accept(order)

        [filled] = announced("seats_filled")
        assert [seat["problem"] for seat in filled.unfilled] == ["limit_reached"]
        assert counts(database) == (0, 0)
        assert announced("credentials_issued") == []

        larger = UpdateSellerPlan(seller_plan_id=plan.id, **{limit: 1})
        ask(tree.partner, update_seller_plan, larger)
        accept(replace(order, version=2))
        assert counts(database) == (1, 1)

    @pytest.mark.feature("PL-16")
    def test_a_partner_at_its_packages_limit_of_users_gets_no_customer_either(
        self, accept, an_order, ask, database, tree, announced
    ):
        none = CreatePartnerPackage(
            name="None", price=Money.of("1.00 EUR"), most_users=0
        )
        package = ask(tree.operator, create_partner_package, none)
        chosen = ChoosePackage(
            package_id=package.id, partner_id=tree.partner.account_id
        )
        ask(tree.operator, choose_package, chosen)

        accept(an_order())

        [filled] = announced("seats_filled")
        assert [seat["problem"] for seat in filled.unfilled] == ["package_limit"]
        assert counts(database) == (0, 0)
        assert announced("credentials_issued") == []

    def test_a_switched_off_partner_gets_no_customers(
        self, accept, an_order, database, tree, announced
    ):
        with database.transaction() as work:
            account = work.session.get_one(Account, tree.partner.account_id)
            account.status = Status.INACTIVE

        accept(an_order())

        [filled] = announced("seats_filled")
        assert [seat["problem"] for seat in filled.unfilled] == ["seller_off"]
        assert filled.customer_id is None
        assert counts(database) == (0, 0)


class TestDevice:
    @pytest.mark.parametrize(
        "text", ["00:1A:79:AA:BB:34", "001a79aabb34", " 00-1a-79-aa-bb-34 "]
    )
    def test_a_mac_of_the_order_becomes_a_device_of_the_user(
        self, accept, an_order, ask, tree, announced, text
    ):
        order = an_order(a_seat(device_mac=text))
        accept(order)
        accept(replace(order, version=2))

        [device] = ask(tree.partner, list_devices, ListDevices()).items
        first, again = announced("seats_filled")
        assert device.mac == "00:1A:79:AA:BB:34"
        assert str(device.user_id) == first.seats[0]["user_id"]
        assert again.seats == first.seats

    def test_a_known_mac_names_its_user(self, accept, an_order, announced, database):
        accept(an_order(a_seat(device_mac="00:1A:79:AA:BB:34")))
        accept(an_order(a_seat(device_mac="001A79AABB34")))

        first, second = announced("seats_filled")
        assert second.seats[0]["user_id"] == first.seats[0]["user_id"]
        assert counts(database) == (1, 1)

    def test_what_is_no_mac_is_told_and_the_line_served(
        self, accept, an_order, announced
    ):
        accept(an_order(a_seat(device_mac="my box")))

        [filled] = announced("seats_filled")
        assert [s["device_problem"] for s in filled.seats] == ["mac_invalid"]

    def test_another_users_mac_is_told_and_stays_where_it_is(
        self, accept, an_order, announced, ask, tree, dependencies
    ):
        accept(an_order(a_seat(device_mac="00:1A:79:AA:BB:34")))
        accept(an_order())
        users = ask(
            tree.partner, list_users, ListUsers(), dependencies=dependencies
        ).items
        other = next(user for user in users if user.device_count == 0)
        named = a_seat(username=other.username, device_mac="00:1A:79:AA:BB:34")
        accept(an_order(named))

        assert announced("seats_filled")[-1].seats[0]["device_problem"] == "mac_taken"


class TestHeldBack:
    def tell(
        self, database, clock, dependencies, tree, users, *, are_held_back, version=1
    ):
        told = UsersHeldBack(
            id=new_id(),
            version=version,
            partner_id=tree.partner.account_id,
            user_ids=[user.id for user in users],
            are_held_back=are_held_back,
        )
        database.handle_event_once(
            an_event(told, clock), partial(hold_back, dependencies=dependencies)
        )

    def test_users_of_a_disputed_order_are_off_until_it_is_over(
        self, accept, an_order, database, clock, dependencies, ask, tree, announced
    ):
        accept(an_order(a_seat(), a_seat()))
        first, _ = ask(
            tree.partner, list_users, ListUsers(), dependencies=dependencies
        ).items

        self.tell(database, clock, dependencies, tree, [first], are_held_back=True)
        assert announced("user_changed")[-1].status == Status.INACTIVE
        assert announced("user_changed")[-1].id == str(first.id)
        self.tell(database, clock, dependencies, tree, [first], are_held_back=False)

        users = ask(
            tree.partner, list_users, ListUsers(), dependencies=dependencies
        ).items
        assert all(user.is_active for user in users)

    def test_who_is_off_with_its_customer_stays_off(
        self, accept, an_order, database, clock, dependencies, ask, tree
    ):
        accept(an_order())
        [user] = ask(
            tree.partner, list_users, ListUsers(), dependencies=dependencies
        ).items
        request = SwitchCustomer(customer_id=user.customer_id, is_active=False)
        ask(tree.partner, switch_customer, request, dependencies=dependencies)

        self.tell(database, clock, dependencies, tree, [user], are_held_back=False)

        [user] = ask(
            tree.partner, list_users, ListUsers(), dependencies=dependencies
        ).items
        assert not user.is_active

    def test_a_neighbours_users_are_let_alone(
        self, make_customer, database, clock, dependencies, ask, tree
    ):
        make_customer(tree.neighbour, email="n@example.com", user_name="Far")
        [far] = ask(
            tree.neighbour, list_users, ListUsers(), dependencies=dependencies
        ).items

        self.tell(database, clock, dependencies, tree, [far], are_held_back=True)

        [far] = ask(
            tree.neighbour, list_users, ListUsers(), dependencies=dependencies
        ).items
        assert far.is_active
