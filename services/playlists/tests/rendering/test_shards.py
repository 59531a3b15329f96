"""What lies in shards is what the rows say, whatever happened to writer and files."""

import os
import signal
import subprocess
import sys

import pytest
from alembic import command
from sqlalchemy import insert, text

from lineup.command.migrations import configuration
from lineup.contracts.accounts.tree import Status
from lineup.delivery import (
    DamagedShard,
    entries_in,
    keys_of,
    packed,
    shard_of_key,
    shard_of_user,
    token_name,
)
from lineup.ids import new_id
from playlists import metrics as watching
from playlists.pending.models import AccessFile
from playlists.pending.operations import refresh_access
from playlists.rendering import access, shards
from playlists.rendering.access import note_due, write_due
from playlists.rendering.garbage import GRACE, collect
from playlists.rendering.shards import KEYS_AN_EVENT, mark_differing, write_stale

DIES_BEFORE_COMMIT = """
import os, signal
from lineup.blobs import BlobStore
from lineup.clock import SystemClock
from lineup.database import Database, connect
from playlists.rendering.shards import write_stale

class Dying(BlobStore):
    def write_remakable(self, contents):
        super().write_remakable(contents)
        os.kill(os.getpid(), signal.SIGKILL)

database = Database(connect(os.environ["URI"]), SystemClock())
write_stale(database, Dying(os.environ["BLOBS"]))
"""


@pytest.fixture
def kill_while_writing(settings):
    """Let a worker write what is stale and be killed before it commits."""

    def run():
        environment = {"URI": settings.database_uri, "BLOBS": settings.blob_url}
        done = subprocess.run(
            [sys.executable, "-c", DIES_BEFORE_COMMIT],
            env={**os.environ, **environment},
            check=False,
            timeout=60,
        )
        assert done.returncode == -signal.SIGKILL

    return run


def again(platform, user, **changes):
    """Announce a user once more, with changes."""
    kept = ("username", "token", "password", "created_at")
    told = {name: getattr(user, name) for name in kept}
    return platform.user(user.id, **{**told, **changes})


class TestPowerCuts:
    """Files are not synced one by one: what was lost is made again."""

    @pytest.fixture
    def user(self, platform):
        user = platform.user(status=Status.INACTIVE)
        platform.render()
        return user

    @pytest.fixture(params=["facts", "keys"])
    def shard(self, request, user):
        if request.param == "facts":
            return shard_of_user(user.id)
        return shard_of_key(token_name(user.token))

    @pytest.mark.parametrize("left", [None, 0, 30, -1])
    def test_a_file_that_was_lost_cut_or_emptied(self, platform, shard, left):
        whole = platform.blobs.read(shard)
        platform.blobs.remove(shard)
        if left is not None:
            platform.blobs.write(shard, whole[:left])

        assert mark_differing(platform.database, platform.blobs) == 1
        platform.render()

        assert platform.blobs.read(shard) == whole

    def test_a_file_that_is_as_it_was_before_the_last_change(self, platform, user):
        shard = shard_of_user(user.id)
        before = platform.blobs.read(shard)
        again(platform, user, status=Status.ACTIVE)
        platform.render()
        platform.blobs.write(shard, before)
        assert not platform.fact(user).is_active

        mark_differing(platform.database, platform.blobs)
        platform.render()

        assert platform.fact(user).is_active

    def test_a_file_of_users_that_are_gone(self, platform, user):
        shard = shard_of_user(user.id)
        before = platform.blobs.read(shard)
        again(platform, user, status=Status.DELETED)
        platform.render()
        platform.blobs.write(shard, before)

        mark_differing(platform.database, platform.blobs)
        platform.render()

        assert platform.blobs.read(shard) == packed([])

    def test_nothing_is_written_again_that_is_right(self, platform, user):
        assert mark_differing(platform.database, platform.blobs) == 0
        assert write_stale(platform.database, platform.blobs) == 0


class TestDeaths:
    def test_between_file_and_commit_what_the_file_says_is_not_lost(
        self, platform, kill_while_writing
    ):
        user = platform.user()
        note_due(platform.database)

        kill_while_writing()
        before = platform.announced("access_changed")
        assert platform.fact(user) is not None
        platform.render()

        assert platform.fact(user) is not None
        assert before == []
        keys = keys_of(platform.fact(user))
        assert set(keys) <= {
            key for said in platform.announced("access_changed") for key in said["keys"]
        }

    def test_a_change_taken_back_before_the_next_worker_comes(
        self, platform, kill_while_writing
    ):
        user = platform.user()
        platform.render()
        again(platform, user, status=Status.INACTIVE)
        note_due(platform.database)
        kill_while_writing()
        assert not platform.fact(user).is_active

        again(platform, user, status=Status.ACTIVE)
        platform.render()

        assert platform.fact(user).is_active

    def test_between_row_and_file(self, platform):
        user = platform.user()
        note_due(platform.database)
        assert platform.fact(user) is None

        platform.render()

        assert platform.fact(user) is not None


def test_of_two_workers_one_writes_a_shard(platform):
    platform.user()
    note_due(platform.database)

    with platform.database.transaction() as one:
        claimed = shards._claimed(one.session, 10)
        with platform.database.transaction() as two:
            assert shards._claimed(two.session, 10) == []
    assert len(claimed) == 3

    assert write_stale(platform.database, platform.blobs) == 3


def test_what_changes_while_a_shard_is_written_is_written_next(platform):
    user = platform.user()
    note_due(platform.database)

    class Meanwhile(type(platform.blobs)):
        def write_remakable(self, contents):
            again(platform, user, status=Status.INACTIVE)
            note_due(platform.database)
            super().write_remakable(contents)

    write_stale(platform.database, Meanwhile(platform.tools.settings.blob_url))
    assert platform.fact(user).is_active

    platform.render()
    assert not platform.fact(user).is_active


def test_who_has_just_bought_does_not_wait_for_all_others(platform):
    with platform.database.transaction() as work:
        refresh_access(work, *(new_id() for _ in range(500)))
    platform.clock.forward(seconds=1)
    user = platform.user()

    note_due(platform.database, limit=access.AHEAD + 50)
    write_stale(platform.database, platform.blobs)

    assert platform.fact(user) is not None
    with platform.database.transaction() as work:
        waiting = "SELECT count(*) FROM access_files WHERE due_at IS NOT NULL"
        assert work.session.scalar(text(waiting)) > 0


def test_many_changes_are_announced_in_few_events_of_bounded_length(platform):
    with platform.database.transaction() as work:
        rows = [
            {"user_id": new_id(), "version": 0, "names": [], "fact": None}
            for _ in range(KEYS_AN_EVENT)
        ]
        work.session.execute(insert(AccessFile), rows)
        work.session.execute(
            text(
                "UPDATE access_files SET fact = '{}', names = jsonb_build_array("
                "'access/token/00/000' || user_id || '.json',"
                " 'access/username/00/000' || user_id || '.json')"
            )
        )

    while write_due(platform.database, platform.blobs):
        pass

    told = platform.announced("access_changed")
    assert max(len(said["keys"]) for said in told) == KEYS_AN_EVENT
    assert len({key for said in told for key in said["keys"]}) == 2 * KEYS_AN_EVENT
    assert len(told) < KEYS_AN_EVENT / 5


class TestRollOut:
    def test_what_yesterdays_worker_writes_beside_this_one_is_seen(self, platform):
        user = platform.user()
        platform.render()
        yesterdays = (
            "UPDATE access_files SET version = version + 1, due_at = NULL,"
            " fact = jsonb_set(fact, '{is_active}', 'false')"
        )

        with platform.database.transaction() as work:
            work.session.execute(text(yesterdays))
        platform.render()

        assert not platform.fact(user).is_active

    def test_the_migration_has_every_fact_written_into_its_shards(
        self, platform, settings
    ):
        users = [platform.user() for _ in range(3)]
        platform.render()
        alembic = configuration("playlists", settings.database_uri)
        command.downgrade(alembic, "0014")
        for name, _ in list(platform.blobs.names("access")):
            platform.blobs.remove(name)

        command.upgrade(alembic, "head")
        assert platform.fact(users[0]) is None
        platform.render()

        assert all(platform.fact(user) is not None for user in users)

    def test_single_files_of_before_go_once_every_shard_is_written(self, platform):
        user = platform.user()
        platform.render()
        single = token_name(user.token)
        platform.blobs.write(single, b"{}")
        long_ago = (platform.clock.now() - GRACE * 2).timestamp()
        for name, _ in list(platform.blobs.names("access")):
            os.utime(platform.blobs._path(name), (long_ago, long_ago))
        again(platform, user, status=Status.INACTIVE)
        note_due(platform.database)
        assert due_shards(platform) == 1

        collect(platform.database, platform.blobs)
        assert platform.blobs.has(single)
        platform.render()
        collect(platform.database, platform.blobs)

        assert due_shards(platform) == 0
        assert not platform.blobs.has(single)
        assert not platform.fact(user).is_active


def due_shards(platform):
    """How many changes wait to be written, as who watches is told."""
    with platform.database.transaction() as work:
        return next(watching.shards(work)).value


class TestForm:
    def test_what_is_packed_is_found(self):
        shard = packed([("a", "1"), ("b", "2"), ("a", "3"), ("aa", "4")])

        assert entries_in(shard, "a") == [b"1", b"3"]
        assert entries_in(shard, "b") == [b"2"]
        assert entries_in(shard, "c") == []

    @pytest.mark.parametrize("cut", [b"", b"access 1\n", b"access 1\na 1\n", b"\0" * 9])
    def test_what_is_not_whole_is_refused(self, cut):
        with pytest.raises(DamagedShard):
            entries_in(cut, "a")
