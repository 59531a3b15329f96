"""When a job was last begun (partners take turns by it), and how often a fetch failed.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("begun_at", sa.DateTime(timezone=True)))
    op.create_index("ix_jobs_begun_at", "jobs", ["partner_id", "begun_at"])
    op.add_column(
        "guide_sources",
        sa.Column("failures", sa.BigInteger(), nullable=False, server_default="0"),
    )


def downgrade() -> None:
    op.drop_column("guide_sources", "failures")
    op.drop_index("ix_jobs_begun_at", "jobs")
    op.drop_column("jobs", "begun_at")
