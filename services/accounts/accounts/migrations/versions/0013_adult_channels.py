"""Customers say whether adult channels are shown; who is there sees them as before."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    column: sa.Column[bool] = sa.Column(
        "shows_adult", sa.Boolean(), server_default=sa.text("true"), nullable=False
    )
    op.add_column("customers", column)


def downgrade() -> None:
    op.drop_column("customers", "shows_adult")
