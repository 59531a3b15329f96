"""How often a rendering or a fact failed in a row.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
TABLES = ("channel_sets", "access_files")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(
            table,
            sa.Column("failures", sa.BigInteger(), nullable=False, server_default="0"),
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "failures")
