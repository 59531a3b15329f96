"""What the tables keep by themselves, whatever the code above them does."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from lineup.testing.blocking import wait_until_blocked


@pytest.fixture
def running(shop_floor, partner, user):
    return shop_floor.buy(user, shop_floor.plan(partner, "0.00 EUR", days=30))


def refuses(database, constraint, statement):
    with (
        pytest.raises(IntegrityError, match=constraint),
        database.transaction() as work,
    ):
        work.session.execute(text(statement))


COPIED = (
    "INSERT INTO subscription_period SELECT gen_random_uuid(), subscription_id,"
    " plan_id, starts_at + interval '{shift}', ends_at + interval '{shift}',"
    " paid_minor, asset, source, is_trial, NULL, NULL, NULL, {closed_at},"
    " 0, NULL, NULL, created_at FROM subscription_period"
)


def test_periods_of_a_subscription_never_overlap(database, running):
    copied = COPIED.format(shift="1 day", closed_at="NULL")

    refuses(database, "ex_subscription_period_overlap", copied)


@pytest.mark.parametrize(
    "change",
    [
        "starts_at = starts_at - interval '1 second'",
        "closed_at = NULL, starts_at = starts_at - interval '1 day'",
    ],
)
def test_none_is_moved_or_reopened_into_another(database, running, change):
    closed = "now()" if "closed_at" in change else "NULL"
    with database.transaction() as work:
        work.session.execute(text(COPIED.format(shift="30 days", closed_at=closed)))
    second = f"UPDATE subscription_period SET {change} WHERE starts_at > '2026-06-15'"

    refuses(database, "ex_subscription_period_overlap", second)


INSERTED = text(
    "INSERT INTO subscription_period (id, subscription_id, plan_id, starts_at, ends_at,"
    " paid_minor, asset, source, is_trial, refunded_minor, created_at)"
    " SELECT gen_random_uuid(), p.subscription_id, p.plan_id,"
    " p.ends_at + n.starts * interval '1 day', p.ends_at + n.ends * interval '1 day',"
    " 0, 'EUR', 'free', false, 0, p.created_at FROM subscription_period p,"
    " unnest(CAST(:starts AS int[]), CAST(:ends AS int[])) AS n (starts, ends)"
    " WHERE p.starts_at = (SELECT min(starts_at) FROM subscription_period)"
)


def test_whatever_one_statement_writes_is_refused_where_any_two_overlap(
    database, running
):
    chance = random.Random(1)
    for _ in range(60):
        there, new = spans(chance, 3), spans(chance, 4)
        while overlap(there):
            there.pop()
        with database.transaction() as work:
            undone = work.session.begin_nested()
            insert(work, there)
            assert is_refused(work, new) == overlap(there + new), (there, new)
            undone.rollback()


def spans(chance, count):
    starts = [chance.randrange(24) for _ in range(count)]
    return [(start, start + chance.choice((1, 2, 3, 12))) for start in starts]


def overlap(spans):
    return any(
        one[0] < other[1] and other[0] < one[1]
        for n, one in enumerate(spans)
        for other in spans[:n]
    )


def insert(work, spans):
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    work.session.execute(INSERTED, {"starts": starts, "ends": ends})


def is_refused(work, spans):
    try:
        with work.session.begin_nested():
            insert(work, spans)
    except IntegrityError as refused:
        return "ex_subscription_period_overlap" in str(refused)
    return False


@pytest.mark.parametrize("column", ["subscription_id", "plan_id", "transfer_id"])
def test_a_period_is_of_what_is_there(database, running, column):
    change = f"UPDATE subscription_period SET {column} = gen_random_uuid()"

    refuses(database, "something that is not there", change)


@pytest.mark.parametrize("table", ["plan", "subscription"])
@pytest.mark.parametrize(
    "change", ["DELETE FROM {}", "UPDATE {} SET id = gen_random_uuid()"]
)
def test_what_periods_are_of_stays(database, running, table, change):
    with (
        pytest.raises(DBAPIError, match="never changed or removed"),
        database.transaction() as work,
    ):
        work.session.execute(text(change.format(table)))


def test_two_at_once_never_overlap(database, running):
    """The second waits for the first, and sees what that has written."""
    copied = text(COPIED.format(shift="31 days", closed_at="NULL"))
    nearly = text(COPIED.format(shift="32 days", closed_at="NULL"))

    def second():
        with database.transaction() as work:
            work.session.execute(nearly)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as work:
            work.session.execute(copied)
            later = pool.submit(second)
            wait_until_blocked(database.engine)
        with pytest.raises(IntegrityError, match="ex_subscription_period_overlap"):
            later.result(timeout=30)


def test_periods_may_touch_and_closed_ones_do_not_count(database, running):
    with database.transaction() as work:
        work.session.execute(text(COPIED.format(shift="30 days", closed_at="NULL")))
    with database.transaction() as work:
        work.session.execute(text(COPIED.format(shift="1 day", closed_at="now()")))


def test_a_period_begins_once(database, running):
    copied = COPIED.format(shift="0 days", closed_at="NULL")

    refuses(database, "subscription_period", copied)


@pytest.mark.feature("WL-06")
def test_no_more_is_given_back_than_was_paid(database, running):
    refuses(database, "refunded", "UPDATE subscription_period SET refunded_minor = 1")


@pytest.mark.feature("SU-01")
def test_a_user_has_one_running_subscription(database, running):
    refuses(
        database,
        "uq_subscription_running_user_id",
        "INSERT INTO subscription SELECT gen_random_uuid(), version, user_id,"
        " customer_id, partner_id, scope, product_id, product_version, plan_id, state,"
        " started_at, ends_at, anchor_at, anchor_months, renews, renewal_due_at"
        " FROM subscription",
    )
