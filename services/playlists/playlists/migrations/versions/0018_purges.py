"""Whose data is being deleted, or was; and where each customer lies."""

import sqlalchemy as sa
from alembic import op

from lineup.command.migrations import create_purges

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    create_purges()
    op.add_column(
        "customers", sa.Column("scope", sa.Text(), nullable=False, server_default="")
    )
    op.execute(
        "UPDATE customers SET scope = users.scope FROM users"
        " WHERE users.customer_id = customers.id"
    )


def downgrade() -> None:
    op.drop_column("customers", "scope")
    op.drop_table("purges")
