"""Accounts: the tree, logins, customers, users."""

import sqlalchemy as sa
from alembic import op

from lineup.command.migrations import create_base_tables

revision = "0001"
down_revision = None

PATH = sa.Text(collation="C")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_base_tables()
    create_accounts()
    create_sign_in_tries()
    create_subscription_copies()
    create_customers()
    create_logins()
    create_users()
    create_sessions()


def downgrade() -> None:
    for table in (
        "sessions",
        "users",
        "logins",
        "customers",
        "subscription_copies",
        "sign_in_tries",
        "accounts",
        "idempotency",
        "inbox",
        "outbox",
    ):
        op.drop_table(table)


def create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("scope", PATH, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("public_url", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["accounts.id"], name="fk_accounts_parent_id_accounts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("scope", name="uq_accounts_scope"),
    )
    op.create_index(
        "ix_accounts_staffed",
        "accounts",
        ["id"],
        postgresql_where=sa.text("kind <> 'customer'"),
    )


def create_sign_in_tries() -> None:
    op.create_table(
        "sign_in_tries",
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("username", name="pk_sign_in_tries"),
    )
    op.create_index("ix_sign_in_tries_started_at", "sign_in_tries", ["started_at"])


def create_subscription_copies() -> None:
    op.create_table(
        "subscription_copies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscription_copies"),
    )
    op.create_index(
        "ix_subscription_copies_user_id", "subscription_copies", ["user_id"]
    )


def create_customers() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", PATH, nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("mobile", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["id"], ["accounts.id"], name="fk_customers_id_accounts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
    )
    op.create_index("ix_customers_partner_id_id", "customers", ["partner_id", "id"])
    op.create_index("ix_customers_scope", "customers", ["scope"])
    op.create_index(
        "uq_customers_partner_id_email_key",
        "customers",
        ["partner_id", "email_key"],
        unique=True,
        postgresql_where=sa.text("email_key <> '' AND status <> 'deleted'"),
    )


def create_logins() -> None:
    op.create_table(
        "logins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_logins_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_logins"),
        sa.UniqueConstraint("username", name="uq_logins_username"),
    )
    op.create_index("ix_logins_account_id", "logins", ["account_id"])


def create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", PATH, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["accounts.id"], name="fk_users_customer_id_accounts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("seat_id", name="uq_users_seat_id"),
        sa.UniqueConstraint("token", name="uq_users_token"),
        sa.UniqueConstraint("username", name="uq_users_username"),
    )
    op.create_index("ix_users_customer_id_id", "users", ["customer_id", "id"])
    op.create_index("ix_users_partner_id_id", "users", ["partner_id", "id"])
    op.create_index("ix_users_scope", "users", ["scope"])


def create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk_sessions_login_id_logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("digest", name="uq_sessions_digest"),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_login_id", "sessions", ["login_id"])
