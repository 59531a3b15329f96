"""Resellers and dealers have price lists: what they may sell, and for how much."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_table(
        "seller_prices",
        sa.Column("seller_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_seller_prices_price")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name="fk_seller_prices_plan_id_plan"
        ),
        sa.PrimaryKeyConstraint("seller_id", "plan_id", name="pk_seller_prices"),
    )
    op.create_index("ix_seller_prices_plan_id", "seller_prices", ["plan_id"])


def downgrade() -> None:
    op.drop_table("seller_prices")
