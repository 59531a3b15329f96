"""Facts are found by link and by user name, in shards and as they lay before."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from gateway.public.access_facts import AccessFacts
from lineup.delivery import (
    DamagedShard,
    packed,
    shard_of_key,
    shard_of_user,
    token_name,
    username_name,
)

LINK = token_name("tokentoken1")
NAME = username_name("alice0001")


@pytest.fixture
def facts(store):
    return AccessFacts(store.blobs)


@pytest.mark.parametrize("key", [LINK, NAME, username_name("ALICE0001")])
def test_a_fact_is_found_by_each_of_its_keys(store, facts, key):
    fact = store.put_user()
    store.put_user(user_id=UUID(int=1), username="bob", token="tokentoken2")

    assert facts.find(key) == fact
    assert facts.has(key)


def test_a_stranger_is_nobody(store, facts):
    store.put_user()

    assert facts.find(token_name("another")) is None
    assert not facts.has(token_name("another"))


def test_a_fact_that_no_shard_was_written_of_lies_by_itself(store, facts):
    fact = store.put_alone()

    assert facts.find(LINK) == facts.find(NAME) == fact
    assert facts.has(LINK)


@pytest.mark.parametrize("shard", [shard_of_key(LINK), shard_of_user])
def test_while_shards_are_written_for_the_first_time_each_fact_is_found(
    store, facts, shard
):
    fact = store.put_alone()
    store.put_user()
    missing = shard if isinstance(shard, str) else shard(fact.user_id)

    store.blobs.remove(missing)

    assert facts.find(LINK) is not None


def test_a_shard_that_is_there_has_the_last_word(store, facts):
    fact = store.put_alone()
    store.put_user(is_active=False)
    assert not facts.find(LINK).is_active

    store.remove_user(fact)

    assert facts.find(LINK) is None
    assert not facts.has(LINK)


def test_a_link_that_its_user_has_no_more_leads_nowhere(store, facts):
    """Its shard is written a moment after the one of the fact."""
    fact = store.put_user()
    before = store.blobs.read(shard_of_key(LINK))
    store.put_facts(replace(fact, token="tokentoken2"))

    store.blobs.write(shard_of_key(LINK), before)

    assert facts.find(LINK) is None
    assert facts.find(token_name("tokentoken2")) is not None


def test_of_two_users_with_one_name_the_younger_has_it(store, facts):
    old = store.put_user()
    young = replace(old, user_id=UUID(int=old.user_id.int + 1), token="tokentoken2")

    store.put_facts(old, young)

    assert facts.find(NAME) == young
    assert facts.find(LINK) == old


@pytest.mark.parametrize("left", [0, 1, 100, -1])
@pytest.mark.parametrize("shard", [shard_of_key(LINK), shard_of_user])
def test_a_shard_that_is_not_whole_says_nothing(store, facts, shard, left):
    """A user is not told to be unknown because a file was cut."""
    fact = store.put_user()
    name = shard if isinstance(shard, str) else shard(fact.user_id)
    whole = store.blobs.read(name)
    store.blobs.write(name, whole[:left])

    with pytest.raises(DamagedShard):
        facts.find(LINK)


def test_a_shard_that_was_damaged_goes_unnoticed_by_who_was_known(filled, seconds):
    player = filled.player()
    assert player.get(filled.link).status_code == 200
    Path(filled.blobs._path(shard_of_key(LINK))).write_bytes(b"")

    seconds.by = 60

    assert player.get(filled.link).status_code == 200


def test_a_shard_that_was_damaged_is_no_fault_of_who_was_not_known(filled):
    Path(filled.blobs._path(shard_of_key(LINK))).write_bytes(b"")

    answer = filled.player().get(filled.link)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


def test_an_empty_shard_is_whole(store, facts):
    store.put_alone()
    store.blobs.write(shard_of_key(LINK), packed([]))

    assert facts.find(LINK) is None
