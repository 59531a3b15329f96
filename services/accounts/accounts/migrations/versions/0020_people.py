"""Everybody who can sign in is found in one list, by what they are called."""

import sqlalchemy as sa
from alembic import op

from lineup.command.migrations import create_word_index

revision = "0020"
down_revision = "0019"

INDEXES = {
    "ix_logins_partner_id_id": ["partner_id", "id"],
    "ix_logins_partner_id_role_id": ["partner_id", "role", "id"],
    "ix_logins_partner_id_username": ["partner_id", "username"],
    "ix_logins_role_id": ["role", "id"],
}

MAIL = """
UPDATE accounts SET email = customers.email
FROM customers WHERE customers.id = accounts.id
"""
SEARCH = """
UPDATE logins SET partner_id = accounts.partner_id, search = lower(concat_ws(
    ' ', nullif(accounts.name, ''), logins.username, nullif(logins.email, ''),
    nullif(accounts.email, '')))
FROM accounts WHERE accounts.id = logins.account_id
"""


def upgrade() -> None:
    op.add_column("logins", sa.Column("partner_id", sa.Uuid(), nullable=True))
    column: sa.Column[str] = sa.Column(
        "search", sa.Text(), server_default="", nullable=False
    )
    op.add_column("logins", column)
    op.execute(MAIL)
    op.execute(SEARCH)
    for name, columns in INDEXES.items():
        op.create_index(name, "logins", columns)
    create_word_index("logins", "search")


def downgrade() -> None:
    op.execute("DROP INDEX IF EXISTS words_logins_search")
    for name in INDEXES:
        op.drop_index(name, "logins")
    op.drop_column("logins", "search")
    op.drop_column("logins", "partner_id")
    op.execute("UPDATE accounts SET email = '' WHERE kind = 'customer'")
