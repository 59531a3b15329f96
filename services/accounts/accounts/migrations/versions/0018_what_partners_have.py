"""Packages of the platform, and where each partner stands with it, until when.

Partners of before have paid without an end.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lineup.command.migrations import create_purges
from lineup.database.changes import forget_changes, note_changes

revision = "0018"
down_revision = "0017"

PATH = sa.Text(collation="C")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_packages()
    create_partnerships()
    create_what_partners_did()
    create_purges()
    note_changes(op, "partner_packages", "partnerships")
    op.execute(
        "INSERT INTO partnerships (id, scope, state, registered_at, followed_until)"
        " SELECT id, scope, 'paid', created_at, now() FROM accounts"
        " WHERE kind = 'partner' AND status <> 'deleted'"
    )


def downgrade() -> None:
    forget_changes(op, "partner_packages", "partnerships")
    for table in (
        "purges",
        "platform_settings",
        "partner_payments",
        "partnership_notes",
        "partnerships",
    ):
        op.drop_table(table)
    op.drop_column("accounts", "is_suspended")
    op.drop_column("accounts", "package_id")
    op.drop_table("partner_packages")


def create_packages() -> None:
    limits = ("most_customers", "most_users", "most_sellers", "most_staff")
    op.create_table(
        "partner_packages",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in limits),
        sa.Column("features", JSONB(), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.UniqueConstraint("name", name="uq_partner_packages_name"),
    )
    op.add_column("accounts", sa.Column("package_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_accounts_package_id_partner_packages",
        "accounts",
        "partner_packages",
        ["package_id"],
        ["id"],
    )
    op.add_column(
        "accounts",
        sa.Column(
            "is_suspended", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )


def create_partnerships() -> None:
    texts = ("name", "contact", "mobile")
    moments = (
        "changes_at",
        "period_starts_at",
        "trial_ends_at",
        "paid_until",
        "locked_at",
        "purge_at",
        "purged_at",
        "warned_at",
        "due_at",
        "asked_at",
    )
    op.create_table(
        "partnerships",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("scope", PATH, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False, server_default="")
            for name in texts
        ),
        sa.Column("channel", sa.String(20), nullable=False, server_default="email"),
        sa.Column("email_digest", sa.LargeBinary(), nullable=True),
        sa.Column("company_digest", sa.LargeBinary(), nullable=True),
        sa.Column("next_package_id", sa.Uuid(), nullable=True),
        *(sa.Column(name, INSTANT, nullable=True) for name in moments),
        sa.Column("registered_at", INSTANT, nullable=False),
        sa.Column("followed_until", INSTANT, nullable=False),
        sa.Column("is_billed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("waiting_for", JSONB(), nullable=False, server_default="[]"),
        sa.Column("version", sa.BigInteger(), nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(
            ["id"], ["accounts.id"], name="fk_partnerships_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["next_package_id"],
            ["partner_packages.id"],
            name="fk_partnerships_next_package_id_partner_packages",
        ),
        sa.UniqueConstraint("email_digest", name="uq_partnerships_email_digest"),
        sa.UniqueConstraint("company_digest", name="uq_partnerships_company_digest"),
    )
    op.create_index("ix_partnerships_due_at", "partnerships", ["due_at"])


def create_what_partners_did() -> None:
    op.create_table(
        "partnership_notes",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        *(sa.Column(n, sa.Text(), nullable=False) for n in ("what", "by", "reason")),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partnerships.id"],
            name="fk_partnership_notes_partner_id_partnerships",
        ),
    )
    op.create_index(
        "ix_partnership_notes_partner_id", "partnership_notes", ["partner_id", "id"]
    )
    op.create_table(
        "partner_payments",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        *(
            sa.Column(name, INSTANT, nullable=False)
            for name in ("starts_at", "ends_at", "booked_at")
        ),
        sa.Column("booked_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partnerships.id"],
            name="fk_partner_payments_partner_id_partnerships",
        ),
        sa.UniqueConstraint("reference", name="uq_partner_payments_reference"),
    )
    op.create_index(
        "ix_partner_payments_partner_id", "partner_payments", ["partner_id"]
    )
    op.create_table(
        "platform_settings",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("subscriber_days", sa.BigInteger(), nullable=True),
        sa.Column("payment_instructions", sa.Text(), nullable=False),
    )
