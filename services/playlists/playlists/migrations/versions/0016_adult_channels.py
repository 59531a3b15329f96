"""Who may see adult channels has a set of its own; everybody there is sees them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

KNOW_EVERYBODY = """
INSERT INTO customers (id, version, time_zone)
SELECT DISTINCT customer_id, 0, '' FROM users ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    for table in ("customers", "channel_sets"):
        column: sa.Column[bool] = sa.Column(
            "shows_adult", sa.Boolean(), server_default=sa.text("true"), nullable=False
        )
        op.add_column(table, column)
    op.execute(KNOW_EVERYBODY)


def downgrade() -> None:
    for table in ("channel_sets", "customers"):
        op.drop_column(table, "shows_adult")
