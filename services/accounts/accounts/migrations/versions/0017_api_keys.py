"""API keys, and how an account may be reached."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"

TEXTS = postgresql.ARRAY(sa.Text())
NONE = sa.text("'{}'")


def upgrade() -> None:
    op.add_column(
        "sessions", sa.Column("name", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("sessions", sa.Column("permissions", TEXTS, nullable=True))
    op.add_column(
        "sessions", sa.Column("networks", TEXTS, nullable=False, server_default=NONE)
    )
    op.add_column(
        "sessions", sa.Column("used_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "accounts",
        sa.Column(
            "api_is_enabled", sa.Boolean(), nullable=False, server_default=sa.true()
        ),
    )
    op.add_column(
        "accounts", sa.Column("networks", TEXTS, nullable=False, server_default=NONE)
    )


def downgrade() -> None:
    op.drop_column("accounts", "networks")
    op.drop_column("accounts", "api_is_enabled")
    for name in ("used_at", "networks", "permissions", "name"):
        op.drop_column("sessions", name)
