"""Customers bear the ids that other systems call them by."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

NAMED = "external_id <> '' AND status <> 'deleted' AND status <> 'trashed'"


def upgrade() -> None:
    column: sa.Column[str] = sa.Column(
        "external_id", sa.Text(), server_default="", nullable=False
    )
    op.add_column("customers", column)
    op.create_index(
        "uq_customers_external_id",
        "customers",
        ["partner_id", "external_id"],
        unique=True,
        postgresql_where=sa.text(NAMED),
    )


def downgrade() -> None:
    op.drop_index("uq_customers_external_id", "customers")
    op.drop_column("customers", "external_id")
