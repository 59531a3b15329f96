"""Support's sessions say whom they entered, so that its erasure finds them."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

FILL = """
UPDATE support_grant_uses AS use SET account_id = account.id
FROM support_grants AS given, accounts AS account
WHERE given.id = use.grant_id AND account.partner_id = given.partner_id
    AND use.account = coalesce(nullif(account.username, ''), account.name)
"""
"""By the name that was noted: most have a username, which nobody else has."""


def upgrade() -> None:
    op.add_column(
        "support_grant_uses", sa.Column("account_id", sa.Uuid(), nullable=True)
    )
    op.execute(FILL)
    op.create_foreign_key(
        "fk_support_grant_uses_account_id_accounts",
        "support_grant_uses",
        "accounts",
        ["account_id"],
        ["id"],
    )
    op.create_index(
        "ix_support_grant_uses_account_id", "support_grant_uses", ["account_id"]
    )


def downgrade() -> None:
    op.drop_index("ix_support_grant_uses_account_id", "support_grant_uses")
    op.drop_column("support_grant_uses", "account_id")
