"""A second factor at sign-in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column(
            "login_id",
            sa.Uuid(),
            sa.ForeignKey("logins.id", name="fk_second_factors_login_id_logins"),
            nullable=False,
        ),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("recovery_digests", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("login_id", name="pk_second_factors"),
    )
    op.add_column(
        "sessions",
        sa.Column(
            "needs_code", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )
    op.add_column(
        "accounts",
        sa.Column(
            "requires_second_factor",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
        ),
    )


def downgrade() -> None:
    op.drop_column("accounts", "requires_second_factor")
    op.drop_column("sessions", "needs_code")
    op.drop_table("second_factors")
