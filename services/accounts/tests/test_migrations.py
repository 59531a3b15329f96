from lineup.command.migrations import drift


def test_the_migrations_make_what_the_classes_say(engine):
    assert drift(engine, "accounts") == []
