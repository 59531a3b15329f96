"""What is due is found by its index, also where a partner is away for long."""

import pytest
from sqlalchemy import event, text

from billing.subscriptions.renewals import _claim
from lineup.contracts.accounts.tree import Status

MANY = 100_000
CHANGED = {
    "id": "gen_random_uuid()",
    "user_id": "gen_random_uuid()",
    "renewal_due_at": "renewal_due_at + n * interval '1 second'",
}


@pytest.fixture
def due(shop_floor):
    """`due(partner)` buys a month for a customer of a partner."""

    def due(partner):
        customer = shop_floor.customer(partner, balance="20.00 EUR")
        plan = shop_floor.plan(partner, "10.00 EUR", months=1)
        shop_floor.buy(shop_floor.user(customer, renews=True), plan)
        return customer

    return due


def copied(connection, customer):
    """Let a customer have very many subscriptions that are due, one after another."""
    names = (
        connection.execute(
            text(
                "SELECT attname FROM pg_attribute WHERE attrelid = 'subscription'::regclass"
                " AND attnum > 0 AND NOT attisdropped"
            )
        )
        .scalars()
        .all()
    )
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    values = [CHANGED.get(name, name) for name in names]
    connection.execute(
        text(
            f"INSERT INTO subscription ({', '.join(names)}) SELECT {', '.join(values)}"
            " FROM subscription, generate_series(1, :many) n WHERE customer_id = :id"
        ),
        {"many": MANY, "id": customer.id},
    )


def plans_of(database, operation):
    """What an operation answers, and how the database goes about it."""
    sent = []

    def note(_connection, _cursor, statement, values, *_):
        sent.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        with database.transaction() as work:
            answer = operation(work)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    with database.engine.connect() as connection:
        plans = [
            connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars().all()
            for statement, values in sent
        ]
    return answer, "\n".join(line for plan in plans for line in plan)


@pytest.mark.feature("PL-15", "SU-03")
def test_who_is_due_behind_very_many_of_a_partner_that_is_away(
    shop_floor, partner, neighbour, database, due, clock
):
    waits = due(partner)
    with database.engine.begin() as connection:
        copied(connection, waits)
    clock.forward(days=2)
    renews = due(neighbour)
    shop_floor.partner_says(partner, status=Status.INACTIVE)
    clock.forward(days=31)
    with database.engine.begin() as connection:
        connection.execute(text("ANALYZE"))

    claimed, plan = plans_of(database, lambda work: _claim(work, 100))

    assert claimed == [renews.id]
    assert "Index Scan using ix_subscription_renewal_due_at" in plan
    assert "Seq Scan on subscription" not in plan
