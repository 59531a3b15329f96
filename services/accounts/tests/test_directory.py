"""Resellers find partners, which say what is shown of them."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from accounts.links.directory import get_entry, list_directory
from accounts.links.listings import get_partner_listing, update_partner_listing
from accounts.packages.models import PartnerPackage, Partnership
from accounts.sellers.editing import update_account
from accounts.sellers.operations import create_account
from accounts.tree.models import Account
from accounts.tree.operations import set_account_state
from lineup.context import Feature, Role
from lineup.contracts.accounts.partner_directory import (
    ContactField,
    GetDirectoryEntry,
    GetPartnerListing,
    ListPartnerDirectory,
    UpdatePartnerListing,
)
from lineup.contracts.accounts.partnerships import PartnershipState
from lineup.contracts.accounts.tree import (
    AccountKind,
    CompanyChange,
    SetAccountState,
    Status,
    UpdateAccount,
)
from lineup.contracts.paging import Paging
from lineup.errors import Forbidden, NotFound
from lineup.ids import new_id
from lineup.scope import PartnerNotFound
from lineup.verbs import verb_of

from .conftest import actor_at, an_account


@pytest.fixture
def company(ask, tree, dependencies):
    """A reseller by itself."""
    request = an_account(AccountKind.RESELLER_COMPANY, "resale")
    view = ask(tree.operator, create_account, request, dependencies=dependencies)
    return actor_at(view, Role.RESELLER_COMPANY)


@pytest.fixture
def directory(ask, company):
    """`directory()` is what a reseller sees, by name."""

    def directory(search="", **paging):
        request = ListPartnerDirectory(search=search, paging=Paging(**paging))
        return {one.name: one for one in ask(company, list_directory, request).items}

    return directory


@pytest.fixture
def change(ask, tree):
    """`change(offers_to_resellers=False)` changes what the partner shows."""

    def change(**details):
        return ask(
            tree.partner, update_partner_listing, UpdatePartnerListing(**details)
        )

    return change


@pytest.fixture
def known(ask, tree):
    """The first partner says who it is."""
    request = UpdateAccount(
        account_id=tree.partner.account_id,
        email="sales@north.example",
        phone="+31 20 1234567",
        company=CompanyChange(
            address="Dam 1", postal_code="1012 JS", city="Amsterdam", country="NL"
        ),
    )
    ask(tree.partner, update_account, request)


@pytest.fixture
def stands(database, tree, clock):
    """`stands(state, paid_until=...)` is how the partner stands with the platform."""

    def stands(state=PartnershipState.PAID, **values):
        with database.transaction() as work:
            own = Partnership.id == tree.partner.account_id
            details = update(Partnership).where(own).values(state=state, **values)
            work.session.execute(details)

    return stands


class TestDirectory:
    @pytest.mark.feature("AH-06")
    @pytest.mark.usefixtures("known")
    def test_a_fresh_partner_is_there_with_all_its_contact_fields(
        self, directory, tree
    ):
        entry = directory()["north"]
        assert entry.partner_id == tree.partner.account_id
        assert (entry.email, entry.phone) == ("sales@north.example", "+31 20 1234567")
        assert (entry.address, entry.country) == ("Dam 1, 1012 JS Amsterdam", "NL")

    def test_it_is_searched_sorted_and_comes_in_pages(self, directory, change):
        change(approach="Write us about sport.")
        assert list(directory("SPORT")) == ["north"]
        assert list(directory(order="name")) == ["north", "south"]
        assert list(directory(order="name", limit=1)) == ["north"]
        assert directory("100% sport") == {}

    def test_only_resellers_and_the_platform_look_into_it(self, ask, tree, directory):
        assert ask(tree.operator, list_directory, ListPartnerDirectory()).items
        assert ask(tree.reseller, list_directory, ListPartnerDirectory()).items
        access = verb_of(ListPartnerDirectory).access
        for stranger in (tree.partner, tree.dealer):
            with pytest.raises(Forbidden):
                access.check(stranger)

    @pytest.mark.parametrize(
        ("state", "days"),
        [
            (PartnershipState.REGISTERED, None),
            (PartnershipState.LOCKED, None),
            (PartnershipState.PAID, -1),
            (PartnershipState.PURGING, None),
        ],
    )
    def test_who_cannot_sell_is_not_in_it(self, directory, stands, clock, state, days):
        until = days and clock.now() + timedelta(days=days)
        stands(state, paid_until=until)
        assert list(directory()) == ["south"]

    def test_a_partner_that_has_paid_is_in_it(self, directory, stands, clock):
        stands(paid_until=clock.now() + timedelta(days=1))
        assert "north" in directory()

    def test_who_is_switched_off_is_not_in_it(self, ask, tree, directory):
        off = SetAccountState(account_id=tree.partner.account_id, state=Status.INACTIVE)
        ask(tree.operator, set_account_state, off)
        assert list(directory()) == ["south"]

    @pytest.mark.parametrize("features", [[], [Feature.RESELLERS.value]])
    def test_whose_package_has_no_resellers_is_not_in_it(
        self, directory, database, tree, features
    ):
        with database.transaction() as work:
            package = PartnerPackage(
                id=new_id(),
                name="Small",
                description="",
                price_minor=0,
                asset="EUR",
                features=features,
                is_offered=True,
                created_at=work.now,
            )
            work.session.add(package)
            work.session.flush()
            partner = work.session.get_one(Account, tree.partner.account_id)
            partner.package_id = package.id
        assert ("north" in directory()) == bool(features)


@pytest.mark.usefixtures("known")
class TestListing:
    @pytest.mark.feature("AH-07")
    def test_a_field_that_is_hidden_is_gone_and_the_others_stay(
        self, directory, change
    ):
        shown = [one for one in ContactField if one is not ContactField.PHONE]
        assert change(visible_fields=shown).visible_fields == shown
        entry = directory()["north"]
        assert (entry.phone, entry.email) == ("", "sales@north.example")
        change(visible_fields=[], approach="By our form only.")
        entry = directory()["north"]
        assert (entry.email, entry.address) == ("", "")
        assert entry.approach == "By our form only."

    @pytest.mark.feature("AH-08")
    def test_who_does_not_sell_to_resellers_is_not_in_the_directory(
        self, ask, company, directory, change, tree
    ):
        change(offers_to_resellers=False)
        assert list(directory()) == ["south"]
        wanted = GetDirectoryEntry(partner_id=tree.partner.account_id)
        with pytest.raises(PartnerNotFound):
            ask(company, get_entry, wanted)
        change(offers_to_resellers=True)
        assert ask(company, get_entry, wanted).name == "north"

    def test_it_is_its_partners_and_the_operators_alone(self, ask, tree, change):
        change(offers_to_resellers=False)
        partner_id = tree.partner.account_id
        wanted = GetPartnerListing(partner_id=partner_id)
        assert not ask(tree.operator, get_partner_listing, wanted).offers_to_resellers
        with pytest.raises(NotFound):
            ask(tree.neighbour, get_partner_listing, wanted)
        request = UpdatePartnerListing(partner_id=partner_id, approach="Mine.")
        with pytest.raises(NotFound):
            ask(tree.neighbour, update_partner_listing, request)
        own = ask(tree.neighbour, get_partner_listing, GetPartnerListing())
        assert own.offers_to_resellers
