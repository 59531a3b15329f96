"""Jobs take turns, and customers that cannot be done are put off alone.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.add_column("account_jobs", sa.Column("worked_at", instant, nullable=True))
    op.add_column("account_jobs", sa.Column("next_try_at", instant, nullable=True))
    op.add_column(
        "account_jobs",
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.add_column(
        "account_jobs",
        sa.Column("failing", postgresql.JSONB(), server_default="[]", nullable=False),
    )


def downgrade() -> None:
    for column in ("failing", "tries", "next_try_at", "worked_at"):
        op.drop_column("account_jobs", column)
