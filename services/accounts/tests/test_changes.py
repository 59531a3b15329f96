"""A change says what shall be otherwise, and two at once never undo one another."""

import threading
from dataclasses import asdict, replace

import pytest
from sqlalchemy import update

from accounts.customers.models import Customer
from accounts.customers.operations import get_customer, update_customer
from accounts.devices.operations import add_device, change_device
from accounts.sellers.editing import update_account
from accounts.tree.operations import get_account
from accounts.users.operations import list_users, rename_user
from lineup.context import Context
from lineup.contracts.accounts.customers import (
    GetCustomer,
    PersonChange,
    SettingsChange,
    UpdateCustomer,
)
from lineup.contracts.accounts.devices import AddDevice, ChangeDevice
from lineup.contracts.accounts.tree import (
    CompanyChange,
    GetAccount,
    Status,
    UpdateAccount,
)
from lineup.contracts.accounts.users import ListUsers, RenameUser
from lineup.testing.blocking import wait_until_blocked

PERSON = {
    "first_name": "Eva",
    "last_name": "Lund",
    "email": "eva@example.org",
    "phone": "030 12",
    "mobile": "+31612345678",
    "address": "Dam 1",
    "city": "Delft",
    "country": "NL",
}
SETTINGS = {
    "inactivity_seconds": 60,
    "time_zone": "Europe/Paris",
    "takes_messages": False,
    "takes_ads": True,
    "is_tester": True,
    "shows_adult": True,
}
ACCOUNT = {
    "name": "Stall 2",
    "email": "stall@example.org",
    "phone": "030 12",
    "time_zone": "Europe/Paris",
    "state": Status.INACTIVE,
}
COMPANY = {
    "legal_name": "Stall Ltd",
    "address": "Dam 1",
    "postal_code": "1012",
    "city": "Delft",
    "country": "NL",
    "tax_number": "NL1",
}
DEVICE = {"model": "Smart TV", "app": "IPTV", "mac": "00:1A:79:12:34:56"}
LOCK_SECONDS = 10.0


def each(values):
    return [pytest.param(name, value, id=name) for name, value in values.items()]


@pytest.fixture
def customer(make_customer, ask, tree, dependencies):
    """A customer of whom everything is known."""
    made = make_customer(email="anna@example.org", phone="1", city="Breda")

    def change(**what):
        request = UpdateCustomer(customer_id=made.id, **what)
        return ask(tree.partner, update_customer, request, dependencies=dependencies)

    change(settings=SettingsChange(inactivity_seconds=30, time_zone="UTC"), pin="1234")
    return change


def unchanged(view, before, **but):
    """Whether a view is as it was, but for this and when it changed."""
    return view == replace(before, updated_at=view.updated_at, **but)


class TestOneField:
    @pytest.mark.parametrize(("name", "value"), each(PERSON))
    def test_of_a_person(self, customer, name, value):
        before = customer()
        changed = customer(person=PersonChange(**{name: value}))
        assert changed.person == replace(before.person, **{name: value})
        assert unchanged(changed, before, person=changed.person)

    @pytest.mark.parametrize(("name", "value"), each(SETTINGS))
    def test_of_its_settings(self, customer, name, value):
        before = customer()
        changed = customer(settings=SettingsChange(**{name: value}))
        assert changed.settings == replace(before.settings, **{name: value})
        assert unchanged(changed, before, settings=changed.settings)

    @pytest.mark.parametrize(("name", "value"), each(ACCOUNT))
    def test_of_an_account(self, ask, tree, name, value):
        before = ask(tree.partner, update_account, an_account_change(tree))
        changed = ask(
            tree.partner, update_account, an_account_change(tree, **{name: value})
        )
        assert unchanged(changed, before, **{name: value})

    @pytest.mark.parametrize(("name", "value"), each(COMPANY))
    def test_of_a_company(self, ask, tree, name, value):
        first = CompanyChange(**dict.fromkeys(COMPANY, ""))
        before = ask(
            tree.partner, update_account, an_account_change(tree, company=first)
        )
        change = an_account_change(tree, company=CompanyChange(**{name: value}))
        changed = ask(tree.partner, update_account, change)
        assert changed.company == replace(before.company, **{name: value})

    @pytest.mark.parametrize(("name", "value"), each(DEVICE))
    def test_of_a_device(self, ask, tree, make_customer, dependencies, name, value):
        device = a_device(ask, tree, make_customer, dependencies)
        request = ChangeDevice(device_id=device.id, **{name: value})
        changed = ask(tree.partner, change_device, request)
        assert unchanged(changed, device, **{name: value})

    def test_an_address_of_its_own_stays_where_a_partner_changes_its_name(
        self, ask, tree
    ):
        own = tree.partner.account_id
        url = UpdateAccount(account_id=own, public_url="https://tv.example")
        ask(tree.partner, update_account, url)
        named = UpdateAccount(account_id=own, name="North TV")
        changed = ask(tree.partner, update_account, named)
        assert (changed.name, changed.public_url) == ("North TV", "https://tv.example")


class TestNothing:
    def test_changes_nothing(self, ask, tree, make_customer, clock, dependencies):
        device = a_device(ask, tree, make_customer, dependencies)
        clock.forward(days=1)
        nothing = ChangeDevice(device_id=device.id)
        assert ask(tree.partner, change_device, nothing).noted_at == device.noted_at
        [user] = ask(
            tree.partner, list_users, ListUsers(), dependencies=dependencies
        ).items
        nameless = RenameUser(user_id=user.id)
        assert (
            ask(tree.partner, rename_user, nameless, dependencies=dependencies) == user
        )
        account = GetAccount(account_id=tree.dealer.account_id)
        before = ask(tree.partner, get_account, account)
        assert ask(tree.partner, update_account, an_account_change(tree)) == before

    def test_of_a_customer(self, customer, ask, tree):
        before = customer()
        assert customer(person=PersonChange(), settings=SettingsChange()) == before
        assert (
            ask(tree.partner, get_customer, GetCustomer(customer_id=before.id))
            == before
        )


def test_what_a_shop_left_out_stands_in_no_changes_way(customer, database):
    made = customer()
    nameless = update(Customer).where(Customer.id == made.id).values(first_name="")
    with database.transaction() as work:
        work.session.execute(nameless)

    assert customer(person=PersonChange(city="Delft")).person.city == "Delft"


def test_whatever_yesterdays_gateway_says_is_the_whole(customer):
    before = customer()
    person = PersonChange(**asdict(before.person) | {"city": "", "email": ""})
    changed = customer(person=person, settings=None, pin=None)
    assert (changed.person.city, changed.person.email) == ("", "")
    assert changed.settings == before.settings


def test_two_changes_at_once_both_hold(customer, database, engine, tree, dependencies):
    made = customer()
    other = UpdateCustomer(customer_id=made.id, person=PersonChange(city="Delft"))
    second = threading.Thread(
        target=customer, kwargs={"person": PersonChange(phone="22")}
    )

    with database.transaction(Context(actor=tree.partner)) as work:
        update_customer(work, other, dependencies=dependencies)
        second.start()
        wait_until_blocked(engine)
    second.join(LOCK_SECONDS)

    person = customer().person
    assert (person.city, person.phone) == ("Delft", "22")


def an_account_change(tree, **what):
    return UpdateAccount(account_id=tree.dealer.account_id, **what)


def a_device(ask, tree, make_customer, dependencies):
    customer = make_customer(user_name="Kids")
    narrowed = ListUsers(customer_id=customer.id)
    [user] = ask(tree.partner, list_users, narrowed, dependencies=dependencies).items
    return ask(tree.partner, add_device, AddDevice(user_id=user.id, model="Box"))
