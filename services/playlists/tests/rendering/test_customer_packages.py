"""A package that one customer has, or has not, whatever its products have."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lineup.context import Actor, Context, Role
from lineup.contracts.accounts.refusals import CustomerNotFound
from lineup.contracts.accounts.tree import Status
from lineup.contracts.billing.subscriptions import SubscriptionState
from lineup.contracts.playlists.customer_packages import (
    GetCustomerContent,
    ListCustomerPackages,
    ResetCustomerPackage,
    SetCustomerPackage,
)
from lineup.contracts.playlists.packages import DeletePackage
from lineup.contracts.playlists.refusals import DemoForAll, PackageNotFound
from lineup.delivery import set_id_of
from lineup.ids import new_id
from lineup.scope import ROOT, below
from lineup.testing.statements import statements_of
from playlists.channels import customer_packages
from playlists.channels.packages import delete_package, demo_package, new_package
from playlists.entitlements.models import CustomerPackage
from playlists.entitlements.operations import refresh_everybody
from playlists.owners import Owner
from playlists.pending.models import AccessFile, ChannelSet
from playlists.rendering.access import note_due

from .conftest import PARTNER, SCOPE

NEIGHBOUR = new_id()
OPERATOR = Actor(role=Role.OPERATOR, scopes=("/",))


def actor_of(partner_id):
    scope = below(ROOT, partner_id)
    return Actor(role=Role.PARTNER, scopes=(scope,), partner_id=partner_id)


TODAY = "20260302"
GUIDE = "".join(
    f'<channel id="{one}.one"><display-name>{one}</display-name></channel>'
    f'<programme start="{TODAY}100000" stop="{TODAY}110000" channel="{one}.one">'
    f"<title>{one.title()}</title></programme>"
    for one in ("news", "sport")
)
pytestmark = pytest.mark.feature("CU-37")


@pytest.fixture
def basic(platform):
    return platform.package(
        platform.channel(1, "News", guide_id="news.one"), name="Basic"
    )


@pytest.fixture
def sport(platform):
    return platform.package(
        platform.channel(2, "Sport", guide_id="sport.one"), name="Sport"
    )


def as_(platform, actor):
    """A transaction in another one's name."""
    return platform.database.transaction(Context(actor=actor))


def announce(platform, user, **fields):
    """Tell of a user's customer."""
    platform.customer(
        user, **{"version": platform.version(), "shows_adult": False, **fields}
    )


def a_user(platform, *package_ids, **fields):
    """A user of a customer of its own, subscribed to packages."""
    customer_id = new_id()
    scope = fields.pop("scope", below(SCOPE, customer_id))
    user = platform.user(customer_id=customer_id, scope=scope, **fields)
    announce(platform, user)
    if package_ids:
        platform.subscription(user, *package_ids)
    return user


def say(platform, user, package_id, *, is_included):
    request = SetCustomerPackage(
        customer_id=user.customer_id, package_id=package_id, is_included=is_included
    )
    with platform.transaction() as work:
        return customer_packages.set_customer_package(work, request)


def add(platform, user, package_id):
    return say(platform, user, package_id, is_included=True)


def remove(platform, user, package_id):
    return say(platform, user, package_id, is_included=False)


def reset(platform, user, package_id):
    request = ResetCustomerPackage(customer_id=user.customer_id, package_id=package_id)
    with platform.transaction() as work:
        return customer_packages.reset_customer_package(work, request)


def content(platform, user):
    request = GetCustomerContent(customer_id=user.customer_id)
    with platform.transaction() as work:
        found = customer_packages.get_customer_content(work, request).packages
    return {one.name: (one.products, one.is_included, one.is_shown) for one in found}


def channels(platform, user):
    """What M3U names; Xtream must agree."""
    manifest = platform.seen_by(user)
    lines = platform.content(manifest.m3u_plus_digest).decode().splitlines()
    names = [line.rpartition(",")[2] for line in lines if line.startswith("#EXTINF")]
    xtream = json.loads(platform.content(manifest.live_streams_digest))
    assert [one["name"] for one in xtream] == names
    return names


def test_a_removed_package_disappears_from_that_customers_playlist_only(
    platform, basic, sport
):
    user, other = (a_user(platform, basic, sport) for _ in "ab")
    platform.guide(f"<tv>{GUIDE}</tv>".encode())
    platform.render()
    before = platform.fact(other)
    assert "<title>Sport<" in platform.guide_of(user)

    fields = remove(platform, user, sport)
    platform.render()

    assert channels(platform, user) == ["News"]
    assert "<title>Sport<" not in platform.guide_of(user)
    assert "<title>News<" in platform.guide_of(user)
    assert channels(platform, other) == ["News", "Sport"]
    assert "<title>Sport<" in platform.guide_of(other)
    assert platform.fact(other) == before
    assert [one.is_shown for one in fields.packages] == [True, False]


def test_an_added_package_is_seen_beside_the_product_by_all_users_of_the_customer(
    platform, basic, sport
):
    user = a_user(platform, basic)
    second = platform.user(customer_id=user.customer_id, scope=user.scope)
    platform.subscription(second, basic)
    other = a_user(platform, basic)

    add(platform, user, sport)
    platform.render()

    assert channels(platform, user) == channels(platform, second) == ["News", "Sport"]
    assert channels(platform, other) == ["News"]
    assert content(platform, user) == {
        "Basic": (["Basic"], None, True),
        "Sport": ([], True, True),
    }


def test_whoever_has_the_same_in_the_end_shares_one_rendering(platform, basic, sport):
    by_product = a_user(platform, basic, sport)
    added, removed = a_user(platform, basic), a_user(platform, basic, sport)
    plain = a_user(platform, basic)
    platform.render()
    with platform.transaction() as work:
        sets = work.session.scalar(select(func.count(ChannelSet.id)))

    add(platform, added, sport)
    remove(platform, removed, sport)
    platform.render()

    now = platform.clock.now()
    both, one = (set_id_of(PARTNER, ids) for ids in ([basic, sport], [basic]))
    assert [platform.fact(u).set_at(now) for u in (by_product, added)] == [both] * 2
    assert [platform.fact(u).set_at(now) for u in (plain, removed)] == [one] * 2
    with platform.transaction() as work:
        assert work.session.scalar(select(func.count(ChannelSet.id))) == sets


def test_it_stays_through_renewal_and_change_of_product_and_can_be_undone(
    platform, basic, sport
):
    user = a_user(platform)
    bought = platform.subscription(user, basic, sport)
    remove(platform, user, sport)
    platform.clock.forward(days=20)
    platform.subscription(
        user,
        basic,
        sport,
        id_=bought.id,
        ends_at=platform.clock.now() + timedelta(days=60),
    )
    platform.render()
    assert channels(platform, user) == ["News"]

    platform.subscription(user, sport, id_=bought.id, product_name="Sport")
    platform.render()
    assert channels(platform, user) == []

    reset(platform, user, sport)
    platform.render()
    assert channels(platform, user) == ["Sport"]
    with pytest.raises(PackageNotFound):
        reset(platform, user, sport)


def test_without_a_subscription_nothing_is_added(platform, basic, sport):
    platform.demo(platform.channel(9, "Demo"))
    user = a_user(platform)
    add(platform, user, sport)
    platform.render()
    assert channels(platform, user) == ["Demo"]

    bought = platform.subscription(user, basic)
    platform.render()
    assert channels(platform, user) == ["News", "Sport"]

    platform.subscription(user, basic, id_=bought.id, state=SubscriptionState.STOPPED)
    platform.render()
    assert channels(platform, user) == ["Demo"]
    assert content(platform, user) == {"Sport": ([], True, True)}


def test_saying_it_again_or_the_other_way_leaves_one_word(platform, basic, sport):
    user = a_user(platform, basic)
    for _ in range(2):
        add(platform, user, sport)
    remove(platform, user, sport)
    assert content(platform, user)["Sport"] == ([], False, False)
    with platform.transaction() as work:
        assert work.session.scalar(select(func.count(CustomerPackage.id))) == 1


def test_it_waits_in_the_trash_and_ends_with_the_customer(platform, basic, sport):
    user = a_user(platform, basic)
    add(platform, user, sport)

    announce(platform, user, status=Status.TRASHED)
    with pytest.raises(CustomerNotFound):
        content(platform, user)
    announce(platform, user)
    assert content(platform, user)["Sport"] == ([], True, True)

    announce(platform, user, status=Status.DELETED, version=500)
    announce(platform, user, version=400)
    with pytest.raises(CustomerNotFound):
        add(platform, user, sport)
    with platform.transaction() as work:
        assert work.session.scalar(select(func.count(CustomerPackage.id))) == 0


def test_a_deleted_package_is_taken_from_who_was_given_it(platform, basic, sport):
    given, without = a_user(platform, basic), a_user(platform, basic)
    add(platform, given, sport)
    remove(platform, without, sport)
    platform.render()

    with platform.transaction() as work:
        delete_package(work, DeletePackage(package_id=sport))
        due = work.session.scalar(select(func.count(CustomerPackage.id)))
    platform.render()

    assert due == 0
    assert platform.fact(given).set_at(platform.clock.now()) == set_id_of(
        PARTNER, [basic]
    )


def test_the_demo_package_and_packages_of_others_are_refused(platform, basic):
    user = a_user(platform, basic)
    with platform.transaction() as work:
        demo = demo_package(work, Owner(PARTNER)).id
    with as_(platform, OPERATOR) as work:
        theirs = new_package(work, Owner(NEIGHBOUR), "Theirs").id
    for package_id, refusal in ((demo, DemoForAll), (theirs, PackageNotFound)):
        request = SetCustomerPackage(
            customer_id=user.customer_id, package_id=package_id, is_included=True
        )
        with pytest.raises(refusal), as_(platform, OPERATOR) as work:
            customer_packages.set_customer_package(work, request)


@pytest.mark.feature("AH-01")
def test_everybody_finds_what_lies_in_their_part_of_the_tree(platform, basic, sport):
    seller = below(SCOPE, new_id())
    own = a_user(platform, basic, scope=below(seller, new_id()))
    beside = a_user(platform, basic)
    add(platform, own, sport)
    remove(platform, beside, basic)

    def listed(actor, **fields):
        with as_(platform, actor) as work:
            request = ListCustomerPackages(**fields)
            page = customer_packages.list_customer_packages(work, request)
        return [(one.customer_id, one.package_name) for one in page.items]

    dealer = Actor(role=Role.DEALER, scopes=(seller,), partner_id=PARTNER)
    both = [(beside.customer_id, "Basic"), (own.customer_id, "Sport")]
    assert listed(actor_of(PARTNER)) == listed(OPERATOR) == both
    assert listed(dealer) == both[1:]
    assert listed(OPERATOR, is_included=False) == both[:1]
    assert listed(OPERATOR, package_id=sport) == both[1:]
    assert listed(OPERATOR, customer_id=beside.customer_id) == both[:1]
    assert listed(actor_of(NEIGHBOUR)) == []
    for actor in (dealer, actor_of(NEIGHBOUR)):
        request = GetCustomerContent(customer_id=beside.customer_id)
        with pytest.raises(CustomerNotFound), as_(platform, actor) as work:
            customer_packages.get_customer_content(work, request)


def test_it_makes_facts_of_that_customer_anew_and_costs_a_batch_one_look_up(
    platform, basic, sport
):
    users = [a_user(platform, basic) for _ in range(20)]
    platform.render()
    add(platform, users[0], sport)

    with platform.transaction() as work:
        due = select(AccessFile.user_id).where(AccessFile.due_at.is_not(None))
        assert work.session.scalars(due).all() == [users[0].id]
        refresh_everybody(work)

    with statements_of(platform.database.engine) as fields:
        note_due(platform.database)
    assert len([one for one in fields if "FROM customer_packages" in one]) == 1
