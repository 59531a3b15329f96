"""Whether a subscription runs is one rule: of a row, and of a table in SQL."""

from datetime import UTC, datetime, timedelta
from itertools import product
from types import SimpleNamespace

import pytest
from sqlalchemy import Column, DateTime, MetaData, String, Table, create_engine, select

from lineup.contracts.billing.running import has_lapsed, is_running
from lineup.contracts.billing.subscriptions import SubscriptionState

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CASES = list(product(SubscriptionState, (-1, 0, 1)))


@pytest.mark.parametrize(("state", "seconds"), CASES)
def test_an_end_holds_at_its_instant_whether_or_not_it_is_marked(state, seconds):
    kept = SimpleNamespace(state=state, ends_at=NOW + timedelta(seconds=seconds))

    assert is_running(kept, NOW) is (state == "running" and seconds > 0)
    assert has_lapsed(kept, NOW) is (state == "running" and seconds <= 0)


@pytest.mark.parametrize("rule", [is_running, has_lapsed])
def test_a_table_is_asked_what_its_rows_are(rule):
    table = Table(
        "subscription", MetaData(), Column("state", String), Column("ends_at", DateTime)
    )
    columns = SimpleNamespace(state=table.c.state, ends_at=table.c.ends_at)
    now = NOW.replace(tzinfo=None)
    rows = [
        {"state": state.value, "ends_at": now + timedelta(seconds=seconds)}
        for state, seconds in CASES
    ]
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), rows)
        found = connection.execute(select(table).where(rule(columns, now))).all()
    engine.dispose()

    expected = [row for row in rows if rule(SimpleNamespace(**row), now)]
    assert [row._asdict() for row in found] == expected != []
