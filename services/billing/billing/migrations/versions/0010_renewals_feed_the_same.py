"""Orders remember the shop's customer and subscription, seats the buyer's device."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for name in ("shop_customer_id", "subscription_id"):
        column = sa.Column(name, sa.Text(), server_default="", nullable=False)
        op.add_column("shop_order", column)
        op.create_index(
            f"ix_shop_order_{name}",
            "shop_order",
            ["shop_id", name],
            postgresql_where=sa.text(f"{name} <> ''"),
        )
    renewal: sa.Column[bool] = sa.Column(
        "is_renewal", sa.Boolean(), server_default=sa.text("false"), nullable=False
    )
    op.add_column("shop_order", renewal)
    mac = sa.Column("device_mac", sa.Text(), server_default="", nullable=False)
    op.add_column("shop_seat", mac)
    op.create_index(
        "ix_customer_copy_email_lower",
        "customer_copy",
        [sa.literal_column("lower(email)").label("lowered")],
        postgresql_where=sa.text("email <> ''"),
    )


def downgrade() -> None:
    op.drop_index("ix_customer_copy_email_lower", "customer_copy")
    op.drop_column("shop_seat", "device_mac")
    op.drop_column("shop_order", "is_renewal")
    for name in ("subscription_id", "shop_customer_id"):
        op.drop_index(f"ix_shop_order_{name}", "shop_order")
        op.drop_column("shop_order", name)
