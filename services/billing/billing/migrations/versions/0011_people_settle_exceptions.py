"""People settle exceptions; shops have more to be set; payments are disputed."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"

TEXTS: dict[str, tuple[str, ...]] = {"shop_delivery": ("note", "closed_by")}
SWITCHES: dict[str, tuple[str, ...]] = {
    "shop_connection": ("suspends_disputed",),
    "shop_order": ("is_accepted", "holds_users_back"),
}
LISTS = {"shop_connection": ("ignored_skus", "[]"), "shop_order": ("disputes", "{}")}


def upgrade() -> None:
    for table, names in TEXTS.items():
        for name in names:
            _add(table, name, sa.Text(), "")
    for table, names in SWITCHES.items():
        for name in names:
            _add(table, name, sa.Boolean(), sa.text("false"))
    for table, (name, empty) in LISTS.items():
        _add(table, name, JSONB(), sa.text(f"'{empty}'"))
    _add("shop_connection", "other_product", sa.Text(), "list")
    op.create_table(
        "shop_closing",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "order_id", sa.Uuid(), sa.ForeignKey("shop_order.id"), nullable=False
        ),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("exception", "settlement", "note", "closed_by")
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hides", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_shop_closing_order_id", "shop_closing", ["order_id"])
    op.create_index(
        "ix_shop_seat_scheduled",
        "shop_seat",
        ["id"],
        postgresql_where=sa.text("state = 'scheduled'"),
    )


def downgrade() -> None:
    op.drop_index("ix_shop_seat_scheduled", "shop_seat")
    op.drop_table("shop_closing")
    op.drop_column("shop_connection", "other_product")
    for table, (name, _) in LISTS.items():
        op.drop_column(table, name)
    for columns in (SWITCHES, TEXTS):
        for table, names in columns.items():
            for name in names:
                op.drop_column(table, name)


def _add(table: str, name: str, kind: Any, empty: Any) -> None:
    column: sa.Column[Any] = sa.Column(name, kind, server_default=empty, nullable=False)
    op.add_column(table, column)
