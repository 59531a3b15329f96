"""Failed sign-ins by name and address; where logins signed in from.

`sign_in_tries` stays: copies of the version before still count in it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sign_in_failures",
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("paused_until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_sign_in_failures"),
    )
    op.create_index("ix_sign_in_failures_since", "sign_in_failures", ["since"])
    op.create_index("ix_sign_in_failures_name", "sign_in_failures", ["name"])
    op.create_table(
        "known_addresses",
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk_known_addresses_login_id_logins"
        ),
        sa.PrimaryKeyConstraint("login_id", "address", name="pk_known_addresses"),
    )
    op.create_index("ix_known_addresses_seen_at", "known_addresses", ["seen_at"])


def downgrade() -> None:
    op.drop_table("known_addresses")
    op.drop_table("sign_in_failures")
