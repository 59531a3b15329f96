"""Lists tell what changed since a moment, and find one thing by what is known of it."""

import pytest
from sqlalchemy import func, select

from accounts.customers.operations import list_customers, update_customer
from accounts.tree.operations import list_accounts
from accounts.users.operations import list_users
from lineup.contracts.accounts.customers import (
    ListCustomers,
    PersonChange,
    UpdateCustomer,
)
from lineup.contracts.accounts.tree import ListAccounts
from lineup.contracts.accounts.users import ListUsers
from lineup.contracts.paging import Paging


@pytest.fixture
def moment(database):
    """`moment()` is what the database's clock says now."""

    def moment():
        with database.transaction() as work:
            return work.session.scalar(select(func.clock_timestamp()))

    return moment


@pytest.fixture
def found(ask, tree, dependencies):
    """`found(ListCustomers(...))` are the ids a partner's list has."""
    lists = {
        ListCustomers: (list_customers, {}),
        ListUsers: (list_users, {"dependencies": dependencies}),
        ListAccounts: (list_accounts, {}),
    }

    def found(request):
        operation, given = lists[type(request)]
        return [row.id for row in ask(tree.partner, operation, request, **given).items]

    return found


def test_what_changed_since_is_listed_and_the_rest_is_not(
    make_customer, ask, tree, dependencies, moment, found
):
    first, second = make_customer().id, make_customer().id
    since = moment()
    change = UpdateCustomer(customer_id=first, person=PersonChange(first_name="Eva"))
    changed = ask(tree.partner, update_customer, change, dependencies=dependencies)

    assert changed.updated_at > since
    assert found(ListCustomers(paging=Paging(updated_since=since))) == [first]
    assert found(ListCustomers(paging=Paging(order="updated_at"))) == [second, first]
    assert found(ListCustomers(paging=Paging(order="-created_at"))) == [second, first]


def test_a_change_that_changes_nothing_is_none(
    make_customer, ask, tree, dependencies, moment
):
    made = make_customer()
    change = UpdateCustomer(customer_id=made.id, person=PersonChange(first_name="Anna"))

    first = ask(tree.partner, update_customer, change, dependencies=dependencies)
    again = ask(tree.partner, update_customer, change, dependencies=dependencies)

    assert made.updated_at <= first.updated_at <= again.updated_at < moment()


def test_one_is_found_by_just_its_mail_address_and_its_login_name(make_customer, found):
    anna = make_customer(email="anna@tv.example")
    make_customer(email="anna@tv.example.org")

    assert found(ListCustomers(email="Anna@TV.example")) == [anna.id]
    assert found(ListCustomers(username=anna.username)) == [anna.id]
    assert found(ListCustomers(email="ann@tv.example")) == []


def test_a_user_and_an_account_are_found_by_just_their_names(
    make_customer, found, tree
):
    [user] = make_customer(user_name="Kids").users
    make_customer(user_name="Kids")

    assert found(ListUsers(username=user.username)) == [user.id]
    assert found(ListAccounts(username="shop")) == [tree.reseller.account_id]
