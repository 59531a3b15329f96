"""Orders of which it is noted that their customer's personal data is erased.

What was erased before is gone through once more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    column: sa.Column[bool] = sa.Column(
        "is_erased", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("shop_order", column)
    op.execute("UPDATE erasures SET due_at = coalesce(due_at, now()), sweeps = 0")


def downgrade() -> None:
    op.drop_column("shop_order", "is_erased")
