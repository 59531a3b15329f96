"""Packages that one customer has or has not; which customers are still there."""

import sqlalchemy as sa
from alembic import op

from lineup.database.changes import forget_changes, note_changes

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column(
        "customers",
        sa.Column("status", sa.Text(), nullable=False, server_default="active"),
    )
    op.create_table(
        "customer_packages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("package_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("is_included", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["package_id"],
            ["packages.id"],
            name="fk_customer_packages_package_id_packages",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_customer_packages"),
    )
    note_changes(op, "customer_packages")
    op.create_index(
        "uq_customer_packages",
        "customer_packages",
        ["customer_id", "package_id"],
        unique=True,
    )
    for column in ("package_id", "partner_id"):
        name = f"ix_customer_packages_{column}"
        op.create_index(name, "customer_packages", [column])


def downgrade() -> None:
    forget_changes(op, "customer_packages")
    op.drop_table("customer_packages")
    op.drop_column("customers", "status")
