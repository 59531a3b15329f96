"""Whose data is being deleted, or was."""

from alembic import op

from lineup.command.migrations import create_purges

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    create_purges()


def downgrade() -> None:
    op.drop_table("purges")
