"""Shops are asked for orders that they did not deliver."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

TEXTS = ("api_key", "api_secret")
MOMENTS = ("asked_until", "ask_at", "asked_at")
SAID = ("api_address", "asking_problem")


def upgrade() -> None:
    for name in TEXTS:
        op.add_column("shop_connection", sa.Column(name, sa.Text()))
    for name in MOMENTS:
        moment = sa.DateTime(timezone=True)
        op.add_column("shop_connection", sa.Column(name, moment))
    for name in SAID:
        op.add_column(
            "shop_connection",
            sa.Column(name, sa.Text(), nullable=False, server_default=""),
        )
    op.add_column(
        "shop_connection",
        sa.Column(
            "asking_failures", sa.BigInteger(), nullable=False, server_default="0"
        ),
    )
    op.create_index(
        "ix_shop_connection_ask_at",
        "shop_connection",
        ["ask_at"],
        postgresql_where=sa.text("ask_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_shop_connection_ask_at", "shop_connection")
    for name in (*TEXTS, *MOMENTS, *SAID, "asking_failures"):
        op.drop_column("shop_connection", name)
