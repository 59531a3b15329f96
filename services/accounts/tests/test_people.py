"""One list of everybody who can sign in, whatever kind of account they belong to."""

import re
from dataclasses import replace
from functools import partial
from itertools import product

import pytest
from sqlalchemy import text

from accounts.customers.operations import update_customer
from accounts.membership.trash import delete_customer
from accounts.sellers.editing import update_account
from accounts.sellers.operations import create_staff
from accounts.staff.logins import update_login
from accounts.staff.people import list_people
from accounts.tree.operations import set_account_state
from lineup.context import Call, Context, Role
from lineup.contracts.accounts.customers import (
    DeleteCustomer,
    PersonChange,
    UpdateCustomer,
)
from lineup.contracts.accounts.logins import CreateStaff, UpdateLogin
from lineup.contracts.accounts.people import ListPeople
from lineup.contracts.accounts.tree import (
    LoginDetails,
    SetAccountState,
    Status,
    UpdateAccount,
)
from lineup.contracts.paging import Paging
from lineup.testing.statements import sent_by

from .conftest import PASSWORD


@pytest.fixture
def found(ask, tree):
    """`found(role=Role.DEALER)` is the usernames that the partner's list shows."""

    def found(actor=None, **narrowed):
        page = ask(actor or tree.partner, list_people, ListPeople(**narrowed))
        return [one.username for one in page.items]

    return found


@pytest.fixture
def staff(ask, tree, dependencies):
    login = LoginDetails(username="clerk", password=PASSWORD)
    request = CreateStaff(
        account_id=tree.partner.account_id,
        role=Role.STAFF,
        login=login,
        email="clerk@north.example",
    )
    return ask(tree.partner, create_staff, request, dependencies=dependencies)


@pytest.fixture
def anna(make_customer, tree):
    login = LoginDetails(username="anna", password=PASSWORD)
    return make_customer(tree.reseller, login=login, email="anna@tv.example")


@pytest.mark.feature("AH-27")
def test_everybody_stands_in_one_list_and_a_type_narrows_it(found, staff, anna, tree):
    assert found() == ["anna", "clerk", "stall", "shop", "north"]
    for role, name in {
        Role.PARTNER: "north",
        Role.STAFF: "clerk",
        Role.RESELLER: "shop",
        Role.DEALER: "stall",
        Role.CUSTOMER: "anna",
    }.items():
        assert found(role=role) == [name]
    assert found(role=Role.OPERATOR) == []


@pytest.mark.feature("AH-27")
def test_each_sees_its_own_part_of_the_tree(found, staff, anna, tree):
    assert found(tree.reseller) == ["anna", "shop"]
    assert found(tree.dealer) == ["stall"]
    assert found(tree.neighbour) == ["south"]
    everybody = ["anna", "clerk", "stall", "shop", "south", "north", "root"]
    assert sorted(found(tree.operator)) == sorted(everybody)
    here = found(tree.operator, partner_id=tree.neighbour.partner_id)
    assert here == ["south"]


def test_they_are_found_by_name_login_and_mail_as_these_now_are(
    found, ask, staff, anna, tree, dependencies
):
    assert found(search="berg") == found(search="ANNA") == ["anna"]
    assert found(search="clerk@north") == ["clerk"]
    changed = PersonChange(last_name="Holm", email="holm@tv.example")
    request = UpdateCustomer(customer_id=anna.id, person=changed)
    ask(tree.partner, update_customer, request, dependencies=dependencies)
    assert found(search="berg") == found(search="anna@tv") == []
    assert found(search="holm tv.example") == ["anna"]

    shop = tree.reseller.account_id
    ask(tree.partner, update_account, UpdateAccount(account_id=shop, name="Kiosk"))
    assert found(search="kiosk") == ["shop"]
    mail = UpdateLogin(login_id=staff.id, email="desk@north.example")
    ask(tree.partner, update_login, mail)
    assert found(search="desk@") == ["clerk"]
    assert found(search="100%") == []


def test_who_is_switched_off_is_inactive_and_who_is_gone_is_not_listed(
    found, ask, staff, anna, tree, dependencies
):
    off = SetAccountState(account_id=tree.dealer.account_id, state=Status.INACTIVE)
    ask(tree.partner, set_account_state, off)
    assert found(state=Status.INACTIVE) == ["stall"]
    assert "stall" not in found(state=Status.ACTIVE)
    gone = DeleteCustomer(customer_id=anna.id)
    ask(tree.partner, delete_customer, gone, dependencies=dependencies)
    assert "anna" not in found()


def test_pages_follow_one_another(found, ask, staff, anna, tree):
    seen, after = [], None
    while True:
        request = ListPeople(paging=Paging(limit=2, after=after, order="username"))
        page = ask(tree.partner, list_people, request)
        seen += [one.username for one in page.items]
        after = page.next_after
        if after is None:
            break
    assert seen == sorted(found())


def test_whose_login_one_may_change_is_told(ask, staff, anna, tree):
    everybody = ask(tree.partner, list_people, ListPeople()).items
    [own] = [one.id for one in everybody if one.username == "north"]
    partner = replace(tree.partner, login_id=own)
    page = ask(partner, list_people, ListPeople())
    assert {one.username for one in page.items if one.may_edit} == {
        *("anna", "clerk", "stall", "shop")
    }
    page = ask(tree.reseller, list_people, ListPeople(role=Role.CUSTOMER))
    assert [(one.name, one.email, one.may_edit) for one in page.items] == [
        ("Anna Berg", "anna@tv.example", True)
    ]


MANY = """
SET LOCAL statement_timeout = 0;
INSERT INTO accounts (id, kind, parent_id, partner_id, scope, name, username, email,
                      status, version, created_at, currency, time_zone, public_url)
SELECT lpad(to_hex(n), 32, '0')::uuid, 'customer', :parent, :partner,
       :scope || lpad(to_hex(n), 32, '0') || '/', 'Name' || n, 'user' || n, '',
       'active', 1, now(), '', '', ''
FROM generate_series(1, 20000) n;
INSERT INTO logins (id, account_id, partner_id, role, username, password_hash, search,
                    email, status, must_change_password, created_at)
SELECT id, id, partner_id, 'customer', username, '', lower(name || ' ' || username),
       '', 'active', false, now()
FROM accounts WHERE kind = 'customer';
"""


@pytest.fixture
def many(engine, tree):
    """Twenty thousand customers of the partner's."""
    owner = tree.partner
    [scope] = owner.scopes
    values = {"parent": owner.account_id, "partner": owner.partner_id, "scope": scope}
    with engine.begin() as connection:
        connection.execute(text(MANY), values)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


@pytest.mark.feature("AH-27")
def test_no_page_of_it_reads_the_whole_table(many, engine, database, tree):
    requests = (
        ListPeople(),
        ListPeople(role=Role.RESELLER),
        ListPeople(role=Role.CUSTOMER),
        ListPeople(state=Status.ACTIVE),
        ListPeople(search="user1777"),
        ListPeople(paging=Paging(order="username")),
    )
    for who, request in product((tree.partner, tree.operator, tree.reseller), requests):
        call = Call(name="list_people", request=request, context=Context(actor=who))
        sent = sent_by(engine, partial(database.read, call, list_people))
        statement, values = sent[0]
        with engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN ANALYZE {statement}", values)
            told = "\n".join(plan.scalars())
        assert "Seq Scan" not in told, told
        removed = re.findall(r"Rows Removed by Filter: (\d+)", told)
        assert sum(map(int, removed)) < 2000, told
