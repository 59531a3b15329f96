"""A shop's old secret ends 24 hours after it was changed."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

END_TOMORROW = """
UPDATE shop_connection SET previous_secret_ends_at = now() + interval '24 hours'
WHERE previous_secret IS NOT NULL
"""


def upgrade() -> None:
    ends_at: sa.Column[datetime] = sa.Column(
        "previous_secret_ends_at", sa.DateTime(timezone=True), nullable=True
    )
    op.add_column("shop_connection", ends_at)
    op.execute(END_TOMORROW)


def downgrade() -> None:
    op.drop_column("shop_connection", "previous_secret_ends_at")
