"""Channels exchange their numbers in one statement.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
NAME = "uq_channels_partner_id"
COLUMNS = ["partner_id", "number"]


def upgrade() -> None:
    """Have the number's uniqueness looked at after a statement, not after each row."""
    op.drop_constraint(NAME, "channels")
    op.create_unique_constraint(
        NAME, "channels", COLUMNS, deferrable=True, initially="IMMEDIATE"
    )


def downgrade() -> None:
    op.drop_constraint(NAME, "channels")
    op.create_unique_constraint(NAME, "channels", COLUMNS)
