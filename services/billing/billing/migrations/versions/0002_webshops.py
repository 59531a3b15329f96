"""Webshops: connections, deliveries, orders, seats, effects."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_shop_connection()
    create_shop_delivery()
    create_shop_order()
    create_shop_seat()
    create_shop_effect()


def downgrade() -> None:
    for table in (
        "shop_effect",
        "shop_seat",
        "shop_order",
        "shop_delivery",
        "shop_connection",
    ):
        op.drop_table(table)


def create_shop_connection() -> None:
    op.create_table(
        "shop_connection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("previous_secret", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("shop_domain", sa.Text(), nullable=False),
        sa.Column("accepts_low_amounts", sa.Boolean(), nullable=False),
        sa.Column(
            "refused_deliveries", sa.BigInteger(), server_default="0", nullable=False
        ),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shop_connection"),
    )
    op.create_index("ix_shop_connection_scope", "shop_connection", ["scope"])


def create_shop_delivery() -> None:
    op.create_table(
        "shop_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"],
            ["shop_connection.id"],
            name="fk_shop_delivery_shop_id_shop_connection",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shop_delivery"),
        sa.UniqueConstraint(
            "shop_id", "delivery_key", "digest", name="uq_shop_delivery"
        ),
    )
    op.create_index(
        "ix_shop_delivery_parked",
        "shop_delivery",
        ["shop_id"],
        postgresql_where=sa.text("state = 'parked'"),
    )
    op.create_index("ix_shop_delivery_received_at", "shop_delivery", ["received_at"])


def create_shop_order() -> None:
    op.create_table(
        "shop_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("buyer", JSONB(), nullable=False),
        sa.Column("standing", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", INSTANT, nullable=True),
        sa.Column("is_paid", sa.Boolean(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("is_deleted_at_shop", sa.Boolean(), nullable=False),
        sa.Column("exceptions", JSONB(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"],
            ["shop_connection.id"],
            name="fk_shop_order_shop_id_shop_connection",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shop_order"),
        sa.UniqueConstraint("shop_id", "external_id", name="uq_shop_order"),
    )
    op.create_index("ix_shop_order_scope", "shop_order", ["scope"])
    op.create_index("ix_shop_order_state", "shop_order", ["state"])


def create_shop_seat() -> None:
    op.create_table(
        "shop_seat",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["shop_order.id"], name="fk_shop_seat_order_id_shop_order"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shop_seat"),
        sa.UniqueConstraint("order_id", "line_id", "number", name="uq_shop_seat"),
    )


def create_shop_effect() -> None:
    op.create_table(
        "shop_effect",
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("external_order_id", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("lines", JSONB(), nullable=False),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.Column("applied_at", INSTANT, nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"],
            ["shop_connection.id"],
            name="fk_shop_effect_shop_id_shop_connection",
        ),
        sa.PrimaryKeyConstraint(
            "shop_id", "external_order_id", "effect", "refund_id", name="pk_shop_effect"
        ),
    )
