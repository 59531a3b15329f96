"""What becomes of the money of customers that are deleted, who asked for it and why."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TEXTS = (
    ("customers", ("deletion_reason", "deleted_by")),
    ("account_jobs", ("reason",)),
)


def upgrade() -> None:
    for table, names in TEXTS:
        op.add_column(table, sa.Column("settlement", sa.Text(), nullable=True))
        for name in names:
            column = sa.Column(name, sa.Text(), server_default="", nullable=False)
            op.add_column(table, column)


def downgrade() -> None:
    for table, names in TEXTS:
        for name in ("settlement", *names):
            op.drop_column(table, name)
