"""A partner's customers in the order of their last change, for who asks for those."""

from alembic import op

revision = "0032"
down_revision = "0031"

NAME = "ix_customers_partner_id_by_updated_at"


def upgrade() -> None:
    op.create_index(NAME, "customers", ["partner_id", "updated_at", "id"])


def downgrade() -> None:
    op.drop_index(NAME, "customers")
