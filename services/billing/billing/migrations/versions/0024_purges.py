"""Whose data is being deleted, or was; a purge alone may remove what is booked."""

from alembic import op

from lineup.command.migrations import create_purges

revision = "0024"
down_revision = "0023"

REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN{allowed}
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""
ALLOWED = """
    IF TG_OP = 'DELETE' AND current_setting('lineup.purging', true) = 'on' THEN
        RETURN NULL;
    END IF;"""


def upgrade() -> None:
    create_purges()
    op.execute(REFUSE.format(allowed=ALLOWED))


def downgrade() -> None:
    op.execute(REFUSE.format(allowed=""))
    op.drop_table("purges")
