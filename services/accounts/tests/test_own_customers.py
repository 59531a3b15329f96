"""Accounts of partners and sellers have users themselves."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from accounts.customers.operations import list_customers
from accounts.jobs.operations import delete_account, move_customer, move_customers
from accounts.jobs.running import continue_jobs
from accounts.links.links import end_link
from accounts.membership.own_customers import open_own_customer
from accounts.membership.trash import delete_customer
from accounts.packages.limits import count_customers, refuse_beyond_limit
from accounts.packages.operations import create_partner_package
from accounts.partners.payments import choose_package
from accounts.sellers.editing import update_account
from accounts.sellers.operations import create_account
from accounts.tree.models import Account
from accounts.tree.operations import root_account
from accounts.users.operations import create_user, get_user, list_users
from lineup.access import LinkEnded
from lineup.contracts.accounts.customers import DeleteCustomer, ListCustomers
from lineup.contracts.accounts.jobs import DeleteAccount, MoveCustomer, MoveCustomers
from lineup.contracts.accounts.membership import OpenOwnCustomer
from lineup.contracts.accounts.partner_packages import CreatePartnerPackage, Limit
from lineup.contracts.accounts.partnerships import ChoosePackage
from lineup.contracts.accounts.refusals import (
    AccountNotFound,
    OwnCustomer,
    UserNotFound,
)
from lineup.contracts.accounts.reseller_links import EndResellerLink
from lineup.contracts.accounts.tree import AccountKind, UpdateAccount
from lineup.contracts.accounts.users import CreateUser, GetUser, ListUsers
from lineup.errors import Invalid
from lineup.money import Money
from lineup.testing.blocking import wait_until_blocked

from .conftest import an_account


@pytest.fixture
def own(ask, tree):
    """`own(actor)` is the customer that stands for an account itself."""

    def own(owner, actor=None):
        request = OpenOwnCustomer(account_id=owner.account_id)
        return ask(actor or owner, open_own_customer, request)

    return own


@pytest.fixture
def add_user(ask, dependencies):
    def add_user(actor, customer):
        request = CreateUser(customer_id=customer.id, name="Desk")
        return ask(actor, create_user, request, dependencies=dependencies)

    return add_user


@pytest.mark.feature("AH-26")
@pytest.mark.parametrize(
    ("who", "name"), [("partner", "north"), ("reseller", "shop"), ("dealer", "stall")]
)
def test_an_account_of_any_kind_has_users_itself(
    tree, own, add_user, announced, who, name
):
    owner = getattr(tree, who)
    customer = own(owner)

    assert (customer.person.first_name, customer.is_own) == (name, True)
    assert customer.seller_id == owner.account_id
    user = add_user(owner, customer)
    assert announced("user_changed")[-1].id == str(user.id)
    told = announced("customer_changed")[-1]
    assert (told.scope, told.takes_messages) == (customer.scope, True)


def test_there_is_one_however_often_and_by_whomever_it_is_asked_for(ask, tree, own):
    first = own(tree.dealer)
    with ThreadPoolExecutor(4) as pool:
        rest = list(pool.map(lambda _: own(tree.dealer, tree.partner), range(4)))
    assert {one.id for one in rest} == {first.id}
    listed = ask(tree.partner, list_customers, ListCustomers(is_own=True))
    assert [one.id for one in listed.items] == [first.id]


def test_at_first_need_many_at_once_are_given_the_same(tree, own):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: own(tree.reseller), range(4)))
    assert len({one.id for one in made}) == 1


def test_it_is_made_without_a_deadlock_while_its_account_has_another_customer_made(
    ask, tree, own, database, engine
):
    partner_id = tree.partner.account_id
    making = CreatePartnerPackage(
        name="Small", price=Money.of("20.00 EUR"), most_customers=5
    )
    package = ask(tree.operator, create_partner_package, making)
    choosing = ChoosePackage(package_id=package.id, partner_id=partner_id)
    ask(tree.operator, choose_package, choosing)
    with ThreadPoolExecutor(1) as threads:
        with database.transaction() as work:
            refuse_beyond_limit(work, partner_id, Limit.CUSTOMERS, count_customers)
            made = threads.submit(own, tree.dealer)
            wait_until_blocked(engine)
            dealer = select(Account).where(Account.id == tree.dealer.account_id)
            held = dealer.with_for_update(nowait=True, read=True, key_share=True)
            assert work.session.scalar(held)
        assert made.result().is_own


def test_nobody_opens_that_of_an_account_outside_the_scope(tree, own):
    for stranger in (tree.neighbour, tree.dealer):
        with pytest.raises(AccountNotFound):
            own(tree.reseller, stranger)
    with pytest.raises(AccountNotFound):
        own(tree.partner, tree.dealer)


def test_who_does_not_sell_itself_has_none(ask, tree, dependencies):
    root = ask(tree.operator, lambda work, _: root_account(work).id, None)
    request = an_account(AccountKind.RESELLER_COMPANY, "resale")
    details = {"dependencies": dependencies}
    company = ask(tree.operator, create_account, request, **details).id
    for account_id in (root, company):
        request = OpenOwnCustomer(account_id=account_id)
        with pytest.raises(Invalid):
            ask(tree.operator, open_own_customer, request)


def test_a_reseller_whose_link_has_ended_is_given_none(ask, tree, own):
    ending = EndResellerLink(link_id=tree.reseller.account_id)
    ask(tree.partner, end_link, ending)
    with pytest.raises(LinkEnded):
        own(tree.reseller, tree.partner)


def test_that_of_a_reseller_whose_link_has_ended_is_still_opened(ask, tree, own):
    made = own(tree.reseller)
    ending = EndResellerLink(link_id=tree.reseller.account_id)
    ask(tree.partner, end_link, ending)
    assert own(tree.reseller, tree.partner).id == made.id


def test_it_stays_with_its_account_and_goes_with_it(
    ask, tree, own, add_user, database, make_customer, dependencies
):
    customer = own(tree.dealer)
    user = add_user(tree.dealer, customer)
    other = make_customer(tree.dealer)
    to_reseller = {"to_account_id": tree.reseller.account_id}
    request = MoveCustomer(customer_id=customer.id, **to_reseller)
    with pytest.raises(OwnCustomer):
        ask(tree.partner, move_customer, request, dependencies=dependencies)
    gone = DeleteCustomer(customer_id=customer.id)
    with pytest.raises(OwnCustomer):
        ask(tree.partner, delete_customer, gone, dependencies=dependencies)

    leaving = MoveCustomers(account_id=tree.dealer.account_id, **to_reseller)
    job = ask(tree.partner, move_customers, leaving)
    assert job.customers == 1
    continue_jobs(database, dependencies)
    assert _ids(ask, tree.dealer) == [customer.id]
    assert _ids(ask, tree.reseller) == [other.id]

    closed = DeleteAccount(account_id=tree.dealer.account_id, confirmation="stall")
    ask(tree.partner, delete_account, closed)
    continue_jobs(database, dependencies)
    request = GetUser(user_id=user.id)
    with pytest.raises(UserNotFound):
        ask(tree.partner, get_user, request, dependencies=dependencies)


def test_a_mail_address_that_a_customer_has_is_not_taken_from_it(
    ask, tree, own, make_customer
):
    make_customer(email="shop@tv.example")
    shop = tree.reseller.account_id
    mail = UpdateAccount(account_id=shop, email="shop@tv.example")
    ask(tree.partner, update_account, mail)
    assert own(tree.reseller).person.email == ""


def test_users_of_an_account_itself_are_not_its_sellers(
    ask, tree, own, add_user, dependencies
):
    add_user(tree.partner, own(tree.partner))
    found = ask(tree.dealer, list_users, ListUsers(), dependencies=dependencies)
    assert found.items == []


def _ids(ask, actor):
    return [one.id for one in ask(actor, list_customers, ListCustomers()).items]
