"""Erasing a customer: nothing in any table names the person any more."""

from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from accounts.boxes.assigning import assign_box, list_box_events, return_box
from accounts.boxes.catalog import create_box_model
from accounts.boxes.stock import create_box, list_boxes
from accounts.customers.models import Customer
from accounts.customers.operations import get_customer
from accounts.devices.operations import add_device
from accounts.erasure.operations import (
    ERASING,
    ask_again,
    confirm,
    get_erasure,
    list_erasures,
)
from accounts.jobs.operations import delete_account, move_customer
from accounts.jobs.running import continue_jobs
from accounts.logins.sign_in import sign_in
from accounts.membership.operations import create_customer
from accounts.membership.trash import delete_customer, erase_customer, purge_expired
from accounts.staff.impersonation import enter_account
from accounts.staff.support import create_grant
from accounts.users.service_times import follow_subscriptions
from lineup.context import NOBODY, Call, CallOrigin, Context
from lineup.contracts.accounts.boxes import (
    AssignBox,
    BoxState,
    CreateBox,
    CreateBoxModel,
    ListBoxes,
    ListBoxEvents,
    ReturnBox,
)
from lineup.contracts.accounts.customers import (
    BalanceSettlement,
    CustomerSettings,
    DeleteCustomer,
    GetCustomer,
)
from lineup.contracts.accounts.devices import AddDevice
from lineup.contracts.accounts.erasure import (
    BillingErased,
    EraseCustomer,
    GetErasure,
    ListErasures,
    NotificationsErased,
    PlaylistsErased,
    number_of,
)
from lineup.contracts.accounts.jobs import DeleteAccount, MoveCustomer
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.refusals import ErasureNotFound
from lineup.contracts.accounts.sessions import EnterAccount, SignIn
from lineup.contracts.accounts.support_grants import CreateSupportGrant
from lineup.contracts.accounts.tree import LoginDetails
from lineup.contracts.billing.refusals import SubscriptionActive
from lineup.errors import Invalid, NotFound
from lineup.testing.leftovers import found_in

from .conftest import a_person, a_subscription, call

LOGIN = LoginDetails(username="quintessa", password="1234")
NAMING = (
    *("Quintessa", "quintessa", "Zwanenburg", "zwanenburg"),
    *("+31612345678", "0205551234", "Herengracht", "Amsterdam", "Attic", "attic"),
    *("Philco", "001A2B3C4D5E", "00:1A:2B", "crm-4711", "192.0.2.77", "Walkman"),
)
"""What the person's own values are recognised by, wherever they stand."""


@pytest.fixture
def recorded(database, tree):
    """`recorded(operation, request)` runs it as staff, written in the audit log."""

    def recorded(operation, request, actor=None, **needs):
        asked = a_call(operation, request, actor or tree.partner)
        return database.run_idempotent(asked, partial(operation, **needs))

    return recorded


def a_call(operation, request, actor):
    origin = CallOrigin(channel="panel", address="192.0.2.1")
    context = Context(actor=actor, origin=origin)
    return Call(name=operation.__name__, request=request, context=context)


@pytest.fixture
def person(recorded, dependencies, database, support):
    """A customer of whom all is known that can be, who has signed in, as has support
    in its place.
    """
    made = recorded(
        create_customer,
        CreateCustomer(
            person=a_person(
                first_name="Quintessa",
                last_name="Zwanenburg",
                email="quintessa@zwanenburg.example",
                mobile="+31612345678",
                phone="0205551234",
                address="Herengracht 1",
                city="Amsterdam",
                country="NL",
            ),
            login=LOGIN,
            user_name="Attic",
            settings=CustomerSettings(external_id="crm-4711"),
        ),
        dependencies=dependencies,
    )
    [user] = made.users
    device = AddDevice(user_id=user.id, model="Philco", mac="00-1a-2b-3c-4d-5e")
    recorded(add_device, device)
    lend_box(recorded, user)
    signing = SignIn(
        username=LOGIN.username,
        password=LOGIN.password,
        address="192.0.2.77",
        client="Walkman",
    )
    needs = {"is_right": _is_right, "keyring": dependencies.keyring}
    sign_in(database, call(signing, NOBODY), **needs)
    recorded(create_grant, CreateSupportGrant())
    entering = EnterAccount(account_id=made.id)
    enter_account(database, a_call(enter_account, entering, support))
    return made


def lend_box(recorded, user):
    """Give a user a box, take it back for a reason, and give it again."""
    model = recorded(create_box_model, CreateBoxModel(name="MAG 540"))
    made = CreateBox(box_model_id=model.id, serial="A1", mac="00:1A:79:00:00:01")
    box = recorded(create_box, made)
    assigning = AssignBox(box_id=box.id, user_id=user.id)
    recorded(assign_box, assigning)
    recorded(return_box, ReturnBox(box_id=box.id, note="Quintessa was away"))
    recorded(assign_box, assigning)


def _is_right(_hash, password):
    return password == LOGIN.password


@pytest.fixture
def erase(recorded, dependencies):
    def erase(customer, actor=None, **details):
        request = EraseCustomer(customer_id=customer.id, **details)
        return recorded(erase_customer, request, actor, dependencies=dependencies)

    return erase


def finish(database):
    while ERASING.go_on(database):
        pass


def confirm_all(database, erasure):
    with database.transaction() as work:
        for kind in (BillingErased, NotificationsErased, PlaylistsErased):
            confirm(work, kind(id=erasure.id, version=1))


@pytest.mark.feature("CU-39")
def test_nothing_names_an_erased_person_any_more(erase, person, database, engine):
    before = found_in(engine, *NAMING)
    assert {"customers", "accounts", "logins", "users", "devices"} <= before.keys()
    assert {"known_addresses", "sessions", "audit_log", "box_history"} <= before.keys()
    assert "support_grant_uses" in before

    erase(person)
    finish(database)

    assert found_in(engine, *NAMING) == {}
    assert found_in(engine, person.users[0].token, person.users[0].password) == {}


@pytest.mark.feature("CU-32", "CU-39")
def test_the_box_of_an_erased_person_comes_back(erase, person, database, ask, tree):
    erase(person)
    finish(database)

    [box] = ask(tree.partner, list_boxes, ListBoxes()).items
    assert (box.state, box.user_id) == (BoxState.RETURNED, None)
    events = ask(tree.partner, list_box_events, ListBoxEvents(box_id=box.id)).items
    assert [one.event for one in events] == [
        *("returned", "assigned", "returned", "assigned", "received")
    ]


@pytest.mark.feature("CU-39")
def test_what_was_done_to_an_erased_person_is_still_known(
    erase, person, database, engine, tree
):
    erase(person, force=True, reason="Asked by letter")
    finish(database)

    with engine.connect() as connection:
        log = connection.execute(
            text("SELECT action, actor, name, request, changes FROM audit_log"),
        ).all()
    done = {row.action: row for row in log if row.name == number_of(person.id)}
    assert {"create_customer", "erase_customer"} <= done.keys()
    assert done["create_customer"].actor == tree.partner.name
    assert done["erase_customer"].request["reason"] == "Asked by letter"
    fields = {one["field"]: one["after"] for one in done["create_customer"].changes}
    assert fields["email"] == "erased"


@pytest.mark.feature("CU-39")
def test_the_log_of_others_stays_as_it_was(
    recorded, erase, person, dependencies, database, engine
):
    request = CreateCustomer(person=a_person(first_name="Olga"))
    other = recorded(create_customer, request, dependencies=dependencies)
    before = rows_about(engine, other.id)
    assert before

    erase(person)
    finish(database)

    assert rows_about(engine, other.id) == before


def rows_about(engine, thing_id):
    with engine.connect() as connection:
        wanted = text("SELECT * FROM audit_log WHERE :id = ANY(things)")
        return connection.execute(wanted, {"id": thing_id}).all()


def test_nothing_but_an_erasure_changes_the_log(person, engine):
    for statement in (
        "UPDATE audit_log SET name = ''",
        "GRANT UPDATE ON audit_log TO CURRENT_USER; UPDATE audit_log SET name = ''",
    ):
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(text(statement))


@pytest.mark.feature("CU-39")
def test_is_refused_while_something_runs_unless_a_reason_is_given(
    erase, person, database, clock, announced
):
    with database.transaction() as work:
        follow_subscriptions(work, [a_subscription(person.users[0], clock)])
    with pytest.raises(SubscriptionActive):
        erase(person)
    with pytest.raises(Invalid):
        erase(person, force=True)

    erased = erase(
        person, force=True, reason="Moved", settlement=BalanceSettlement.WRITE_OFF
    )

    assert erased.number == number_of(person.id)
    told = announced("customer_changed")[-1]
    assert (told.status, told.settlement) == ("deleted", "write_off")
    assert (told.first_name, told.last_name) == ("", erased.number)
    assert (told.email, told.mobile, told.username) == ("", "", "")


@pytest.mark.feature("CU-39")
def test_is_over_when_every_service_has_confirmed(
    erase, person, database, ask, tree, clock, announced
):
    erase(person)
    finish(database)

    def present():
        return ask(tree.partner, get_erasure, GetErasure(customer_id=person.id))

    assert present().waiting_for == ["billing", "notifications", "playlists"]
    assert ask_again(database) == 0
    clock.forward(hours=2)
    assert ask_again(database) == 1
    versions = [one.version for one in announced("customer_erasure_requested")]
    assert versions == [1, 2]
    for _ in range(2):
        confirm_all(database, person)
    assert present().waiting_for == []
    assert present().finished_at == clock.now()
    clock.forward(hours=2)
    assert ask_again(database) == 0


@pytest.mark.feature("CU-33", "CU-39")
def test_who_leaves_the_trash_is_erased(
    recorded, person, database, dependencies, clock, engine
):
    request = DeleteCustomer(customer_id=person.id)
    recorded(delete_customer, request, dependencies=dependencies)
    clock.forward(days=31)
    assert purge_expired(database, dependencies) == 1
    finish(database)

    assert found_in(engine, *NAMING) == {}


@pytest.mark.feature("CU-39")
def test_who_was_deleted_with_its_seller_is_erased(
    recorded, erase, person, database, tree, dependencies, engine, announced
):
    moving = MoveCustomer(customer_id=person.id, to_account_id=tree.dealer.account_id)
    recorded(move_customer, moving, dependencies=dependencies)
    closing = DeleteAccount(
        account_id=tree.dealer.account_id,
        confirmation="stall",
        settlement=BalanceSettlement.WRITE_OFF,
    )
    recorded(delete_account, closing)
    continue_jobs(database, dependencies)
    assert "customers" in found_in(engine, *NAMING)

    erased = erase(person)
    finish(database)

    assert found_in(engine, *NAMING) == {}
    assert erased.requested_by == tree.partner.name
    told = announced("customer_changed")[-1]
    assert (told.status, told.settlement) == ("deleted", "write_off")
    with pytest.raises(NotFound):
        erase(person)


@pytest.mark.feature("CU-39")
def test_nobody_else_sees_or_begins_an_erasure(erase, person, ask, tree):
    with pytest.raises(NotFound):
        erase(person, tree.neighbour)
    with pytest.raises(ErasureNotFound):
        ask(tree.partner, get_erasure, GetErasure(customer_id=person.id))
    erase(person)
    with pytest.raises(ErasureNotFound):
        ask(tree.neighbour, get_erasure, GetErasure(customer_id=person.id))
    assert ask(tree.neighbour, list_erasures, ListErasures()).items == []
    [listed] = ask(tree.partner, list_erasures, ListErasures()).items
    assert listed.id == person.id
    with pytest.raises(NotFound):
        ask(tree.partner, get_customer, GetCustomer(customer_id=person.id))


def test_the_names_of_who_was_erased_are_free_for_others(
    erase, person, database, make_customer
):
    erase(person)
    finish(database)

    again = make_customer(login=LOGIN, email="quintessa@zwanenburg.example")

    with database.transaction() as work:
        assert work.session.get(Customer, again.id).username == LOGIN.username
