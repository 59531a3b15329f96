"""A subscription that raises is put off alone, for a pause that grows."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    tries = sa.Column(
        "failed_tries", sa.BigInteger(), server_default="0", nullable=False
    )
    op.add_column("subscription", tries)
    until = sa.Column("put_off_until", sa.DateTime(timezone=True), nullable=True)
    op.add_column("subscription", until)
    op.create_index(
        "ix_subscription_put_off_until",
        "subscription",
        ["put_off_until"],
        postgresql_where=sa.text("put_off_until IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_subscription_put_off_until")
    op.drop_column("subscription", "put_off_until")
    op.drop_column("subscription", "failed_tries")
