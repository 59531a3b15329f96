from concurrent.futures import ThreadPoolExecutor

from alembic import command
from sqlalchemy import select, text

from lineup.command.migrations import configuration, drift
from lineup.ids import new_id
from lineup.testing.blocking import wait_until_blocked
from playlists.channels.finding import new_channel
from playlists.channels.models import Channel, ImportChange
from playlists.channels.naming import name_keys
from playlists.entitlements.operations import upsert_users
from playlists.owners import Owner

from .conftest import PARTNER, details
from .test_entitlements import a_user


def test_the_migrations_make_what_is_mapped(database):
    assert drift(database.engine, "playlists") == []


def test_guide_names_of_before_are_compared_strictly(database, settings):
    east, west = "News (East)", "News (West) HD"
    befores = [
        {"guide_name": west, "guide_name_key": name_keys(west).loose},
        {"guide_name_key": name_keys(east).loose},
        {"name": "X"},
        None,
    ]
    with database.transaction() as work:
        channels = [new_channel(work, Owner(PARTNER), details(n)) for n in (1, 2)]
        channels[0].guide_name = east
        channels[0].guide_name_key = name_keys(east).loose
        changes = [
            ImportChange(
                job_id=new_id(),
                channel_id=channels[0].id,
                partner_id=PARTNER,
                before=before,
            )
            for before in befores
        ]
        work.session.add_all([*channels, *changes])

    alembic = configuration("playlists", settings.database_uri)
    command.downgrade(alembic, "0013")
    command.upgrade(alembic, "0014")

    strictly = [name_keys(name).strict for name in (east, west)]
    with database.transaction() as work:
        keys = select(Channel.guide_name_key).order_by(Channel.number)
        assert work.session.scalars(keys).all() == [strictly[0], ""]
        kept = [
            work.session.get_one(ImportChange, (change.job_id, change.channel_id))
            for change in changes
        ]
        assert [change.before for change in kept] == [
            {"guide_name": west, "guide_name_key": strictly[1]},
            {"guide_name_key": strictly[0]},
            {"name": "X"},
            None,
        ]


def test_indexes_of_access_facts_are_made_while_others_write(database, settings):
    alembic = configuration("playlists", settings.database_uri)
    command.downgrade(alembic, "0014")
    with ThreadPoolExecutor() as threads:
        with database.transaction() as busy:
            upsert_users(busy, [a_user(busy)])
            upgrade = threads.submit(command.upgrade, alembic, "head")
            wait_until_blocked(database.engine)
            with database.transaction() as work:
                upsert_users(work, [a_user(work)])
        upgrade.result(timeout=60)

    with database.transaction() as work:
        valid = "SELECT bool_and(indisvalid) FROM pg_index"
        assert work.session.scalar(text(valid))
    assert drift(database.engine, "playlists") == []
