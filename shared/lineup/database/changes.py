"""When a row last changed: kept by the database itself, whoever changes it.

A trigger notes it, so that no statement in bulk and no function of the database can
forget to. A change that leaves a row as it was is none, nor is a new number of the
version that other services are told.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import FetchedValue, func
from sqlalchemy.orm import Mapped, mapped_column, object_session

NOTE_CHANGE = """
CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - 'version' IS DISTINCT FROM to_jsonb(NEW) - 'version' THEN
        NEW.updated_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$
"""
DROP_FUNCTION = """
DO $$ BEGIN
    DROP FUNCTION note_change();
EXCEPTION WHEN dependent_objects_still_exist THEN
    NULL;  -- other tables note their changes still
END $$
"""
ADD_COLUMN = """
ALTER TABLE {table} ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now()
"""
ADD_TRIGGER = """
CREATE TRIGGER note_change BEFORE UPDATE ON {table} FOR EACH ROW
WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION note_change()
"""


class Timestamped:
    """A row that says when it last changed."""

    updated_at: Mapped[datetime] = mapped_column(
        server_default=func.now(), server_onupdate=FetchedValue()
    )

    @property
    def last_change(self) -> datetime:
        """When it last changed, what this transaction changes included."""
        if (session := object_session(self)) is not None:
            session.flush()
        return self.updated_at


def note_changes(op: Any, *tables: str) -> None:
    """Let tables note from now on when each row changes; for a migration."""
    op.execute(NOTE_CHANGE)
    for table in tables:
        op.execute(ADD_COLUMN.format(table=table))
        op.execute(ADD_TRIGGER.format(table=table))


def forget_changes(op: Any, *tables: str) -> None:
    """Let tables note it no longer; for a migration taken back."""
    for table in tables:
        op.execute(f"DROP TRIGGER note_change ON {table}")
        op.drop_column(table, "updated_at")
    op.execute(DROP_FUNCTION)
