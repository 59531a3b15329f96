"""A customer becomes a dealer, and keeps its login, users and links."""

import pytest

from accounts.jobs.promotion import promote_customer
from accounts.logins.identity import identify
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from accounts.membership.operations import switch_customer
from accounts.membership.own_customers import open_own_customer
from accounts.membership.trash import delete_customer
from accounts.packages.operations import create_partner_package
from accounts.partners.payments import choose_package
from accounts.users.operations import get_user, list_users
from lineup.access import PackageLimit
from lineup.context import NOBODY, Pending, Role
from lineup.contracts.accounts.customers import DeleteCustomer, SwitchCustomer
from lineup.contracts.accounts.membership import OpenOwnCustomer
from lineup.contracts.accounts.partner_packages import CreatePartnerPackage
from lineup.contracts.accounts.partnerships import ChoosePackage
from lineup.contracts.accounts.promotion import PromoteCustomer
from lineup.contracts.accounts.refusals import (
    AlreadySeller,
    CustomerDisabled,
    CustomerNotFound,
    NotSignedIn,
    SubSellersNotAllowed,
)
from lineup.contracts.accounts.sessions import Identify, SignIn
from lineup.contracts.accounts.tree import LoginDetails
from lineup.contracts.accounts.users import GetUser, ListUsers
from lineup.money import Money

from .conftest import PASSWORD, call


@pytest.fixture
def anna(make_customer, tree):
    login = LoginDetails(username="anna", password=PASSWORD)
    return make_customer(
        login=login, user_name="Kids", email="anna@tv.example", city="Riga"
    )


@pytest.fixture
def promote(ask, tree, dependencies):
    def promote(customer, actor=None, **details):
        request = PromoteCustomer(customer_id=customer.id, **details)
        return ask(
            actor or tree.partner, promote_customer, request, dependencies=dependencies
        )

    return promote


@pytest.fixture
def enter(database, dependencies):
    """`enter()` signs Anna in."""

    def enter():
        request = SignIn(username="anna", password=PASSWORD)
        return sign_in(
            database,
            call(request, NOBODY),
            is_right=is_right,
            keyring=dependencies.keyring,
        )

    return enter


@pytest.mark.feature("AH-21")
def test_the_same_login_is_the_dealers_and_its_users_are_as_they_were(
    ask, tree, anna, promote, enter, dependencies, announced
):
    before = enter()
    [user] = ask(tree.partner, list_users, ListUsers(), dependencies=dependencies).items

    dealer = promote(anna, must_change_password=False)

    actor = enter().actor
    assert (actor.role, actor.account_id) == (Role.DEALER, dealer.id)
    assert (actor.name, actor.pending) == ("anna", None)
    with pytest.raises(NotSignedIn):
        ask(NOBODY, identify, Identify(token=before.token))

    request = GetUser(user_id=user.id)
    after = ask(actor, get_user, request, dependencies=dependencies)
    assert after.customer_id == anna.id
    assert (after.token, after.username) == (user.token, user.username)
    assert after.scope.startswith(dealer.scope)
    own = ask(actor, open_own_customer, OpenOwnCustomer(account_id=dealer.id))
    assert (own.id, own.is_own, own.person) == (anna.id, True, anna.person)
    assert announced("account_changed")[-1].id == str(dealer.id)
    assert announced("customer_changed")[-1].scope.startswith(dealer.scope)


def test_the_dealer_is_who_the_customer_was(tree, anna, promote):
    dealer = promote(anna)
    assert (dealer.name, dealer.username) == ("Anna Berg", "anna")
    assert (dealer.email, dealer.company.city) == ("anna@tv.example", "Riga")
    assert dealer.parent_id == tree.partner.account_id
    assert (dealer.currency, dealer.time_zone) == ("EUR", "UTC")


def test_a_password_that_may_be_short_is_to_be_changed(anna, promote, enter):
    promote(anna)
    assert enter().actor.pending is Pending.PASSWORD_CHANGE


def test_the_same_is_not_done_twice(anna, promote):
    promote(anna)
    with pytest.raises(AlreadySeller):
        promote(anna)


def test_who_is_off_or_gone_becomes_no_dealer(ask, tree, anna, promote, dependencies):
    off = SwitchCustomer(customer_id=anna.id, is_active=False)
    ask(tree.partner, switch_customer, off, dependencies=dependencies)
    with pytest.raises(CustomerDisabled):
        promote(anna)
    gone = DeleteCustomer(customer_id=anna.id)
    ask(tree.partner, delete_customer, gone, dependencies=dependencies)
    with pytest.raises(CustomerNotFound):
        promote(anna)


def test_below_a_seller_that_may_have_none_nobody_becomes_one(
    tree, make_customer, promote
):
    with pytest.raises(SubSellersNotAllowed):
        promote(make_customer(tree.reseller))


def test_a_neighbour_makes_nobody_a_dealer(tree, anna, promote):
    with pytest.raises(CustomerNotFound):
        promote(anna, tree.neighbour)


def test_the_partners_package_counts_the_dealer(ask, tree, anna, promote):
    terms = {"name": "Small", "price": Money.of("20.00 EUR"), "most_sellers": 2}
    package = ask(tree.operator, create_partner_package, CreatePartnerPackage(**terms))
    chosen = ChoosePackage(package_id=package.id, partner_id=tree.partner.account_id)
    ask(tree.operator, choose_package, chosen)
    with pytest.raises(PackageLimit):
        promote(anna)
