from accounts.tables import all_tables
from lineup.command.migrations import drift


def test_the_migrations_make_what_the_classes_say(engine):
    assert drift(engine, all_tables()) == []
