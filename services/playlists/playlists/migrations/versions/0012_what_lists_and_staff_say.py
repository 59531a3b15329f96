"""What playlists say of streams, what staff said instead, and what an import did.

Revision ID: 0012
Revises: 0011
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
EMPTY_LIST = sa.text("'[]'")


def _columns() -> list[sa.Column[Any]]:
    def text(name: str, default: str = "") -> sa.Column[str]:
        return sa.Column(name, sa.Text(), nullable=False, server_default=default)

    def texts(name: str) -> sa.Column[list[str]]:
        return sa.Column(name, JSONB(), nullable=False, server_default=EMPTY_LIST)

    return [
        text("catchup", "shift"),
        text("catchup_source"),
        sa.Column("is_radio", sa.Boolean(), nullable=False, server_default="false"),
        texts("player_lines"),
        texts("said_by_staff"),
        sa.Column("listed", JSONB(), nullable=True),
        text("guide_name"),
        text("guide_name_key"),
        sa.Column("list_id", sa.Uuid(), nullable=True),
        sa.Column("vanished_at", sa.DateTime(timezone=True), nullable=True),
    ]


def upgrade() -> None:
    for column in _columns():
        op.add_column("channels", column)
    op.add_column("jobs", sa.Column("result", JSONB(), nullable=True))
    op.create_table(
        "channel_lists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_channel_lists"),
    )
    op.create_index("ix_channel_lists_partner_id", "channel_lists", ["partner_id"])
    op.create_table(
        "import_changes",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("before", JSONB(), nullable=True),
        sa.Column("put_into", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", "channel_id", name="pk_import_changes"),
    )
    op.create_index("ix_import_changes_partner_id", "import_changes", ["partner_id"])


def downgrade() -> None:
    op.drop_table("import_changes")
    op.drop_table("channel_lists")
    op.drop_column("jobs", "result")
    for column in reversed(_columns()):
        op.drop_column("channels", column.name)
