"""Documents of money; `lineup accounts resync` fills in companies and addresses."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0032"
down_revision = "0031"

FINAL = """
CREATE TRIGGER document_is_final
    BEFORE DELETE OR TRUNCATE ON document
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_may_only_move
    BEFORE UPDATE ON document FOR EACH ROW
    WHEN (to_jsonb(OLD) - 'scope' IS DISTINCT FROM to_jsonb(NEW) - 'scope')
    EXECUTE FUNCTION refuse_change();
"""
BEGIN = """
INSERT INTO document_progress (name, after_id)
SELECT name, coalesce((SELECT id FROM transfer ORDER BY id DESC LIMIT 1),
                      '00000000-0000-0000-0000-000000000000')
  FROM (VALUES ('sales'), ('corrections')) AS source (name)
"""
WORDS = ("address", "city", "country")


def upgrade() -> None:
    op.add_column(
        "account_copy",
        sa.Column("email", sa.Text(), server_default="", nullable=False),
    )
    company: sa.Column[object] = sa.Column("company", JSONB(), nullable=True)
    op.add_column("account_copy", company)
    for word in WORDS:
        column: sa.Column[str] = sa.Column(
            word, sa.Text(), server_default="", nullable=False
        )
        op.add_column("customer_copy", column)
    _documents()
    op.create_table(
        "number_series",
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("issuer_id", "kind", "year", name="pk_number_series"),
    )
    op.create_table(
        "document_style",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("tax_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("partner_id", name="pk_document_style"),
    )
    op.create_table(
        "tax_rate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("rate", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tax_rate"),
        sa.UniqueConstraint("partner_id", "country", name="uq_tax_rate_partner_id"),
    )
    op.create_table(
        "document_progress",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_document_progress"),
    )
    op.execute(BEGIN)


def _documents() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recipient_name", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("content", JSONB(), nullable=False),
        sa.CheckConstraint(
            "net_minor + tax_minor = total_minor", name=op.f("ck_document_sums")
        ),
        sa.ForeignKeyConstraint(
            ["about_id"], ["document.id"], name="fk_document_about_id_document"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.UniqueConstraint(
            "issuer_id", "kind", "year", "sequence", name="uq_document_issuer_id"
        ),
        sa.UniqueConstraint("cause_id", "kind", name="uq_document_cause_id"),
    )
    op.create_index(
        "ix_document_scope",
        "document",
        ["scope"],
        postgresql_ops={"scope": "text_pattern_ops"},
    )
    op.create_index("ix_document_customer_id", "document", ["customer_id", "id"])
    op.create_index("ix_document_about_id", "document", ["about_id"])
    op.execute(FINAL)


def downgrade() -> None:
    for table in (
        "document_progress",
        "tax_rate",
        "document_style",
        "number_series",
        "document",
    ):
        op.drop_table(table)
    for word in WORDS:
        op.drop_column("customer_copy", word)
    op.drop_column("account_copy", "company")
    op.drop_column("account_copy", "email")
