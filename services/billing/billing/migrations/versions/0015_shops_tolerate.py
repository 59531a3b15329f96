"""A shop says how much less than a plan costs is served all the same."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column(
        "shop_connection",
        sa.Column(
            "tolerance_percent", sa.BigInteger(), nullable=False, server_default="0"
        ),
    )


def downgrade() -> None:
    op.drop_column("shop_connection", "tolerance_percent")
