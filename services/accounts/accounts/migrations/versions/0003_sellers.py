"""Sellers: contact and company of accounts, visits, jobs over their customers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

PATH = sa.Text(collation="C")
INSTANT = sa.DateTime(timezone=True)
LIVING = sa.text("kind = 'customer' AND status <> 'deleted'")
DETAILS = (
    "username",
    "phone",
    "legal_name",
    "address",
    "postal_code",
    "city",
    "country",
    "tax_number",
)


def upgrade() -> None:
    extend_accounts()
    extend_sessions()
    op.add_column(
        "users",
        sa.Column("forfeits", sa.Boolean(), nullable=False, server_default="false"),
    )
    create_account_jobs()


def downgrade() -> None:
    op.drop_table("account_jobs")
    op.drop_column("users", "forfeits")
    op.drop_column("sessions", "account_id")
    op.drop_column("sessions", "client")
    op.drop_index("ix_accounts_customers_parent_id", "accounts")
    op.drop_index("ix_accounts_customers_partner_id", "accounts")
    for name in DETAILS:
        op.drop_column("accounts", name)


def extend_accounts() -> None:
    for name in DETAILS:
        op.add_column(
            "accounts", sa.Column(name, sa.Text(), nullable=False, server_default="")
        )
    op.execute(
        """
        UPDATE accounts SET username = first.username FROM (
            SELECT DISTINCT ON (account_id) account_id, username FROM logins
            ORDER BY account_id, created_at, id
        ) AS first WHERE first.account_id = accounts.id
        """
    )
    for column in ("parent_id", "partner_id"):
        op.create_index(
            f"ix_accounts_customers_{column}",
            "accounts",
            [column],
            postgresql_where=LIVING,
        )


def extend_sessions() -> None:
    op.add_column(
        "sessions", sa.Column("client", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("sessions", sa.Column("account_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_sessions_account_id_accounts",
        "sessions",
        "accounts",
        ["account_id"],
        ["id"],
    )


def create_account_jobs() -> None:
    op.create_table(
        "account_jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("account_name", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("to_account_id", sa.Uuid(), nullable=True),
        sa.Column("to_account_name", sa.Text(), nullable=False),
        sa.Column("scope", PATH, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("customers", sa.BigInteger(), nullable=False),
        sa.Column("users", sa.BigInteger(), nullable=False),
        sa.Column("customers_done", sa.BigInteger(), nullable=False),
        sa.Column("users_done", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_account_jobs_account_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["to_account_id"],
            ["accounts.id"],
            name="fk_account_jobs_to_account_id_accounts",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_jobs"),
    )
    op.create_index("ix_account_jobs_account_id", "account_jobs", ["account_id"])
    op.create_index(
        "ix_account_jobs_running",
        "account_jobs",
        ["id"],
        postgresql_where=sa.text("state = 'running'"),
    )
