"""The first tables, and the function by which money moves.

Revision ID: 0001
Revises:
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lineup.command.migrations import create_base_tables

revision = "0001"
down_revision = None

TABLES = (
    "subscription_period",
    "subscription",
    "plan",
    "entry",
    "wallet",
    "user_copy",
    "transfer",
    "renewal_switch",
    "product",
    "package_copy",
    "customer_copy",
    "account_copy",
)
LEDGER = Path(__file__).parent.parent / "ledger_0001.sql"


def upgrade() -> None:
    create_base_tables()
    _account_copy()
    _customer_copy()
    _package_copy()
    _product()
    _renewal_switch()
    _transfer()
    _user_copy()
    _wallet()
    _entry()
    _plan()
    _subscription()
    op.execute("CREATE TYPE uuid_range AS RANGE (subtype = uuid)")
    _subscription_period()
    op.execute(LEDGER.read_text())


def _account_copy() -> None:
    op.create_table(
        "account_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_copy")),
    )


def _customer_copy() -> None:
    op.create_table(
        "customer_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_copy")),
    )


def _package_copy() -> None:
    op.create_table(
        "package_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_copy")),
    )


def _product() -> None:
    op.create_table(
        "product",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "package_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False
        ),
        sa.Column("devices", sa.BigInteger(), nullable=False),
        sa.Column("addresses", sa.BigInteger(), nullable=False),
        sa.Column("is_trial", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "devices > 0 AND addresses > 0", name=op.f("ck_product_places")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
    )
    op.create_index("ix_product_partner_id", "product", ["partner_id", "id"])


def _renewal_switch() -> None:
    op.create_table(
        "renewal_switch",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("renews", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_renewal_switch")),
    )


def _transfer() -> None:
    op.create_table(
        "transfer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reverses_id"],
            ["transfer.id"],
            name=op.f("fk_transfer_reverses_id_transfer"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("partner_id", "key", name=op.f("uq_transfer_partner_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_transfer_reverses_id")),
    )


def _user_copy() -> None:
    op.create_table(
        "user_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_copy")),
    )
    op.create_index(op.f("ix_user_copy_customer_id"), "user_copy", ["customer_id"])


def _wallet() -> None:
    op.create_table(
        "wallet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("is_system", sa.Boolean(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "credit_limit_minor", sa.BigInteger(), server_default="0", nullable=False
        ),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "NOT is_system OR (balance_minor = 0 AND version = 0)",
            name=op.f("ck_wallet_append_only"),
        ),
        sa.CheckConstraint(
            "credit_limit_minor >= 0", name=op.f("ck_wallet_credit_limit")
        ),
        sa.CheckConstraint(
            "is_system OR balance_minor >= -credit_limit_minor",
            name=op.f("ck_wallet_covered"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet")),
        sa.UniqueConstraint(
            "owner_id", "purpose", "asset", name=op.f("uq_wallet_owner_id")
        ),
    )


def _entry() -> None:
    op.create_table(
        "entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("wallet_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("balance_after_minor", sa.BigInteger(), nullable=True),
        sa.Column("wallet_version", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_entry_amount")),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name=op.f("fk_entry_transfer_id_transfer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint(
            "transfer_id", "wallet_id", name=op.f("uq_entry_transfer_id")
        ),
        sa.UniqueConstraint(
            "wallet_id", "wallet_version", name=op.f("uq_entry_wallet_id")
        ),
    )


def _plan() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("months", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "months >= 0 AND days >= 0 AND (months > 0) <> (days > 0)",
            name=op.f("ck_plan_length"),
        ),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_plan_price")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_plan_product_id_product")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    op.create_index(op.f("ix_plan_product_id"), "plan", ["product_id"])
    op.create_index(
        "uq_plan_sku",
        "plan",
        ["partner_id", "sku"],
        unique=True,
        postgresql_where=sa.text("sku <> '' AND retired_at IS NULL"),
    )


def _subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("product_version", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("anchor_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("anchor_months", sa.BigInteger(), nullable=False),
        sa.Column("renews", sa.Boolean(), nullable=False),
        sa.Column("renewal_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_subscription_plan_id_plan")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
            name=op.f("fk_subscription_product_id_product"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index(
        op.f("ix_subscription_customer_id"), "subscription", ["customer_id"]
    )
    op.create_index(
        "ix_subscription_renewal_due_at",
        "subscription",
        ["renewal_due_at"],
        postgresql_where=sa.text("renewal_due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_subscription_running_ends_at",
        "subscription",
        ["ends_at"],
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "ix_subscription_running_product_id",
        "subscription",
        ["product_id"],
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "ix_subscription_scope",
        "subscription",
        ["scope"],
        postgresql_ops={"scope": "text_pattern_ops"},
    )
    op.create_index(op.f("ix_subscription_user_id"), "subscription", ["user_id"])
    op.create_index(
        "uq_subscription_running_user_id",
        "subscription",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("state = 'running'"),
    )


def _subscription_period() -> None:
    op.create_table(
        "subscription_period",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("is_trial", sa.Boolean(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        sa.Column("source_wallet_id", sa.Uuid(), nullable=True),
        sa.Column("seat_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("refund_transfer_id", sa.Uuid(), nullable=True),
        sa.Column("fell_short_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("uuid_range(subscription_id, subscription_id, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("closed_at IS NULL"),
            using="gist",
            name="ex_subscription_period_overlap",
        ),
        sa.CheckConstraint(
            "ends_at > starts_at", name=op.f("ck_subscription_period_length")
        ),
        sa.CheckConstraint(
            "refunded_minor >= 0 AND refunded_minor <= paid_minor",
            name=op.f("ck_subscription_period_refunded"),
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_subscription_period_plan_id_plan")
        ),
        sa.ForeignKeyConstraint(
            ["refund_transfer_id"],
            ["transfer.id"],
            name=op.f("fk_subscription_period_refund_transfer_id_transfer"),
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_subscription_period_subscription_id_subscription"),
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"],
            ["transfer.id"],
            name=op.f("fk_subscription_period_transfer_id_transfer"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_period")),
        sa.UniqueConstraint("seat_id", name=op.f("uq_subscription_period_seat_id")),
    )
    op.create_index(
        "uq_subscription_period_start",
        "subscription_period",
        ["subscription_id", "starts_at"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    for table in ("outbox", "inbox", "idempotency"):
        op.drop_table(table)
    for function in ("post_transfers", "refuse_change", "check_transfer_balance"):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP TYPE uuid_range")
