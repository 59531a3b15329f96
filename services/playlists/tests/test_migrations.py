from lineup.command.migrations import drift
from playlists.records import all_tables


def test_the_migrations_make_what_is_mapped(database):
    assert drift(database.engine, all_tables()) == []
