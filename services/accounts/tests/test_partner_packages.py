"""What the platform offers partners, and that nobody has more than that."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from accounts.logins.identity import identify
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from accounts.membership.operations import create_customer
from accounts.packages.operations import (
    create_partner_package,
    list_offered_packages,
    list_partner_packages,
    update_partner_package,
)
from accounts.partners.finding import get_partnership
from accounts.partners.payments import choose_package
from accounts.sellers.editing import update_account
from accounts.sellers.operations import create_account, create_staff
from accounts.users.operations import create_user
from lineup.access import AccessRule, PackageLimit, PartnerLocked, PartnerUnavailable
from lineup.context import NOBODY, SELLERS, Context, Feature, Role
from lineup.contracts.accounts.logins import CreateStaff
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.partner_packages import (
    CreatePartnerPackage,
    ListOfferedPackages,
    ListPartnerPackages,
    UpdatePartnerPackage,
)
from lineup.contracts.accounts.partnerships import ChoosePackage, GetPartnership
from lineup.contracts.accounts.sessions import Identify, SignIn
from lineup.contracts.accounts.tree import AccountKind, LoginDetails, UpdateAccount
from lineup.contracts.accounts.users import CreateUser
from lineup.errors import Conflict
from lineup.money import Money

from .conftest import KEYRING, PASSWORD, a_person, an_account, call

SMALL = {
    "most_customers": 1,
    "most_users": 2,
    "most_sellers": 2,
    "most_staff": 1,
    "features": [Feature.SHOPS],
}


@pytest.fixture
def offer(ask, tree):
    """`offer("Small", "20.00 EUR", most_users=2)` makes a package."""

    def offer(name, price, **terms):
        request = CreatePartnerPackage(name=name, price=Money.of(price), **terms)
        return ask(tree.operator, create_partner_package, request)

    return offer


@pytest.fixture
def have(ask, tree):
    """`have(package)` lets the first partner have a package."""

    def have(package):
        request = ChoosePackage(
            package_id=package.id, partner_id=tree.partner.account_id
        )
        return ask(tree.operator, choose_package, request)

    return have


@pytest.mark.feature("PR-14")
def test_what_is_offered_is_shown_to_everybody_the_cheapest_first(ask, tree, offer):
    offer("Large", "90.00 EUR")
    small = offer("Small", "20.00 EUR", **SMALL)
    offer("Former", "10.00 EUR", is_offered=False)

    shown = ask(tree.partner, list_offered_packages, ListOfferedPackages()).packages

    assert [one.name for one in shown] == ["Small", "Large"]
    assert shown[0].most_users == 2
    assert shown[0].features == [Feature.SHOPS]
    assert small.partner_count == 0


def test_two_packages_cannot_have_one_name(offer):
    offer("Small", "20.00 EUR")

    with pytest.raises(Conflict) as refusal:
        offer("Small", "30.00 EUR")

    assert refusal.value.code == "package_name_taken"


def test_a_change_touches_what_is_given_and_counts_who_has_it(ask, tree, offer, have):
    small = offer("Small", "20.00 EUR", most_users=5)
    have(small)

    request = UpdatePartnerPackage(package_id=small.id, price=Money.of("25.00 EUR"))
    changed = ask(tree.operator, update_partner_package, request)
    listed = ask(tree.operator, list_partner_packages, ListPartnerPackages()).items

    assert (changed.price, changed.most_users) == (Money.of("25.00 EUR"), 5)
    assert [one.partner_count for one in listed] == [1]


@pytest.mark.feature("PL-04", "PL-16")
class TestLimits:
    """One over is refused; up to the limit everything goes."""

    @pytest.fixture(autouse=True)
    def small(self, offer, have):
        return have(offer("Small", "20.00 EUR", **SMALL))

    def test_of_customers(self, make_customer, tree):
        make_customer(tree.dealer, email="one@tv.example")

        with pytest.raises(PackageLimit) as refusal:
            make_customer(email="two@tv.example")

        assert refusal.value.code == "package_limit"
        assert refusal.value.status == 409
        assert refusal.value.details == {"limit": "customers", "most": 1, "used": 1}

    def test_of_users_which_customers_make_too(
        self, ask, tree, make_customer, dependencies
    ):
        customer = make_customer(user_name="Kids")
        request = CreateUser(customer_id=customer.id, name="Bedroom")
        ask(tree.partner, create_user, request, dependencies=dependencies)

        with pytest.raises(PackageLimit):
            ask(tree.partner, create_user, request, dependencies=dependencies)

    def test_of_sellers(self, ask, tree, dependencies):
        request = an_account(AccountKind.DEALER, "third")

        with pytest.raises(PackageLimit):
            ask(tree.partner, create_account, request, dependencies=dependencies)

    def test_of_staff_while_sellers_logins_are_not_counted(
        self, ask, tree, dependencies
    ):
        def staff(account_id, role, name):
            login = LoginDetails(username=name, password="correct horse battery")
            request = CreateStaff(account_id=account_id, role=role, login=login)
            ask(tree.partner, create_staff, request, dependencies=dependencies)

        staff(tree.dealer.account_id, Role.DEALER, "stall-two")
        with pytest.raises(PackageLimit):
            staff(tree.partner.account_id, Role.STAFF, "clerk")

    def test_of_features(self, ask, tree, make_customer):
        domain = UpdateAccount(
            account_id=tree.partner.account_id, public_url="https://tv.example"
        )

        with pytest.raises(PackageLimit):
            ask(tree.partner, update_account, domain)

    def test_not_of_the_neighbour(self, make_customer, tree):
        made = [
            make_customer(tree.neighbour, email=f"{name}@tv.example")
            for name in ("one", "two", "three")
        ]
        assert {one.partner_id for one in made} == {tree.neighbour.account_id}

    def test_and_usage_is_told(self, ask, tree, make_customer):
        make_customer(user_name="Kids")

        usage = ask(tree.partner, get_partnership, GetPartnership()).usage

        assert vars(usage) == {"customers": 1, "users": 1, "sellers": 2, "staff": 1}


def test_of_many_at_the_same_time_one_gets_the_last_place(
    database, tree, offer, have, dependencies
):
    have(offer("Small", "20.00 EUR", most_customers=3))

    def make(number):
        person = a_person(email=f"{number}@tv.example")
        request = CreateCustomer(person=person, user_name="")
        try:
            with database.transaction(Context(actor=tree.partner)) as work:
                create_customer(work, request, dependencies=dependencies)
        except PackageLimit:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        made = list(threads.map(make, range(6)))

    assert sum(made) == 3


def test_who_signs_in_bears_what_its_package_lacks(database, offer, have):
    have(offer("Small", "20.00 EUR", features=[Feature.API]))
    request = SignIn(username="north", password=PASSWORD)
    token = sign_in(
        database, call(request, NOBODY), is_right=is_right, keyring=KEYRING
    ).token

    with database.transaction() as work:
        actor = identify(work, Identify(token=token))

    assert set(actor.lacks) == set(Feature) - {Feature.API}
    rule = AccessRule(allowed=frozenset({Role.PARTNER}), feature=Feature.SHOPS)
    with pytest.raises(PackageLimit):
        rule.check(actor)
    replace(rule, feature=Feature.API).check(actor)
    with pytest.raises(PartnerLocked):
        rule.check(replace(actor, is_locked=True))
    replace(rule, while_locked=True).check(replace(actor, is_locked=True, lacks=()))


def test_sellers_of_a_locked_partner_are_told_that_it_is_not_available(tree):
    rule = AccessRule(allowed=SELLERS)
    for seller in (tree.reseller, tree.dealer):
        with pytest.raises(PartnerUnavailable) as refusal:
            rule.check(replace(seller, is_locked=True))
        assert (refusal.value.status, refusal.value.code) == (409, "partner_locked")
