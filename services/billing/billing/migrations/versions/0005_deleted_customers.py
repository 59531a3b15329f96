"""What becomes of the money of customers that are deleted, and who deleted them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TEXTS = ("deletion_reason", "deleted_by")


def upgrade() -> None:
    op.add_column("customer_copy", sa.Column("settlement", sa.Text(), nullable=True))
    for name in TEXTS:
        column = sa.Column(name, sa.Text(), server_default="", nullable=False)
        op.add_column("customer_copy", column)


def downgrade() -> None:
    for name in ("settlement", *TEXTS):
        op.drop_column("customer_copy", name)
