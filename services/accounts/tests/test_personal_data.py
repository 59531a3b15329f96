"""An export holds all that accounts keeps of a person, nothing of others, no secret."""

import msgspec
import pytest

from accounts.devices.operations import add_device
from accounts.erasure.exporting import export_customer
from accounts.erasure.tables import PERSONAL
from accounts.membership.trash import delete_customer
from accounts.staff.impersonation import begin_impersonation
from accounts.staff.support import create_grant
from lineup.access import PermissionMissing
from lineup.context import Actor, Permission, Role
from lineup.contracts.accounts.customers import DeleteCustomer
from lineup.contracts.accounts.devices import AddDevice
from lineup.contracts.accounts.personal_data import ExportCustomer, ReadPersonalRows
from lineup.contracts.accounts.sessions import EnterAccount
from lineup.contracts.accounts.support_grants import CreateSupportGrant
from lineup.contracts.accounts.tree import LoginDetails
from lineup.database.personal import AT_ONCE, read_personal_rows
from lineup.errors import Invalid, NotFound

from .conftest import PASSWORD

pytestmark = pytest.mark.feature("CU-39")


@pytest.fixture
def read(ask):
    """`read(customer)` gives the rows of each table, page by page to the end."""

    def read(customer, scope=None):
        actor = Actor(role=Role.SUPPORT, scopes=(scope or customer.scope,))
        found, table, after = {}, 0, ""
        while table is not None:
            request = ReadPersonalRows(
                customer_id=customer.id, table=table, after=after
            )
            page = ask(actor, read_personal_rows, request, personal=PERSONAL)
            found.setdefault(page.table, []).extend(map(msgspec.json.decode, page.rows))
            table, after = page.next_table, page.next_after
        return found

    return read


@pytest.fixture
def anna(make_customer, ask, tree):
    login = LoginDetails(username="anna", password=PASSWORD)
    made = make_customer(user_name="Attic", email="anna@example.net", login=login)
    device = AddDevice(user_id=made.users[0].id, model="Box", mac="02:00:00:00:00:01")
    ask(tree.partner, add_device, device)
    return made


def test_all_of_the_person_is_there_and_no_secret(read, anna, make_customer):
    make_customer(first_name="Olga", email="olga@example.net", user_name="Olgas")

    found = read(anna)

    assert found["customers"][0]["email"] == "anna@example.net"
    assert found["logins"][0]["username"] == "anna"
    assert found["users"][0]["name"] == "Attic"
    assert found["devices"][0]["mac"] == "02:00:00:00:00:01"
    written = msgspec.json.encode(found).decode()
    [user] = anna.users
    for secret in (user.password, user.token, "argon2", "digest", "olga", "Olga"):
        assert secret not in written


def test_it_says_when_support_acted_as_the_person(read, anna, ask, tree, support):
    ask(tree.partner, create_grant, CreateSupportGrant())
    ask(support, begin_impersonation, EnterAccount(account_id=anna.id))

    [use] = read(anna)["support_grant_uses"]

    assert list(use) == ["entered_at"]


def test_many_rows_come_a_page_at_a_time(read, anna, ask, tree):
    for number in range(AT_ONCE + 1):
        device = AddDevice(user_id=anna.users[0].id, model=f"Box {number}")
        ask(tree.partner, add_device, device)

    models = [one["model"] for one in read(anna)["devices"]]

    assert len(models) == len(set(models)) == AT_ONCE + 2


@pytest.mark.parametrize("table", [-1, len(PERSONAL.every)])
def test_a_table_that_is_not_there_is_refused(ask, anna, table):
    actor = Actor(role=Role.SUPPORT, scopes=(anna.scope,))
    request = ReadPersonalRows(customer_id=anna.id, table=table)
    with pytest.raises(Invalid):
        ask(actor, read_personal_rows, request, personal=PERSONAL)


def test_nobody_reads_a_neighbour(read, anna, tree):
    with pytest.raises(NotFound):
        read(anna, tree.neighbour.scopes[0])


def test_a_link_takes_the_permissions_for_what_is_in_it(ask, anna, tree):
    request = ExportCustomer(customer_id=anna.id)
    may = (Permission.CUSTOMERS, Permission.SEE_MONEY, Permission.AUDIT)
    given = vars(tree.partner) | {"role": Role.STAFF}
    made = ask(Actor(**given | {"permissions": may}), export_customer, request)
    assert made.customer_id == anna.id
    for one in may[1:]:
        less = tuple(set(may) - {one})
        with pytest.raises(PermissionMissing):
            ask(Actor(**given | {"permissions": less}), export_customer, request)
    with pytest.raises(NotFound):
        ask(tree.neighbour, export_customer, request)


def test_who_was_deleted_is_not_handed_out(ask, anna, tree, dependencies):
    deleting = DeleteCustomer(customer_id=anna.id)
    ask(tree.partner, delete_customer, deleting, dependencies=dependencies)
    with pytest.raises(NotFound):
        ask(tree.partner, export_customer, ExportCustomer(customer_id=anna.id))
