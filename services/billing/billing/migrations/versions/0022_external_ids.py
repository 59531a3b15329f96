"""Products bear the ids that other systems call them by."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    column: sa.Column[str] = sa.Column(
        "external_id", sa.Text(), server_default="", nullable=False
    )
    op.add_column("product", column)
    op.create_index(
        "uq_product_external_id",
        "product",
        ["partner_id", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id <> ''"),
    )


def downgrade() -> None:
    op.drop_index("uq_product_external_id", "product")
    op.drop_column("product", "external_id")
