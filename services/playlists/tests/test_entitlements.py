"""Copies follow their owners' newest word, and whoever renders hears of it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as happening
from sqlalchemy import func, select

from lineup.contracts.accounts.tree import AccountKind, Status
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.billing.subscriptions import (
    SubscriptionChanged,
    SubscriptionState,
)
from lineup.contracts.playlists.packages import CreatePackage, DeletePackage
from lineup.contracts.playlists.refusals import PackageInUse
from lineup.database import newest_states
from lineup.database.records import OUTBOX
from lineup.ids import new_id
from lineup.testing.batches import groupings
from lineup.testing.blocking import wait_until_blocked
from playlists.channels.models import Package
from playlists.channels.packages import delete_package, follow_accounts
from playlists.editing.contents import create_package
from playlists.entitlements.models import Partner, Subscription, User
from playlists.entitlements.operations import upsert_subscriptions, upsert_users
from playlists.pending.models import AccessFile
from playlists.resync import resync

from .conftest import PARTNER, a_partner


def a_user(work, version=1, **fields):
    values = {
        "id": new_id(),
        "customer_id": new_id(),
        "partner_id": PARTNER,
        "scope": "/",
        "name": "Living room",
        "username": "living",
        "password": "sealed",
        "token": "token",
        "public_url": "",
        "status": Status.ACTIVE,
        "created_at": work.now,
    }
    return UserChanged(version=version, **{**values, **fields})


def a_subscription(work, user_id, version=1, **fields):
    values = {
        "id": new_id(),
        "user_id": user_id,
        "customer_id": new_id(),
        "partner_id": PARTNER,
        "scope": "/",
        "product_id": new_id(),
        "product_name": "Base",
        "package_ids": [new_id()],
        "devices": 2,
        "addresses": 1,
        "is_trial": False,
        "state": SubscriptionState.RUNNING,
        "started_at": work.now,
        "ends_at": work.now + timedelta(days=30),
        "renews": True,
    }
    return SubscriptionChanged(version=version, **{**values, **fields})


def due_users(work):
    work.session.expire_all()
    return set(work.session.scalars(select(AccessFile.user_id)))


def forget_due(work):
    work.session.query(AccessFile).delete()


def test_a_partner_gets_its_demo_set_once_however_often_it_is_announced(work):
    follow_accounts(work, [a_partner(version=1)])
    follow_accounts(work, [a_partner(version=2, name="Blue TV")])
    follow_accounts(work, [a_partner(version=2, name="Blue TV")])

    (demo,) = work.session.scalars(select(Package))
    assert (demo.is_demo, demo.partner_id) == (True, PARTNER)
    assert work.session.scalar(select(func.count()).select_from(OUTBOX)) == 1
    assert work.session.get_one(Partner, PARTNER).name == "Blue TV"


def test_other_accounts_are_no_partners(work):
    follow_accounts(work, [a_partner(kind=AccountKind.DEALER)])

    assert work.session.get(Partner, PARTNER) is None


def test_the_newest_version_wins_whatever_the_order(work):
    new = a_user(work, version=5, name="New")
    upsert_users(work, [new])
    forget_due(work)

    upsert_users(work, [a_user(work, version=4, id=new.id, name="Old")])

    assert work.session.get_one(User, new.id).name == "New"
    assert due_users(work) == set()


def test_a_changed_user_and_subscription_have_the_fact_written_anew(work):
    user = a_user(work)
    upsert_users(work, [user])
    assert due_users(work) == {user.id}
    forget_due(work)

    bought = a_subscription(work, user.id)
    upsert_subscriptions(work, [bought])

    assert due_users(work) == {user.id}
    row = work.session.get_one(Subscription, bought.id)
    assert row.package_ids == [str(bought.package_ids[0])]


IDS = [new_id() for _ in range(3)]
SCOPES = ("/a/", "/a/b/", "/c/")


def of_these(make, **fields):
    """States of three things in four versions that differ by what is drawn."""
    drawn = {name: st.sampled_from(values) for name, values in fields.items()}
    facts = st.fixed_dictionaries({"id": st.sampled_from(IDS), **drawn})
    return st.tuples(st.just(make), st.integers(1, 4), facts)


def of_its_user(drawn):
    """A subscription never changes hands."""
    make, version, facts = drawn
    return make, version, {**facts, "user_id": facts["id"]}


any_state = of_these(
    a_user, name=("A", "B"), scope=SCOPES, status=list(Status)
) | of_these(a_subscription, devices=(1, 2), package_ids=([], IDS[:1])).map(of_its_user)


def rows_after(work, batches):
    """The copies and marks that batches leave, whose work is undone again."""
    keep = {a_user: upsert_users, a_subscription: upsert_subscriptions}
    with work.session.begin_nested() as undone:
        for batch in batches:
            for make, upsert in keep.items():
                states = [
                    make(work, version=version, **{**CONSTANT[make], **facts})
                    for kind, version, facts in batch
                    if kind is make
                ]
                upsert(work, newest_states(states))
        tables = [one.__table__ for one in (User, Subscription, AccessFile)]
        rows = [
            sorted(map(repr, work.session.execute(select(table)))) for table in tables
        ]
        undone.rollback()
    return rows


CONSTANT = {
    a_user: {"customer_id": IDS[0]},
    a_subscription: {"customer_id": IDS[0], "product_id": IDS[0]},
}


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(grouped=groupings(any_state))
def test_any_grouping_of_any_events_leaves_the_copies_and_marks_of_one_by_one(
    work, grouped
):
    sequence, batches = grouped

    assert rows_after(work, batches) == rows_after(work, [[one] for one in sequence])


def test_a_batch_of_users_and_its_marks_are_two_statements(work):
    fields = []

    def note(_connection, _cursor, statement, *_rest):
        fields.append(statement)

    users = newest_states([a_user(work) for _ in range(50)])
    engine = work.session.get_bind()
    happening.listen(engine, "before_cursor_execute", note)
    upsert_users(work, users)
    happening.remove(engine, "before_cursor_execute", note)

    assert sum("INSERT" in one for one in fields) == 2
    assert not [one for one in fields if "SELECT users" in one or "UPDATE" in one[:6]]
    assert due_users(work) == {user.id for user in users}


def test_a_subscription_may_come_before_its_user(work):
    upsert_subscriptions(work, [a_subscription(work, new_id())])

    assert len(due_users(work)) == 1


def test_a_changed_partner_has_the_facts_of_its_users_written_anew(work):
    users = [a_user(work), a_user(work, partner_id=new_id())]
    for user in users:
        upsert_users(work, [user])
    forget_due(work)

    follow_accounts(work, [a_partner(public_url="https://tv.blue.example")])

    assert due_users(work) == {users[0].id}


@pytest.mark.parametrize("is_known", [True, False])
def test_a_seller_switched_on_while_it_is_being_switched_off_is_on(database, is_known):
    seller, user_id = new_id(), new_id()
    fields = {"id": seller, "kind": AccountKind.DEALER, "scope": f"/{seller}/"}

    def announce(version, status):
        with database.transaction() as work:
            follow_accounts(work, [a_partner(version=version, status=status, **fields)])

    if is_known:
        announce(1, Status.ACTIVE)
    with database.transaction() as work:
        upsert_users(work, [a_user(work, id=user_id, scope=f"/{seller}/{user_id}/")])
    with ThreadPoolExecutor() as threads:
        with database.transaction() as work:
            off = a_partner(version=2, status=Status.INACTIVE, **fields)
            follow_accounts(work, [off])
            forget_due(work)  # as if the fact had been written meanwhile
            on = threads.submit(announce, 3, Status.ACTIVE)
            wait_until_blocked(database.engine)
        on.result(timeout=10)

    with database.transaction() as work:
        assert due_users(work) == {user_id}


def test_resync_announces_every_package_in_its_version_and_renders_all(database):
    with database.transaction() as work:
        follow_accounts(work, [a_partner()])
        user = a_user(work)
        upsert_users(work, [user])
        before = work.session.scalars(select(OUTBOX.c.event_id)).all()
        forget_due(work)

    assert resync(database) == 1

    with database.transaction() as work:
        ids = work.session.scalars(select(OUTBOX.c.event_id)).all()
        assert set(ids) == set(before)
        assert len(ids) == 2
        assert due_users(work) == {user.id}


@pytest.mark.parametrize(
    ("fields", "is_refused"),
    [
        ({}, True),
        ({"state": SubscriptionState.STOPPED}, False),
        ({"ends_at": timedelta(0)}, False),
        ({"package_ids": []}, False),
    ],
)
def test_a_package_on_which_a_subscription_runs_stays(work, fields, is_refused):
    made = create_package(work, CreatePackage(name="Base"))
    if "ends_at" in fields:
        fields = {"ends_at": work.now + fields["ends_at"]}
    fields = {"package_ids": [made.id], **fields}
    upsert_subscriptions(work, [a_subscription(work, new_id(), **fields)])

    with pytest.raises(PackageInUse) if is_refused else nullcontext():
        delete_package(work, DeletePackage(package_id=made.id))
