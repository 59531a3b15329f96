"""Note of each row that callers see when it last changed."""

from alembic import op

from lineup.database.changes import forget_changes, note_changes

revision = "0012"
down_revision = "0011"

TABLES = (
    "product",
    "plan",
    "shop_connection",
    "shop_delivery",
    "shop_order",
    "wallet",
    "subscription",
    "subscription_period",
)


def upgrade() -> None:
    note_changes(op, *TABLES)


def downgrade() -> None:
    forget_changes(op, *TABLES)
