"""No list or count of customers reads the table as a whole, however it is narrowed."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from accounts.customers.counting import count_customers
from accounts.customers.groups import create_group
from accounts.customers.operations import list_customers
from lineup.contracts.accounts.customers import (
    CountCustomers,
    CustomerStatus,
    ListCustomers,
)
from lineup.contracts.accounts.groups import CreateCustomerGroup
from lineup.contracts.paging import Paging
from lineup.ids import new_id

from .conftest import call

MANY = 20_000
"""Of each of two partners."""
COPY = """
INSERT INTO {table} ({names})
SELECT {values} FROM {table} t, generate_series(1, :many) n WHERE t.id = :id
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
                connection.execute(text(copied), {"many": MANY, "id": made.id})
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
    assert re.findall(r" using (\w+_customers_\w+)", plans) == [index], plans


@pytest.mark.feature("CU-35")
def test_no_count_reads_the_whole_table(many, database, engine, tree):
    plans = plans_of(engine, database, count_customers, CountCustomers(), tree.dealer)
    assert not reads_all(plans), plans


def reads_all(plans):
    """Whether a table of customers is read from its beginning to its end."""
    return re.search(r"Seq Scan on (customers|accounts)\b", plans)


def plans_of(engine, database, operation, request, actor):
    """How the database goes about what an operation asks it."""
    sent = []

    def note(_connection, _cursor, statement, values, *_):
        sent.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        database.read(call(request, actor), operation)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        plans = [
            connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars().all()
            for statement, values in sent
            if statement.lstrip().startswith(("SELECT", "WITH"))
        ]
    return "\n".join(line for plan in plans for line in plan)
