"""Users are found by the name an order gives them, deliveries by that they wait."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    username = sa.Column("username", sa.Text(), server_default="", nullable=False)
    op.add_column("user_copy", username)
    op.create_index(
        "ix_user_copy_username",
        "user_copy",
        ["username"],
        postgresql_where=sa.text("username <> ''"),
    )
    op.create_index(
        "ix_shop_delivery_stored",
        "shop_delivery",
        ["received_at"],
        postgresql_where=sa.text("state = 'stored'"),
    )


def downgrade() -> None:
    op.drop_index("ix_shop_delivery_stored", "shop_delivery")
    op.drop_index("ix_user_copy_username", "user_copy")
    op.drop_column("user_copy", "username")
