"""Orders know what they brought in and why not, seats what became of their line."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"

NO = sa.text("false")
NONE = sa.text("'[]'")
COLUMNS: tuple[tuple[str, str, Any, Any], ...] = (
    ("shop_connection", "paid_statuses", JSONB(), NONE),
    ("shop_order", "paid_minor", sa.BigInteger(), "0"),
    ("shop_order", "extras", JSONB(), NONE),
    ("shop_order", "problem", sa.Text(), ""),
    ("shop_order", "keeps_money", sa.Boolean(), NO),
    ("shop_order", "shop_parent_id", sa.Text(), ""),
    ("shop_order", "shop_key", sa.Text(), ""),
    ("shop_seat", "unreadable", sa.Text(), ""),
    ("shop_seat", "is_removed", sa.Boolean(), NO),
    ("shop_seat", "why_reversed", sa.Text(), ""),
    ("shop_effect", "purpose", sa.Text(), ""),
)


def upgrade() -> None:
    for table, name, kind, empty in COLUMNS:
        column: sa.Column[Any] = sa.Column(
            name, kind, server_default=empty, nullable=False
        )
        op.add_column(table, column)
    op.execute("UPDATE shop_order SET paid_minor = total_minor WHERE is_paid")
    op.create_index(
        "ix_shop_order_external_id", "shop_order", ["partner_id", "external_id"]
    )
    op.create_index(
        "ix_shop_order_shop_parent_id",
        "shop_order",
        ["shop_id", "shop_parent_id"],
        postgresql_where=sa.text("shop_parent_id <> ''"),
    )


def downgrade() -> None:
    op.drop_index("ix_shop_order_shop_parent_id", "shop_order")
    op.drop_index("ix_shop_order_external_id", "shop_order")
    for table, name, _, _ in COLUMNS:
        op.drop_column(table, name)
