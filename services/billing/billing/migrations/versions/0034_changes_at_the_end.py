"""A subscription may change to another plan when it is renewed."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    next_plan_id: sa.Column[UUID] = sa.Column("next_plan_id", sa.Uuid(), nullable=True)
    op.add_column("subscription", next_plan_id)
    op.create_foreign_key(
        "fk_subscription_next_plan_id_plan",
        "subscription",
        "plan",
        ["next_plan_id"],
        ["id"],
    )


def downgrade() -> None:
    op.drop_column("subscription", "next_plan_id")
