"""No list or count of customers reads the table as a whole, however it is narrowed."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from accounts.customers.counting import count_customers
from accounts.customers.groups import create_group
from accounts.customers.operations import list_customers
from accounts.jobs.operations import delete_account, move_customers
from accounts.jobs.running import continue_job
from lineup.contracts.accounts.customers import (
    CountCustomers,
    CustomerStatus,
    ListCustomers,
)
from lineup.contracts.accounts.groups import CreateCustomerGroup
from lineup.contracts.accounts.jobs import DeleteAccount, MoveCustomers
from lineup.contracts.paging import Paging
from lineup.ids import new_id
from lineup.testing.statements import sent_by

from .conftest import call

MANY = 20_000
"""Of each of two partners."""
FEWER = 2_000
"""Of a dealer."""
INDEX = r" using (\w+_customers\w*)"
COPY = """
INSERT INTO {table} ({names})
SELECT {values} FROM {table} t, generate_series(:first, :last) n WHERE t.id = :id
"""
ID = "(left(t.id::text, 24) || lpad(to_hex(n), 12, '0'))::uuid"
SCOPE = (
    f"replace(t.scope, replace(t.id::text, '-', ''), replace(({ID})::text, '-', ''))"
)
NAME = "(ARRAY['Ada', 'Ben', 'Cleo', 'Dina', 'Elio'])[1 + mod(n, 5)]"
EMAIL = "'copy' || n || '@example.net'"
CHANGED = {
    "id": ID,
    "scope": SCOPE,
    "first_name": NAME,
    "email": EMAIL,
    "email_key": EMAIL,
    "username": "'copy' || n",
    "external_id": "'ext' || n",
    "name_key": f"lower('berg ' || {NAME} || n)",
    "search": f"lower({NAME} || ' berg ' || {EMAIL} || ' copy' || n)",
    "city": "'City ' || mod(n, 40)",
    "created_at": "t.created_at - n * interval '1 minute'",
    "paid_until": "t.created_at + (n - 10000) * interval '1 minute'",
    "ends_at": "t.created_at + (n - 10000) * interval '1 minute'",
}


@pytest.fixture
def many(make_customer, tree, engine):
    """Two partners with very many customers each."""
    for actor in (tree.partner, tree.neighbour):
        made = make_customer(actor, email="first@example.net")
        multiply(engine, made.id, 1, MANY)


@pytest.fixture
def of_dealer(many, make_customer, tree, engine):
    """A dealer who has some of them."""
    made = make_customer(tree.dealer, email="dealers@example.net")
    multiply(engine, made.id, MANY + 1, MANY + FEWER)


def multiply(engine, customer_id, first, last):
    """Copy a customer's rows, each with a number."""
    numbers = {"id": customer_id, "first": first, "last": last}
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        for table in ("accounts", "customers"):
            names = connection.execute(text(COLUMNS), {"table": table}).scalars()
            values = {name: CHANGED.get(name, f"t.{name}") for name in names}
            copied = COPY.format(
                table=table,
                names=", ".join(values),
                values=", ".join(values.values()),
            )
            connection.execute(text(copied), numbers)
        connection.execute(text("ANALYZE"))


COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = :table AND is_generated = 'NEVER'
"""


@pytest.mark.feature("CU-35")
def test_no_list_reads_the_whole_table(many, database, engine, ask, tree, clock):
    group = ask(tree.partner, create_group, CreateCustomerGroup(name="Regulars"))
    soon = clock.now() + timedelta(days=2)
    narrowed = {
        "nothing": {},
        "a word of one": {"search": "copy4711@"},
        "a frequent word": {"search": "ada"},
        "two words": {"search": "ada berg"},
        "a word of none": {"search": "nobody-has-this"},
        "its address": {"email": "copy4711@example.net"},
        "its username": {"username": "copy4711"},
        "its external id": {"external_id": "ext4711"},
        "a group": {"group_id": group.id},
        "a seller": {"seller_id": tree.dealer.account_id},
        "own": {"is_own": True},
        "a product": {"product_id": new_id()},
        "ends soon": {"ends_from": clock.now(), "ends_until": soon},
        "made lately": {"created_from": clock.now()},
        **{f"in state {one}": {"state": one} for one in CustomerStatus},
    }
    orders = ["", "name", "-name", "ends_at", "-ends_at", "city", "username"]
    orders += ["updated_at", "-updated_at"]
    whole = {}
    for name, said in narrowed.items():
        for order in orders:
            request = ListCustomers(**said, paging=Paging(order=order))
            plans = plans_of(engine, database, list_customers, request, tree.partner)
            if reads_all(plans):
                whole[f"{name}, by {order or 'age'}"] = plans

    assert whole == {}


@pytest.mark.feature("CU-35")
@pytest.mark.parametrize(
    ("filters", "index"),
    [
        ({"is_own": True}, "uq_customers_own"),
        ({"state": CustomerStatus.DISABLED}, "ix_customers_disabled"),
        (
            {"paging": Paging(order="updated_at")},
            "ix_customers_partner_id_by_updated_at",
        ),
        (
            {"paging": Paging(order="-updated_at")},
            "ix_customers_partner_id_by_updated_at",
        ),
    ],
    ids=str,
)
def test_what_few_are_is_found_without_reading_all_of_the_partner(
    filters, index, many, database, engine, tree
):
    request = ListCustomers(**filters)
    plans = plans_of(engine, database, list_customers, request, tree.partner)
    assert re.findall(INDEX, plans) == [index], plans


@pytest.mark.feature("CU-35")
def test_no_count_reads_the_whole_table(many, database, engine, tree):
    plans = plans_of(engine, database, count_customers, CountCustomers(), tree.dealer)
    assert not reads_all(plans), plans


def delete_dealer(ask, tree):
    wanted = DeleteAccount(account_id=tree.dealer.account_id, confirmation="stall")
    ask(tree.partner, delete_account, wanted)


def move_its_customers(ask, tree):
    there = tree.reseller.account_id
    wanted = MoveCustomers(account_id=tree.dealer.account_id, to_account_id=there)
    ask(tree.partner, move_customers, wanted)


@pytest.mark.feature("AH-19", "IE-07")
@pytest.mark.parametrize(
    ("begin", "index"),
    [
        (delete_dealer, "ix_customers_scope"),
        (move_its_customers, "ix_customers_seller_id_id"),
    ],
)
def test_a_job_finds_its_next_customers_without_reading_others(
    begin, index, of_dealer, database, engine, ask, tree, dependencies
):
    begin(ask, tree)

    def go_on():
        with database.transaction() as work:
            continue_job(work, dependencies, chunk=5)

    [found] = [
        plan
        for plan in plans_sent(engine, go_on)
        if "LockRows" in plan and "Limit" in plan and " on customers" in plan
    ]
    assert re.findall(INDEX, found) == [index], found


def reads_all(plans):
    """Whether a table of customers is read from its beginning to its end."""
    return re.search(r"Seq Scan on (customers|accounts)\b", plans)


def plans_of(engine, database, operation, request, actor):
    """How the database goes about what an operation asks it."""
    plans = plans_sent(engine, lambda: database.read(call(request, actor), operation))
    return "\n".join(plans)


def plans_sent(engine, do):
    """The database's plan of each query that something sends."""
    sent = sent_by(engine, do)
    with engine.connect() as connection:
        plans = [
            connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars().all()
            for statement, values in sent
            if statement.lstrip().startswith(("SELECT", "WITH"))
        ]
    return ["\n".join(lines) for lines in plans]
