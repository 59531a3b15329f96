"""Sellers may be postpaid: they pay with Credits that their partner gave them."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

KINDS = "owner_kind IN ('customer', 'partner', 'seller')"
PURPOSES = (
    "account_purpose IN ('balance', 'cash', 'income', 'refund', 'written_off',"
    " 'clearing', 'issued')"
)
KINDS_BEFORE = "owner_kind IN ('customer', 'partner', 'reseller', 'dealer')"
PURPOSES_BEFORE = PURPOSES.replace(", 'issued'", "")


def upgrade() -> None:
    op.create_table(
        "credits_currency",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("partner_id", name="pk_credits_currency"),
    )
    op.create_table(
        "seller_terms",
        sa.Column("seller_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("type IN ('postpaid')", name=op.f("ck_seller_terms_type")),
        sa.PrimaryKeyConstraint("seller_id", name="pk_seller_terms"),
    )
    op.create_index("ix_seller_terms_partner_id", "seller_terms", ["partner_id"])
    op.add_column("plan", sa.Column("credits_minor", sa.BigInteger()))
    op.create_check_constraint(op.f("ck_plan_credits"), "plan", "credits_minor >= 0")
    discount = sa.Column(
        "discount_percent", sa.BigInteger(), nullable=False, server_default="0"
    )
    op.add_column("seller_prices", discount)
    op.create_check_constraint(
        op.f("ck_seller_prices_discount"),
        "seller_prices",
        "discount_percent BETWEEN 0 AND 100",
    )
    _check_wallets(KINDS, PURPOSES)


def downgrade() -> None:
    _check_wallets(KINDS_BEFORE, PURPOSES_BEFORE)
    op.drop_column("seller_prices", "discount_percent")
    op.drop_column("plan", "credits_minor")
    op.drop_table("seller_terms")
    op.drop_table("credits_currency")


def _check_wallets(kinds: str, purposes: str) -> None:
    for name, rule in (("owner_kind", kinds), ("account_purpose", purposes)):
        op.drop_constraint(op.f(f"ck_wallet_{name}"), "wallet")
        op.create_check_constraint(op.f(f"ck_wallet_{name}"), "wallet", rule)
