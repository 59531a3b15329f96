"""What staff of a partner may do, under a name."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lineup.database.changes import forget_changes, note_changes

revision = "0016"
down_revision = "0015"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "permission_sets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["accounts.id"],
            name="fk_permission_sets_partner_id_accounts",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_permission_sets"),
    )
    op.create_index("ix_permission_sets_scope", "permission_sets", ["scope"])
    op.create_index(
        "uq_permission_sets_name",
        "permission_sets",
        ["partner_id", "name_key"],
        unique=True,
    )
    note_changes(op, "permission_sets")
    op.add_column("logins", sa.Column("permission_set_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_logins_permission_set_id_permission_sets",
        "logins",
        "permission_sets",
        ["permission_set_id"],
        ["id"],
    )
    op.create_index("ix_logins_permission_set_id", "logins", ["permission_set_id"])


def downgrade() -> None:
    op.drop_column("logins", "permission_set_id")
    forget_changes(op, "permission_sets")
    op.drop_table("permission_sets")
