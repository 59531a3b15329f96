"""Access facts say what a user may see, when, and go when the user goes."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from lineup.contracts.accounts.tree import Status
from lineup.contracts.billing.subscriptions import SubscriptionState
from lineup.delivery import (
    demo_set_id_of,
    packed,
    set_id_of,
    shard_of_key,
    token_name,
    username_name,
)
from lineup.ids import new_id
from lineup.scope import below
from playlists.entitlements.operations import refresh_everybody, upsert_users
from playlists.rendering.access import write_due

from .conftest import SCOPE


@pytest.mark.feature("PE-01")
def test_a_user_has_a_fact_and_a_playlist_before_any_subscription(platform):
    platform.demo(platform.channel(9, "Demo"))
    user = platform.user()
    platform.render()

    fact = platform.fact(user)

    assert fact.set_at(platform.clock.now()) == demo_set_id_of(platform.partner_id)
    assert platform.keyring.open(fact.password) == "pass1234"
    assert "Demo" in platform.playlist(user)


@pytest.mark.feature("PE-02")
def test_a_subscription_is_seen_until_its_end_and_demo_after_it(platform):
    package = platform.package(platform.channel())
    user = platform.user()
    platform.subscription(user, package)
    platform.render()
    fact, now = platform.fact(user), platform.clock.now()

    paid = set_id_of(platform.partner_id, [package])

    assert fact.set_at(now) == paid
    assert fact.set_at(now + timedelta(days=30, seconds=-1)) == paid
    assert fact.set_at(now + timedelta(days=30)) == fact.demo_set_id
    assert fact.max_connections == 2
    assert fact.ends_at == now + timedelta(days=30)


@pytest.mark.feature("SU-10")
def test_a_stopped_subscription_is_over_at_once(platform):
    package = platform.package(platform.channel())
    user = platform.user()
    running = platform.subscription(user, package)
    platform.render()
    platform.clock.forward(hours=1)

    platform.subscription(
        user, package, id_=running.id, state=SubscriptionState.STOPPED
    )
    platform.render()

    fact = platform.fact(user)
    assert fact.set_at(platform.clock.now()) == fact.demo_set_id


@pytest.mark.feature("SU-21")
def test_a_suspended_one_shows_the_demo_until_it_is_lifted(platform):
    package = platform.package(platform.channel())
    user = platform.user()
    running = platform.subscription(user, package)
    seen = []
    for is_suspended in (False, True, False):
        said = {"id_": running.id, "is_suspended": is_suspended}
        platform.subscription(user, package, **said)
        platform.render()
        fact = platform.fact(user)
        seen.append(fact.set_at(platform.clock.now()) == fact.demo_set_id)

    assert seen == [False, True, False]


@pytest.mark.feature("PE-03")
def test_link_and_credentials_stay_while_what_is_seen_changes(platform):
    package = platform.package(platform.channel())
    user = platform.user()
    platform.render()
    before = platform.fact(user)

    platform.subscription(user, package)
    platform.render()

    after = platform.fact(user)
    assert (after.token, after.username, after.password) == (
        before.token,
        before.username,
        before.password,
    )
    assert after.version > before.version


def test_both_names_lead_to_the_fact_and_former_ones_are_removed(platform):
    user = platform.user(username="First")
    platform.render()

    platform.user(user.id, username="second", token="token-of-second")
    platform.render()

    assert platform.fact_behind(username_name("first")) is None
    assert platform.fact_behind(token_name(user.token)) is None
    assert platform.fact_behind(token_name("token-of-second")).user_id == user.id
    assert platform.fact_behind(username_name("Second")).user_id == user.id
    changed = platform.announced("access_changed")[-1]
    assert username_name("first") in changed["keys"]
    assert token_name("token-of-second") in changed["keys"]


def test_a_name_taken_over_by_another_user_is_left_to_it(platform):
    old = platform.user(username="shared", token="token-old")
    platform.render()
    new = platform.user(username="shared", token="token-new")
    platform.render()
    assert platform.fact_behind(username_name("shared")).user_id == new.id

    platform.user(old.id, status=Status.DELETED)
    platform.render()

    assert platform.fact_behind(username_name("shared")).user_id == new.id
    assert platform.fact_behind(token_name("token-old")) is None


@pytest.mark.parametrize("gone", [Status.TRASHED, Status.DELETED])
def test_a_deleted_user_leaves_nothing(platform, gone):
    user = platform.user()
    platform.render()

    platform.user(user.id, status=gone)
    platform.render()

    assert platform.facts_of(user.id) == []
    for key in (token_name(user.token), username_name(user.username)):
        assert platform.blobs.read(shard_of_key(key)) == packed([])


@pytest.mark.feature("CU-33")
def test_a_restored_user_has_what_it_had(platform):
    user = platform.user()
    platform.subscription(user, platform.package(platform.channel()))
    platform.render()
    before = platform.fact(user)
    same = {"username": user.username, "token": user.token}
    platform.user(user.id, status=Status.TRASHED, **same)
    platform.render()
    assert platform.facts_of(user.id) == []

    platform.user(user.id, status=Status.ACTIVE, **same)
    platform.render()

    after = platform.fact(user)
    assert after.set_at(platform.clock.now()) == before.set_at(platform.clock.now())
    assert platform.fact_behind(token_name(user.token)).user_id == user.id


def test_a_partner_that_is_switched_off_leaves_its_users_the_demo_channels(platform):
    platform.demo(platform.channel(9, "Demo"))
    user = platform.user()
    platform.subscription(user, platform.package(platform.channel()))
    platform.render()
    paid = platform.fact(user)
    assert paid.set_at(platform.clock.now()) != paid.demo_set_id

    platform.partner(status=Status.INACTIVE, public_url="https://blue.example/")
    platform.render()

    fact = platform.fact(user)
    assert fact.is_active
    assert fact.set_at(platform.clock.now()) == fact.demo_set_id
    assert fact.ends_at == paid.ends_at
    assert fact.public_url == "https://blue.example"

    platform.partner(status=Status.ACTIVE)
    platform.render()
    assert platform.fact(user).timeline == paid.timeline


def test_players_go_by_the_customers_clock_else_by_the_partners(platform):
    platform.partner(time_zone="Europe/Berlin")
    user = platform.user()
    platform.render()
    assert platform.fact(user).time_zone == "Europe/Berlin"

    platform.customer(user, time_zone="Asia/Tokyo", version=7)
    platform.customer(user, time_zone="Asia/Seoul", version=6)
    platform.render()
    assert platform.fact(user).time_zone == "Asia/Tokyo"

    platform.customer(user, time_zone="", version=8)
    platform.render()
    assert platform.fact(user).time_zone == "Europe/Berlin"


def test_a_customers_clock_may_be_known_before_its_users(platform):
    customer_id = new_id()
    scope = below(SCOPE, customer_id)
    platform.customer(
        None, id=customer_id, scope=scope, time_zone="Asia/Tokyo", version=3
    )
    user = platform.user(customer_id=customer_id, scope=scope)
    platform.render()
    assert platform.fact(user).time_zone == "Asia/Tokyo"


def test_what_does_not_change_the_fact_is_not_announced_again(platform):
    user = platform.user()
    platform.render()
    before = len(platform.announced("access_changed"))
    version = platform.fact(user).version

    platform.user(
        user.id,
        name="Bedroom",
        username=user.username,
        token=user.token,
        password=user.password,
        created_at=user.created_at,
    )
    platform.render()

    assert len(platform.announced("access_changed")) == before
    assert platform.fact(user).version == version


def test_a_lost_store_is_filled_again(platform):
    user = platform.user()
    platform.render()
    for name, _ in list(platform.blobs.names("access")):
        platform.blobs.remove(name)
    assert platform.fact(user) is None

    with platform.transaction() as work:
        refresh_everybody(work)
    platform.render()

    assert platform.fact(user) is not None


@pytest.mark.feature("PR-05")
def test_a_channel_of_several_packages_is_shown_once(platform):
    news, sport, film = (platform.channel(n, f"C{n}") for n in (1, 2, 3))
    small = platform.package(news, sport, name="Small")
    large = platform.package(sport, film, name="Large")
    user = platform.user()
    platform.subscription(user, small, large)
    platform.render()

    entries = re.findall(r",(C\d)$", platform.playlist(user), re.MULTILINE)
    assert entries == ["C1", "C2", "C3"]


def test_subscriptions_that_overlap_show_all_their_packages(platform):
    one, two = (
        platform.package(platform.channel(n, f"C{n}"), name=f"P{n}") for n in (1, 2)
    )
    user = platform.user()
    platform.subscription(user, one)
    platform.subscription(user, two, ends_at=platform.clock.now() + timedelta(days=10))
    platform.render()

    fact, now = platform.fact(user), platform.clock.now()

    both = set_id_of(platform.partner_id, [two, one])
    assert fact.set_at(now) == both
    assert fact.set_at(now + timedelta(days=10)) == set_id_of(
        platform.partner_id, [one]
    )
    assert "C1" in platform.playlist(user)
    assert "C2" in platform.playlist(user)


def test_an_ordered_user_and_what_it_bought_are_one_fact(platform):
    user = platform.user(is_ordered=True)
    platform.render()
    assert platform.fact(user) is None

    platform.subscription(user, platform.package(platform.channel(1, "C1"), name="P"))
    platform.render()

    assert platform.fact(user).version == 1
    assert "C1" in platform.playlist(user)


def test_an_ordered_user_who_got_nothing_has_its_fact_a_moment_later(platform):
    user = platform.user(is_ordered=True)
    with platform.transaction() as work:
        upsert_users(work, [replace(user, version=platform.version(), name="Again")])
    platform.render()
    assert platform.fact(user) is None

    platform.clock.forward(seconds=1)
    platform.render()

    assert platform.fact(user).demo_set_id


def test_a_user_whom_somebody_adds_has_its_fact_at_once(platform):
    user = platform.user()
    platform.render()
    assert platform.fact(user).demo_set_id


def test_an_ordered_user_whose_subscription_came_first_waits_for_nothing(platform):
    known = platform.user()
    user = replace(
        known, id=new_id(), username="early", token="early" * 6, is_ordered=True
    )
    platform.subscription(user, platform.package(platform.channel(1, "C1"), name="P"))
    platform.render()
    with platform.transaction() as work:
        upsert_users(work, [user])
    platform.render()

    assert "C1" in platform.playlist(user)


def test_work_is_done_once_however_many_workers_there_are(platform):
    platform.user()

    assert write_due(platform.database, platform.blobs) == 1
    assert write_due(platform.database, platform.blobs) == 0
