"""Keep deleted customers for thirty days, from which they can be restored."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

EMAIL_INDEX = "uq_customers_partner_id_email_key"
HAS_EMAIL = "email_key <> '' AND status <> 'deleted'"


def upgrade() -> None:
    op.add_column("customers", sa.Column("trashed_from", sa.String(20), nullable=True))
    trashed_at = sa.Column("trashed_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("customers", trashed_at)
    op.add_column("users", sa.Column("trashed_from", sa.String(20), nullable=True))
    op.create_index(
        "ix_customers_trashed_at",
        "customers",
        ["trashed_at", "id"],
        postgresql_where=sa.text("trashed_at IS NOT NULL"),
    )
    _keep_emails_unique(f"{HAS_EMAIL} AND status <> 'trashed'")


def downgrade() -> None:
    _keep_emails_unique(HAS_EMAIL)
    op.drop_index("ix_customers_trashed_at", "customers")
    op.drop_column("users", "trashed_from")
    op.drop_column("customers", "trashed_at")
    op.drop_column("customers", "trashed_from")


def _keep_emails_unique(where: str) -> None:
    op.drop_index(EMAIL_INDEX, "customers")
    op.create_index(
        EMAIL_INDEX,
        "customers",
        ["partner_id", "email_key"],
        unique=True,
        postgresql_where=sa.text(where),
    )
