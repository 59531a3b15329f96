"""Tell what was stopped before its time from what came to its end."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

MARK_USERS = """
UPDATE users SET is_stopped = true FROM (
    SELECT DISTINCT ON (user_id) user_id, state FROM subscription_copies
    ORDER BY user_id, ends_at DESC, id
) AS last WHERE last.user_id = users.id AND last.state = 'stopped'
"""
MARK_CUSTOMERS = """
UPDATE customers SET is_stopped = true FROM (
    SELECT DISTINCT ON (customer_id) customer_id, is_stopped FROM users
    WHERE status <> 'deleted' ORDER BY customer_id, ends_at DESC, id
) AS last WHERE last.customer_id = customers.id AND last.is_stopped
"""


def upgrade() -> None:
    for table in ("users", "customers"):
        column: sa.Column[bool] = sa.Column(
            "is_stopped", sa.Boolean(), server_default=sa.text("false"), nullable=False
        )
        op.add_column(table, column)
    op.execute(MARK_USERS)
    op.execute(MARK_CUSTOMERS)


def downgrade() -> None:
    for table in ("users", "customers"):
        op.drop_column(table, "is_stopped")
