"""Customers are found, grouped and counted; users have devices."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lineup.command.migrations import create_word_index

revision = "0002"
down_revision = "0001"

PATH = sa.Text(collation="C")
INSTANT = sa.DateTime(timezone=True)
NEVER = sa.text("'1970-01-01 00:00:00+00'")
NOTHING = sa.text("''")
ZERO = sa.text("0")
YES, NO = sa.text("true"), sa.text("false")
SORTED = ("name_key", "city", "username", "ends_at")
SERVED = ("paid_until", "trial_until", "ends_at")


def upgrade() -> None:
    create_groups()
    add_subscription_columns()
    add_user_columns()
    add_customer_columns()
    create_devices()
    fill_users()
    fill_customers()
    index_customers()


def downgrade() -> None:
    op.drop_table("devices")
    for name in ("search", *SERVED, "product_id", "product_name", "device_count"):
        op.drop_column("users", name)
    for name in ("product_id", "product_name", "is_trial"):
        op.drop_column("subscription_copies", name)
    op.drop_index("ix_customers_disabled", "customers")
    for name in ("city", "username"):
        op.drop_index(f"ix_customers_partner_id_by_{name}", "customers")
        op.drop_index(f"ix_customers_by_{name}", "customers")
    op.execute("DROP INDEX IF EXISTS words_customers_search")
    for column in customer_columns():
        op.drop_column("customers", column.name)
    op.drop_table("customer_groups")


def create_groups() -> None:
    op.create_table(
        "customer_groups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("scope", PATH, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name="fk_customer_groups_account_id_accounts",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_customer_groups"),
    )
    op.create_index(
        "uq_customer_groups_name",
        "customer_groups",
        ["account_id", "name_key"],
        unique=True,
    )
    op.create_index("ix_customer_groups_scope", "customer_groups", ["scope"])
    op.create_index(
        "ix_customer_groups_name_key_id", "customer_groups", ["name_key", "id"]
    )


def add_subscription_columns() -> None:
    for column in (
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("product_name", sa.Text(), nullable=False, server_default=NOTHING),
        sa.Column("is_trial", sa.Boolean(), nullable=False, server_default=NO),
    ):
        op.add_column("subscription_copies", column)
    op.create_index(
        "ix_subscription_copies_product_id", "subscription_copies", ["product_id"]
    )


def add_user_columns() -> None:
    for column in (
        sa.Column("search", sa.Text(), nullable=False, server_default=NOTHING),
        *served_columns(),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("product_name", sa.Text(), nullable=False, server_default=NOTHING),
        sa.Column("device_count", sa.BigInteger(), nullable=False, server_default=ZERO),
    ):
        op.add_column("users", column)
    op.create_index("ix_users_by_ends_at", "users", ["partner_id", "ends_at", "id"])


def served_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column(name, INSTANT, nullable=False, server_default=NEVER)
        for name in SERVED
    ]


def customer_columns() -> list[sa.Column[Any]]:
    texts = ("name_key", "user_words", "device_words", "pin")
    return [
        sa.Column("seller_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        *(
            sa.Column(name, sa.Text(), nullable=False, server_default=NOTHING)
            for name in texts
        ),
        sa.Column("user_count", sa.BigInteger(), nullable=False, server_default=ZERO),
        *served_columns(),
        sa.Column(
            "product_ids",
            postgresql.ARRAY(sa.Uuid()),
            nullable=False,
            server_default=sa.text("'{}'"),
        ),
        sa.Column(
            "inactivity_seconds", sa.BigInteger(), nullable=False, server_default=ZERO
        ),
        sa.Column("takes_messages", sa.Boolean(), nullable=False, server_default=YES),
        sa.Column("takes_ads", sa.Boolean(), nullable=False, server_default=NO),
        sa.Column("is_tester", sa.Boolean(), nullable=False, server_default=NO),
    ]


def add_customer_columns() -> None:
    for column in customer_columns():
        op.add_column("customers", column)
    op.create_foreign_key(
        "fk_customers_group_id_customer_groups",
        "customers",
        "customer_groups",
        ["group_id"],
        ["id"],
    )


def create_devices() -> None:
    op.create_table(
        "devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", PATH, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("model", "app", "mac", "search")
        ),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_devices_user_id_users"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_devices"),
    )
    op.create_index(
        "uq_devices_mac",
        "devices",
        ["partner_id", "mac"],
        unique=True,
        postgresql_where=sa.text("mac <> ''"),
    )
    op.create_index("ix_devices_user_id", "devices", ["user_id"])
    op.create_index("ix_devices_scope", "devices", ["scope"])
    op.create_index("ix_devices_customer_id_id", "devices", ["customer_id", "id"])
    op.create_index("ix_devices_partner_id_id", "devices", ["partner_id", "id"])
    create_word_index("devices", "search")


def fill_users() -> None:
    """Users take what is known of their subscriptions; products come by resync."""
    op.execute("UPDATE users SET search = lower(name || ' ' || username)")
    op.execute(
        """
        UPDATE users SET paid_until = known.ends_at, ends_at = known.ends_at
        FROM (
            SELECT user_id, max(ends_at) AS ends_at
            FROM subscription_copies GROUP BY user_id
        ) AS known
        WHERE known.user_id = users.id
        """
    )
    create_word_index("users", "search")


def fill_customers() -> None:
    op.execute(
        """
        UPDATE customers SET
            seller_id = accounts.parent_id,
            name_key = lower(last_name || ' ' || first_name)
        FROM accounts WHERE accounts.id = customers.id
        """
    )
    op.execute(
        """
        UPDATE customers SET
            user_count = lines.user_count,
            user_words = lines.words,
            paid_until = lines.ends_at,
            ends_at = lines.ends_at
        FROM (
            SELECT customer_id, count(*) AS user_count, max(ends_at) AS ends_at,
                string_agg(search, ' ') AS words
            FROM users WHERE status <> 'deleted' GROUP BY customer_id
        ) AS lines
        WHERE lines.customer_id = customers.id
        """
    )
    op.execute(
        """
        UPDATE customers SET search = lower(concat_ws(' ', first_name, last_name,
            nullif(email, ''), username, nullif(phone, ''), nullif(mobile, ''),
            nullif(regexp_replace(phone, '\\D', '', 'g'), ''),
            nullif(regexp_replace(mobile, '\\D', '', 'g'), ''), user_words))
        """
    )
    create_word_index("customers", "search")


def index_customers() -> None:
    for name in ("seller_id", "group_id"):
        op.create_index(f"ix_customers_{name}_id", "customers", [name, "id"])
    for name in SORTED:
        columns = ["partner_id", name, "id"]
        op.create_index(f"ix_customers_partner_id_by_{name}", "customers", columns)
        op.create_index(f"ix_customers_by_{name}", "customers", [name, "id"])
    op.create_index("ix_customers_trial_until", "customers", ["trial_until"])
    op.create_index(
        "ix_customers_product_ids",
        "customers",
        ["product_ids"],
        postgresql_using="gin",
    )
    op.create_index(
        "ix_customers_disabled",
        "customers",
        ["partner_id", "id"],
        postgresql_where=sa.text("status = 'inactive'"),
    )
