"""Partners let support in for a while."""

import sqlalchemy as sa
from alembic import op

from lineup.database.changes import forget_changes, note_changes

revision = "0022"
down_revision = "0021"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "support_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(collation="C"), nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["accounts.id"],
            name="fk_support_grants_partner_id_accounts",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_support_grants"),
    )
    op.create_index("ix_support_grants_partner_id", "support_grants", ["partner_id"])
    op.create_index("ix_support_grants_scope", "support_grants", ["scope"])
    note_changes(op, "support_grants")
    op.create_table(
        "support_grant_uses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"],
            ["support_grants.id"],
            name="fk_support_grant_uses_grant_id_support_grants",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_support_grant_uses"),
    )
    op.create_index(
        "ix_support_grant_uses_grant_id", "support_grant_uses", ["grant_id"]
    )


def downgrade() -> None:
    op.drop_table("support_grant_uses")
    forget_changes(op, "support_grants")
    op.drop_table("support_grants")
