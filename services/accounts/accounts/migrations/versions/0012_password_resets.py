"""Links that set a password once, and passwords that must be changed."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "logins", sa.Column("email", sa.Text(), nullable=False, server_default="")
    )
    op.add_column(
        "logins",
        sa.Column(
            "must_change_password",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
        ),
    )
    op.create_table(
        "reset_links",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk_reset_links_login_id_logins"
        ),
        sa.PrimaryKeyConstraint("digest", name="pk_reset_links"),
    )
    op.create_index("ix_reset_links_login_id", "reset_links", ["login_id"])
    op.create_index("ix_reset_links_expires_at", "reset_links", ["expires_at"])
    op.create_table(
        "reset_wishes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reset_wishes"),
    )


def downgrade() -> None:
    op.drop_table("reset_wishes")
    op.drop_table("reset_links")
    op.drop_column("logins", "must_change_password")
    op.drop_column("logins", "email")
