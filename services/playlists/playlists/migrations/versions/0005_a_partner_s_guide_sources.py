"""Guide sources are found by their partner.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
NAME = "ix_guide_sources_partner_id"


def upgrade() -> None:
    op.create_index(NAME, "guide_sources", ["partner_id"])


def downgrade() -> None:
    op.drop_index(NAME, "guide_sources")
