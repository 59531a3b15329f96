"""Access facts lie in shards: files that are made of many rows each.

What is there is marked, so that the worker writes every shard once. Yesterday's worker
may go on beside it: the trigger notes what that one changes, too, and the indexes are
made first, while it writes.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lineup.command.migrations import create_index_beside_writers

revision = "0015"
down_revision = "0014"
INDEXES = {
    "ix_access_files_shard": '"right"(user_id::text, 3)',
    "ix_access_files_by_token": "substr(names ->> 0, 17, 3)",
    "ix_access_files_by_username": "substr(names ->> 1, 20, 3)",
}
NOTE_STALE_SHARDS = """
CREATE FUNCTION note_stale_shards() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned jsonb := NEW.names;
BEGIN
    IF OLD.names <> NEW.names THEN
        concerned := OLD.names || NEW.names;
        INSERT INTO stale_shards (shard, keys)
        SELECT 'access/by-' || split_part(key, '/', 2) || '/'
            || left(split_part(key, '/', 4), 3), jsonb_build_array(key)
        FROM jsonb_array_elements_text(concerned) AS key;
    END IF;
    INSERT INTO stale_shards (shard, keys)
    VALUES ('access/facts/' || right(NEW.user_id::text, 3), concerned);
    RETURN NULL;
END $$
"""
ON_CHANGE = """
CREATE TRIGGER note_stale_shards AFTER UPDATE OF fact, names ON access_files
FOR EACH ROW
WHEN (OLD.fact IS DISTINCT FROM NEW.fact OR OLD.names IS DISTINCT FROM NEW.names)
EXECUTE FUNCTION note_stale_shards()
"""
MARK_ALL = """
INSERT INTO stale_shards (shard, keys)
SELECT shard, '[]' FROM (
    SELECT 'access/facts/' || right(user_id::text, 3) AS shard FROM access_files
    UNION SELECT 'access/by-token/' || substr(names ->> 0, 17, 3) FROM access_files
    UNION SELECT 'access/by-username/' || substr(names ->> 1, 20, 3) FROM access_files
) AS all_shards WHERE shard IS NOT NULL ORDER BY shard
"""


def upgrade() -> None:
    for name, expression in INDEXES.items():
        create_index_beside_writers(name, "access_files", sa.text(expression))
    op.create_table(
        "stale_shards",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("shard", sa.Text(), nullable=False),
        sa.Column("keys", JSONB(), nullable=False),
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            server_default=sa.func.clock_timestamp(),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stale_shards"),
    )
    op.create_index("ix_stale_shards_shard", "stale_shards", ["shard"])
    op.execute(NOTE_STALE_SHARDS)
    op.execute(ON_CHANGE)
    op.execute(MARK_ALL)


def downgrade() -> None:
    op.execute("DROP TRIGGER note_stale_shards ON access_files")
    op.execute("DROP FUNCTION note_stale_shards()")
    for name in INDEXES:
        op.drop_index(name, "access_files")
    op.drop_table("stale_shards")
