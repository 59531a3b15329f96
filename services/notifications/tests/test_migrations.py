"""Migrations and mapped classes say the same."""

from sqlalchemy import create_engine

from lineup.command.migrations import drift


def test_the_migrated_database_is_what_the_classes_say(fresh_database):
    uri = fresh_database("notifications").replace("://", "+psycopg2://", 1)

    assert drift(create_engine(uri), "notifications") == []
