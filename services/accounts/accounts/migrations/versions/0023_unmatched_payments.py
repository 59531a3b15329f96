"""Payments of partners that extend nothing are kept until they are returned."""

import sqlalchemy as sa
from alembic import op

from lineup.database.changes import forget_changes, note_changes

revision = "0023"
down_revision = "0022"

TABLE = "unmatched_payments"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("asset", sa.Text(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unmatched_payments"),
    )
    op.create_index("ix_unmatched_payments_partner_id", TABLE, ["partner_id"])
    op.create_index(
        "ix_unmatched_payments_open",
        TABLE,
        ["id"],
        postgresql_where=sa.text("handled_at IS NULL"),
    )
    note_changes(op, TABLE)


def downgrade() -> None:
    forget_changes(op, TABLE)
    op.drop_table(TABLE)
