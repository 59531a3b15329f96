"""End dates that staff sets: periods that were given, or cut."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.add_column(
        "subscription_period",
        sa.Column("is_odd", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    cut_from: sa.Column[datetime] = sa.Column(
        "cut_from", sa.DateTime(timezone=True), nullable=True
    )
    op.add_column("subscription_period", cut_from)
    op.add_column(
        "subscription_period",
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
    )


def downgrade() -> None:
    for name in ("reason", "cut_from", "is_odd"):
        op.drop_column("subscription_period", name)
