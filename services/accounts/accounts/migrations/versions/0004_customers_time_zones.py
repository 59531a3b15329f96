"""A customer's time zone stands on its own row, too: players are told it.

An account that bears the name of a deleted login bears that of another one.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column(
        "customers",
        sa.Column("time_zone", sa.Text(), server_default="", nullable=False),
    )
    op.execute(
        "UPDATE customers SET time_zone = accounts.time_zone FROM accounts"
        " WHERE accounts.id = customers.id AND accounts.time_zone <> ''"
    )
    op.execute(
        "UPDATE accounts SET username = living.username FROM ("
        " SELECT DISTINCT ON (account_id) account_id, username FROM logins"
        " WHERE status <> 'deleted' ORDER BY account_id, id) living"
        " WHERE living.account_id = accounts.id AND accounts.kind <> 'customer'"
        " AND EXISTS (SELECT FROM logins WHERE logins.username = accounts.username"
        " AND logins.status = 'deleted')"
    )


def downgrade() -> None:
    op.drop_column("customers", "time_zone")
