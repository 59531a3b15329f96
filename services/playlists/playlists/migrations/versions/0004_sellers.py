"""Sellers: while one is off, its subscribers see the demo set."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "sellers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sellers"),
    )
    op.create_index(
        "ix_users_scope",
        "users",
        ["scope"],
        postgresql_ops={"scope": "text_pattern_ops"},
    )


def downgrade() -> None:
    op.drop_index("ix_users_scope", "users")
    op.drop_table("sellers")
