"""What users and customers keep of their subscriptions, however the events come."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from accounts.customers.models import Customer
from accounts.subscriptions.models import SubscriptionCopy
from accounts.users.models import User
from accounts.users.operations import create_user, list_users
from accounts.users.service_times import follow_subscriptions
from lineup.contracts.accounts.users import CreateUser, ListUsers
from lineup.contracts.billing.subscriptions import SubscriptionState
from lineup.database import newest_states
from lineup.ids import new_id
from lineup.testing.batches import groupings

from .conftest import a_subscription

IDS = [new_id() for _ in range(4)]
PRODUCTS = [new_id() for _ in range(2)]

any_state = st.tuples(
    st.integers(0, len(IDS) - 1),
    st.integers(1, 3),
    st.fixed_dictionaries(
        {
            "is_trial": st.booleans(),
            "state": st.sampled_from(SubscriptionState),
            "product_id": st.sampled_from(PRODUCTS),
            "days": st.integers(-2, 2),
        }
    ),
)


@pytest.fixture
def users(make_customer, ask, tree, dependencies):
    """Three users, two of them of one customer."""
    first = make_customer(tree.reseller, user_name="Kids")
    make_customer(tree.reseller, user_name="Den")
    request = CreateUser(customer_id=first.id, name="Attic")
    ask(tree.reseller, create_user, request, dependencies=dependencies)
    return ask(tree.partner, list_users, ListUsers(), dependencies=dependencies).items


def a_state(users, clock, drawn):
    """Each subscription is always of one user."""
    number, version, facts = drawn
    ends_at = clock.now() + timedelta(days=facts["days"])
    said = {name: value for name, value in facts.items() if name != "days"}
    return a_subscription(
        users[number % len(users)],
        clock,
        id=IDS[number],
        version=version,
        ends_at=ends_at,
        **said,
    )


def rows_after(database, batches):
    """What is kept after batches, whose work is undone again."""
    with database.transaction() as work, work.session.begin_nested() as undone:
        for batch in batches:
            follow_subscriptions(work, newest_states(batch))
        work.session.flush()
        tables = [one.__table__ for one in (Customer, User, SubscriptionCopy)]
        left_out = {"updated_at"}
        rows = [
            sorted(
                repr({k: v for k, v in row._mapping.items() if k not in left_out})
                for row in work.session.execute(select(table))
            )
            for table in tables
        ]
        undone.rollback()
    return rows


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(grouped=groupings(any_state))
def test_any_grouping_of_any_events_leaves_what_one_by_one_leaves(
    database, users, clock, grouped
):
    sequence, batches = grouped

    grouped_rows = rows_after(
        database, [[a_state(users, clock, one) for one in batch] for batch in batches]
    )

    singles = [[a_state(users, clock, one)] for one in sequence]
    assert grouped_rows == rows_after(database, singles)
