"""Channel sets, access facts and what a partner's output looks like.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _channel_sets()
    _access_files()
    _partner_outputs()


def _channel_sets() -> None:
    op.create_table(
        "channel_sets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("package_ids", postgresql.JSONB(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("render_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("manifest", postgresql.JSONB(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_sets")),
    )
    op.create_index("ix_channel_sets_partner_id", "channel_sets", ["partner_id"])
    op.create_index("ix_channel_sets_render_at", "channel_sets", ["render_at"])


def _access_files() -> None:
    op.create_table(
        "access_files",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("names", postgresql.JSONB(), nullable=False),
        sa.Column("fact", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_access_files")),
    )
    op.create_index("ix_access_files_due_at", "access_files", ["due_at"])


def _partner_outputs() -> None:
    op.create_table(
        "partner_outputs",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("guide_days_back", sa.BigInteger(), nullable=True),
        sa.Column("guide_days_ahead", sa.BigInteger(), nullable=False),
        sa.Column("stream_secret", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_partner_outputs")),
    )


def downgrade() -> None:
    op.drop_table("partner_outputs")
    op.drop_table("access_files")
    op.drop_table("channel_sets")
