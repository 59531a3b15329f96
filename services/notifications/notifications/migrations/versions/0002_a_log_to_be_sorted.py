"""A log to be sorted and searched, which says whom a message was from.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SORTED = ("created_at", "receiver", "subject", "state")


def upgrade() -> None:
    op.add_column(
        "delivery", sa.Column("sender", sa.Text(), nullable=False, server_default="")
    )
    op.drop_index("ix_delivery_scope", table_name="delivery")
    op.create_index(
        "ix_delivery_scope",
        "delivery",
        ["scope"],
        postgresql_ops={"scope": "text_pattern_ops"},
    )
    for column in SORTED:
        op.create_index(f"ix_delivery_{column}", "delivery", [column, "id"])


def downgrade() -> None:
    for column in SORTED:
        op.drop_index(f"ix_delivery_{column}", table_name="delivery")
    op.drop_index("ix_delivery_scope", table_name="delivery")
    op.create_index("ix_delivery_scope", "delivery", ["scope"])
    op.drop_column("delivery", "sender")
