"""A partner says how long a grant to watch is good for, and for whom.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
TABLE = "partner_outputs"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("session_minutes", sa.BigInteger()))
    op.add_column(
        TABLE,
        sa.Column(
            "session_is_bound", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )


def downgrade() -> None:
    op.drop_column(TABLE, "session_is_bound")
    op.drop_column(TABLE, "session_minutes")
