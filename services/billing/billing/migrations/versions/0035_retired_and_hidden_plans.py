"""Retired plans are renewed until a day; hidden ones are not offered to customers."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    until: sa.Column[datetime] = sa.Column(
        "renewable_until", sa.DateTime(timezone=True), nullable=True
    )
    op.add_column("plan", until)
    op.add_column(
        "plan",
        sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("plan", "is_hidden")
    op.drop_column("plan", "renewable_until")
