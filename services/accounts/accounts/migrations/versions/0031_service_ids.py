"""Partners with a service ID have usernames of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("service_id", sa.Text(), nullable=True))
    op.create_unique_constraint("uq_accounts_service_id", "accounts", ["service_id"])
    op.add_column("logins", sa.Column("business_id", sa.Uuid(), nullable=True))
    op.add_column(
        "reset_wishes",
        sa.Column("service", sa.Text(), server_default="", nullable=False),
    )
    op.drop_constraint("uq_logins_username", "logins")
    op.create_index(
        "uq_logins_username",
        "logins",
        ["username", "business_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )


def downgrade() -> None:
    op.drop_index("uq_logins_username", "logins")
    op.create_unique_constraint("uq_logins_username", "logins", ["username"])
    op.drop_column("reset_wishes", "service")
    op.drop_column("logins", "business_id")
    op.drop_constraint("uq_accounts_service_id", "accounts")
    op.drop_column("accounts", "service_id")
