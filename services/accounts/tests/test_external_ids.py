"""What other systems call customers: unique, found, kept by sellers."""

import pytest

from accounts.customers.operations import list_customers, update_customer
from accounts.membership.operations import create_customer
from accounts.membership.trash import delete_customer, restore_customer
from lineup.context import Role
from lineup.contracts.accounts.customers import (
    CustomerSettings,
    DeleteCustomer,
    ListCustomers,
    SettingsChange,
    UpdateCustomer,
)
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.trash import RestoreCustomer
from lineup.errors import Conflict, Forbidden

from .conftest import a_person, actor_at, codes_of

pytestmark = pytest.mark.feature("CU-34")


@pytest.fixture
def make(ask, tree, dependencies):
    def make(external_id, actor=None, **person):
        settings = CustomerSettings(external_id=external_id)
        request = CreateCustomer(person=a_person(**person), settings=settings)
        return ask(
            actor or tree.partner, create_customer, request, dependencies=dependencies
        )

    return make


@pytest.fixture
def call_it(ask, tree, dependencies):
    def call_it(customer, external_id, actor=None):
        settings = SettingsChange(external_id=external_id)
        request = UpdateCustomer(customer_id=customer.id, settings=settings)
        return ask(
            actor or tree.partner, update_customer, request, dependencies=dependencies
        )

    return call_it


def test_it_finds_the_one_customer_exactly_and_by_words(make, ask, tree):
    made = make("CRM-4711")
    make("CRM-47110")
    for narrowed, wanted in (({"external_id": "CRM-4711"}, 1), ({"search": "crm"}, 2)):
        found = ask(tree.partner, list_customers, ListCustomers(**narrowed)).items
        assert len(found) == wanted
        assert made.id in {one.id for one in found}
    assert made.settings.external_id == "CRM-4711"


def test_no_two_customers_of_a_partner_share_one(make, call_it, tree):
    make("4711")
    make("4711", tree.neighbour)
    other = make("")
    make("")
    for act in (lambda: make("4711"), lambda: call_it(other, "4711")):
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.code == "external_id_taken"
    assert call_it(other, "4712").settings.external_id == "4712"
    assert call_it(other, "4712").settings.external_id == "4712"


def test_it_is_told_beside_the_other_faults(make):
    make("4711", email="anna@example.com")
    with pytest.raises(Conflict) as refusal:
        make("4711", email="anna@example.com")
    assert codes_of(refusal) == {
        "person.email": ["email_taken"],
        "settings.external_id": ["external_id_taken"],
    }


def test_a_customer_keeps_what_its_seller_calls_it(make, call_it, ask):
    made = make("4711")
    with pytest.raises(Forbidden):
        call_it(made, "", actor_at(made, Role.CUSTOMER))


def test_one_in_the_trash_is_not_restored_beside_its_successor(
    make, ask, tree, dependencies
):
    made = make("4711")
    request = DeleteCustomer(customer_id=made.id)
    ask(tree.partner, delete_customer, request, dependencies=dependencies)
    make("4711")
    request = RestoreCustomer(customer_id=made.id)
    with pytest.raises(Conflict) as refusal:
        ask(tree.partner, restore_customer, request, dependencies=dependencies)
    assert refusal.value.code == "external_id_taken"
