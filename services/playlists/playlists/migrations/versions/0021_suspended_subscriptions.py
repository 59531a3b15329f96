"""A suspended subscription grants nothing until it is lifted."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column(
        "subscriptions",
        sa.Column(
            "is_suspended", sa.Boolean(), server_default=sa.false(), nullable=False
        ),
    )


def downgrade() -> None:
    op.drop_column("subscriptions", "is_suspended")
