"""Accounts have a kind of owner and a purpose, in place of being a customer's or not.

The version before writes neither: a trigger says both of what it opens, until a later
migration, with no such copy left, drops `is_system`, the trigger and the old indexes
and lets `post_transfers` go by the purpose.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

FILL = """
CREATE FUNCTION fill_account_kinds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.owner_kind := coalesce(
        NEW.owner_kind, CASE WHEN NEW.is_system THEN 'partner' ELSE 'customer' END
    );
    NEW.account_purpose := coalesce(
        NEW.account_purpose, split_part(NEW.purpose, ':', 1)
    );
    RETURN NEW;
END $$;
CREATE TRIGGER fill_account_kinds BEFORE INSERT ON wallet
    FOR EACH ROW EXECUTE FUNCTION fill_account_kinds();
"""
SAY = """
UPDATE wallet SET
    owner_kind = CASE WHEN is_system THEN 'partner' ELSE 'customer' END,
    account_purpose = split_part(purpose, ':', 1)
WHERE owner_kind IS NULL
"""
COLUMNS = ("owner_kind", "account_purpose")
CHECKS = {
    "owner_kind": "owner_kind IN ('customer', 'partner', 'reseller', 'dealer')",
    "account_purpose": "account_purpose IN"
    " ('balance', 'cash', 'income', 'refund', 'written_off', 'clearing')",
    "is_system": "is_system = (account_purpose <> 'balance')",
}
KEPT = sa.text("account_purpose = 'balance'")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("wallet", sa.Column(name, sa.Text()))
    op.execute(FILL)
    # Nothing changed that readers of `updated_at` would want to hear of.
    op.execute("ALTER TABLE wallet DISABLE TRIGGER note_change")
    op.execute(SAY)
    op.execute("ALTER TABLE wallet ENABLE TRIGGER note_change")
    for name in COLUMNS:
        op.alter_column("wallet", name, nullable=False)
    for name, rule in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_wallet_{name}"), "wallet", rule)
    op.create_index(
        "ix_wallet_kept_scope",
        "wallet",
        ["owner_kind", "scope"],
        postgresql_ops={"scope": "text_pattern_ops"},
        postgresql_where=KEPT,
    )
    op.create_index(
        "ix_wallet_kept_balance",
        "wallet",
        ["owner_kind", "balance_minor", "id"],
        postgresql_where=KEPT,
    )


def downgrade() -> None:
    op.drop_index("ix_wallet_kept_balance", "wallet")
    op.drop_index("ix_wallet_kept_scope", "wallet")
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_wallet_{name}"), "wallet")
    op.execute("DROP TRIGGER fill_account_kinds ON wallet")
    op.execute("DROP FUNCTION fill_account_kinds()")
    for name in COLUMNS:
        op.drop_column("wallet", name)
