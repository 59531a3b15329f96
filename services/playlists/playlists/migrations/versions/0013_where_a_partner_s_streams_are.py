"""A partner says where its streaming servers are, and whether sessions go on.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lineup.database.changes import forget_changes, note_changes

revision = "0013"
down_revision = "0012"
TABLE = "partner_outputs"


def upgrade() -> None:
    for column in (
        sa.Column(
            "session_is_renewed", sa.Boolean(), nullable=False, server_default=sa.true()
        ),
        sa.Column(
            "stream_hosts", JSONB(), nullable=False, server_default=sa.text("'[]'")
        ),
    ):
        op.add_column(TABLE, column)
    note_changes(op, TABLE)


def downgrade() -> None:
    forget_changes(op, TABLE)
    op.drop_column(TABLE, "stream_hosts")
    op.drop_column(TABLE, "session_is_renewed")
