"""Subscriptions are suspended, for a cause and with a reason."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    suspended_at: sa.Column[datetime] = sa.Column(
        "suspended_at", sa.DateTime(timezone=True), nullable=True
    )
    op.add_column("subscription", suspended_at)
    for name in ("suspension_cause", "suspension_reason"):
        op.add_column(
            "subscription",
            sa.Column(name, sa.Text(), server_default="", nullable=False),
        )


def downgrade() -> None:
    for name in ("suspension_reason", "suspension_cause", "suspended_at"):
        op.drop_column("subscription", name)
