"""In the course of which request a message was queued, for the log line of its sending.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    column = sa.Column("request_id", sa.Text(), nullable=False, server_default="")
    op.add_column("delivery", column)


def downgrade() -> None:
    op.drop_column("delivery", "request_id")
