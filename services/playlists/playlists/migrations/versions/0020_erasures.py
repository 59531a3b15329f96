"""Customers are erased: whose personal data goes, or has gone."""

from alembic import op

from lineup.command.migrations import create_erasures

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    create_erasures()


def downgrade() -> None:
    op.drop_table("erasures")
