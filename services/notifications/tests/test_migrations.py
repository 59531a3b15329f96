"""Migrations and mapped classes say the same; what was kept before is kept rightly."""

from alembic import command
from sqlalchemy import create_engine, text

from lineup.command.migrations import configuration, drift
from notifications.templates.texts import MASK

OLD_LINE = """
INSERT INTO delivery (id, cause_id, partner_id, scope, template, receiver, subject,
  masked_body, state, urgency, tries, answer, created_at)
VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '/', 'credentials',
  'ana@example.org', 'Your TV', 'Link: https://tv.example/p/tOk-en_1.m3u8', 'sent', 0,
  1, '', now())
"""


def test_the_migrated_database_is_what_the_classes_say(fresh_database):
    uri = fresh_database("notifications").replace("://", "+psycopg2://", 1)

    assert drift(create_engine(uri), "notifications") == []


def test_links_in_lines_of_before_are_masked(empty_database):
    alembic = configuration("notifications", empty_database)
    engine = create_engine(empty_database.replace("://", "+psycopg2://", 1))
    command.upgrade(alembic, "0005")
    with engine.begin() as connection:
        connection.execute(text(OLD_LINE))

    command.upgrade(alembic, "0006")

    with engine.connect() as connection:
        kept = connection.execute(text("SELECT masked_body FROM delivery")).scalar()
    engine.dispose()
    assert kept == f"Link: https://tv.example/p/{MASK}.m3u8"
