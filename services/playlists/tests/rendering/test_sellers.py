"""Who buys of a seller that is off sees the demo set, and keeps what was paid."""

import pytest

from lineup.contracts.accounts.tree import Status
from lineup.ids import new_id
from lineup.scope import below

from .conftest import SCOPE, SELLER_SCOPE


@pytest.fixture
def paid(platform):
    """A package in which everybody below subscribes."""
    platform.demo(platform.channel(9, "Demo"))
    return platform.package(platform.channel())


@pytest.fixture
def make(platform, paid):
    """`make(scope)` makes a user below it with a running subscription."""

    def make(scope):
        user = platform.user(scope=below(scope, new_id()))
        platform.subscription(user, paid)
        return user

    return make


def sees(platform, user):
    fact = platform.fact(user)
    is_demo = fact.set_at(platform.clock.now()) == fact.demo_set_id
    return "demo" if is_demo else "all"


@pytest.mark.feature("AH-18", "AH-20")
def test_off_it_is_demo_and_on_again_as_before(platform, make):
    platform.seller()
    mine, beside = make(SELLER_SCOPE), make(SCOPE)
    platform.render()
    before = platform.fact(mine)
    assert sees(platform, mine) == "all"

    platform.seller(Status.INACTIVE)
    platform.render()
    shut = platform.fact(mine)
    assert (sees(platform, mine), sees(platform, beside)) == ("demo", "all")
    assert shut.is_active
    assert shut.ends_at == before.ends_at

    platform.seller(Status.ACTIVE)
    platform.render()
    assert sees(platform, mine) == "all"
    assert platform.fact(mine).timeline == before.timeline


def test_whichever_event_comes_first(platform, make):
    platform.seller(Status.INACTIVE)
    mine = make(SELLER_SCOPE)
    platform.render()
    assert sees(platform, mine) == "demo"


def test_an_older_word_does_not_open_it_again(platform, make):
    mine = make(SELLER_SCOPE)
    platform.seller(Status.INACTIVE, version=8)
    platform.seller(Status.ACTIVE, version=7)
    platform.render()
    assert sees(platform, mine) == "demo"


def test_a_deleted_one_is_shut_until_its_users_are_gone(platform, make):
    mine = make(SELLER_SCOPE)
    platform.seller(Status.DELETED)
    platform.render()
    assert sees(platform, mine) == "demo"

    platform.user(
        mine.id,
        scope=mine.scope,
        username=mine.username,
        token=mine.token,
        status=Status.DELETED,
    )
    platform.render()
    assert platform.fact(mine) is None


def test_who_is_moved_to_another_seller_sees_everything_again(platform, make):
    platform.seller(Status.INACTIVE)
    mine = make(SELLER_SCOPE)
    platform.render()

    moved = {"username": mine.username, "token": mine.token}
    platform.user(mine.id, scope=below(SCOPE, new_id()), **moved)
    platform.render()

    assert sees(platform, mine) == "all"
