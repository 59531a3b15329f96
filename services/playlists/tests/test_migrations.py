from lineup.command.migrations import drift


def test_the_migrations_make_what_is_mapped(database):
    assert drift(database.engine, "playlists") == []
