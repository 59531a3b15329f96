"""Packages are offered to partners or to resellers."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.add_column(
        "partner_packages",
        sa.Column(
            "offered_to", sa.String(20), server_default="partners", nullable=False
        ),
    )


def downgrade() -> None:
    op.drop_column("partner_packages", "offered_to")
