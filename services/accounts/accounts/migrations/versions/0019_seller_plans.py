"""Sellers have named limits."""

import sqlalchemy as sa
from alembic import op

from lineup.database.changes import forget_changes, note_changes

revision = "0019"
down_revision = "0018"

LIMITS = ("most_customers", "most_users", "most_trials_per_day")
FOREIGN_KEY = "fk_accounts_seller_plan_id_seller_plans"


def upgrade() -> None:
    op.create_table(
        "seller_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        *(sa.Column(limit, sa.BigInteger(), nullable=True) for limit in LIMITS),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_seller_plans"),
    )
    op.create_index("ix_seller_plans_scope", "seller_plans", ["scope"])
    op.create_index(
        "uq_seller_plans_name", "seller_plans", ["partner_id", "name_key"], unique=True
    )
    note_changes(op, "seller_plans")
    op.add_column("accounts", sa.Column("seller_plan_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        FOREIGN_KEY, "accounts", "seller_plans", ["seller_plan_id"], ["id"]
    )
    op.create_index(
        "ix_accounts_seller_plan_id",
        "accounts",
        ["seller_plan_id"],
        postgresql_where=sa.text("seller_plan_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_accounts_seller_plan_id", "accounts")
    op.drop_constraint(FOREIGN_KEY, "accounts", type_="foreignkey")
    op.drop_column("accounts", "seller_plan_id")
    forget_changes(op, "seller_plans")
    op.drop_table("seller_plans")
