"""Sellers have a limit of trials per day; `lineup accounts resync` fills it in."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    column: sa.Column[int] = sa.Column(
        "most_trials_per_day", sa.BigInteger(), nullable=True
    )
    op.add_column("account_copy", column)


def downgrade() -> None:
    op.drop_column("account_copy", "most_trials_per_day")
