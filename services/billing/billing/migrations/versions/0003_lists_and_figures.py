"""What lists and figures are sorted by, who sold and stopped, shops switched off."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

PERIOD_TEXTS = ("closed_by", "close_reason", "sold_by")
SAY_WHEN = """
UPDATE subscription_period AS period SET refunded_at = transfer.created_at
FROM transfer WHERE transfer.id = period.refund_transfer_id
"""
CUSTOMERS_ONLY = sa.text("NOT is_system")
INDEXES = (
    "ix_subscription_ends_at",
    "ix_subscription_started_at",
    "ix_subscription_period_subscription_id",
    "ix_subscription_period_created_at",
    "ix_subscription_period_refunded_at",
    "ix_wallet_scope",
    "ix_wallet_balance",
    "ix_shop_order_shop_id",
    "ix_shop_order_number",
    "ix_shop_order_email",
    "ix_shop_order_customer_id",
    "ix_shop_order_exception",
)


def upgrade() -> None:
    for name in PERIOD_TEXTS:
        column = sa.Column(name, sa.Text(), server_default="", nullable=False)
        op.add_column("subscription_period", column)
    refunded_at: sa.Column[datetime] = sa.Column(
        "refunded_at", sa.DateTime(timezone=True), nullable=True
    )
    op.add_column("subscription_period", refunded_at)
    op.execute(SAY_WHEN)
    _index_subscriptions()
    _index_wallets()
    _change_shops()
    _index_orders()


def _index_subscriptions() -> None:
    op.create_index("ix_subscription_ends_at", "subscription", ["ends_at", "id"])
    op.create_index("ix_subscription_started_at", "subscription", ["started_at", "id"])
    periods = "subscription_period"
    op.create_index(
        "ix_subscription_period_subscription_id",
        periods,
        ["subscription_id", "starts_at"],
    )
    op.create_index("ix_subscription_period_created_at", periods, ["created_at", "id"])
    op.create_index(
        "ix_subscription_period_refunded_at",
        periods,
        ["refunded_at"],
        postgresql_where=sa.text("refunded_at IS NOT NULL"),
    )


def _index_wallets() -> None:
    op.create_index(
        "ix_wallet_scope",
        "wallet",
        ["scope"],
        postgresql_ops={"scope": "text_pattern_ops"},
        postgresql_where=CUSTOMERS_ONLY,
    )
    op.create_index(
        "ix_wallet_balance",
        "wallet",
        ["balance_minor", "id"],
        postgresql_where=CUSTOMERS_ONLY,
    )


def _change_shops() -> None:
    is_active: sa.Column[bool] = sa.Column(
        "is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False
    )
    op.add_column("shop_connection", is_active)
    op.add_column("shop_delivery", sa.Column("order_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_shop_delivery_order_id_shop_order",
        "shop_delivery",
        "shop_order",
        ["order_id"],
        ["id"],
    )
    op.create_index("ix_shop_delivery_shop_id", "shop_delivery", ["shop_id", "id"])
    op.create_index(
        "ix_shop_delivery_order_id",
        "shop_delivery",
        ["order_id"],
        postgresql_where=sa.text("order_id IS NOT NULL"),
    )


def _index_orders() -> None:
    op.create_index("ix_shop_order_shop_id", "shop_order", ["shop_id", "id"])
    op.create_index(
        "ix_shop_order_number",
        "shop_order",
        [sa.literal_column("lower(number)").label("lowered")],
        postgresql_ops={"lowered": "text_pattern_ops"},
    )
    op.create_index(
        "ix_shop_order_email",
        "shop_order",
        [sa.literal_column("lower(buyer ->> 'email')").label("lowered")],
        postgresql_ops={"lowered": "text_pattern_ops"},
    )
    op.create_index(
        "ix_shop_order_customer_id",
        "shop_order",
        ["customer_id"],
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_index(
        "ix_shop_order_exception",
        "shop_order",
        ["id"],
        postgresql_where=sa.text(
            "state = 'exception' OR jsonb_array_length(exceptions) > 0"
        ),
    )


def downgrade() -> None:
    for index in INDEXES:
        op.drop_index(index)
    op.drop_column("shop_delivery", "order_id")
    op.drop_column("shop_connection", "is_active")
    for name in (*PERIOD_TEXTS, "refunded_at"):
        op.drop_column("subscription_period", name)
    op.drop_index("ix_shop_delivery_shop_id")
