"""Accounts of partners and sellers have users themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    no = sa.text("false")
    column: sa.Column[bool] = sa.Column(
        "is_own", sa.Boolean(), server_default=no, nullable=False
    )
    op.add_column("customers", column)
    op.create_index(
        "uq_customers_own",
        "customers",
        ["seller_id"],
        unique=True,
        postgresql_where=sa.text("is_own AND status <> 'deleted'"),
    )


def downgrade() -> None:
    op.drop_index("uq_customers_own", "customers")
    op.drop_column("customers", "is_own")
