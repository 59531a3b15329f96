"""Periods that an order of another product stopped remember what took their place."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column(
        "subscription_period",
        sa.Column("gave_way_to", sa.Uuid(), sa.ForeignKey("subscription.id")),
    )
    op.create_index(
        "ix_subscription_period_gave_way_to",
        "subscription_period",
        ["gave_way_to"],
        postgresql_where=sa.text("gave_way_to IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_subscription_period_gave_way_to", "subscription_period")
    op.drop_column("subscription_period", "gave_way_to")
