"""Reseller companies ask partners for links, which end on a day."""

import sqlalchemy as sa
from alembic import op

from lineup.database.changes import forget_changes, note_changes

revision = "0027"
down_revision = "0026"

PATH = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)
TABLES = ("link_requests", "reseller_links")


def upgrade() -> None:
    op.create_table(
        "link_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", PATH, nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("company_scope", PATH, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("invited_at", MOMENT, nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["accounts.id"], name="fk_link_requests_partner_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["accounts.id"], name="fk_link_requests_company_id_accounts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_link_requests"),
    )
    op.create_index(
        "uq_link_requests_open",
        "link_requests",
        ["partner_id", "company_id"],
        unique=True,
        postgresql_where=sa.text("state = 'requested'"),
    )
    op.create_index(
        "ix_link_requests_pair", "link_requests", ["company_id", "partner_id", "id"]
    )
    op.create_index("ix_link_requests_scope", "link_requests", ["scope"])
    op.create_index(
        "ix_link_requests_company_scope", "link_requests", ["company_scope"]
    )
    op.create_table(
        "reseller_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", PATH, nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("company_scope", PATH, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id"], ["accounts.id"], name="fk_reseller_links_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["accounts.id"],
            name="fk_reseller_links_company_id_accounts",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reseller_links"),
    )
    op.create_index("ix_reseller_links_company_id", "reseller_links", ["company_id"])
    op.create_index("ix_reseller_links_scope", "reseller_links", ["scope"])
    op.create_index(
        "ix_reseller_links_due",
        "reseller_links",
        ["ends_at"],
        postgresql_where=sa.text("ended_at IS NULL AND ends_at IS NOT NULL"),
    )
    note_changes(op, *TABLES)


def downgrade() -> None:
    forget_changes(op, *TABLES)
    for table in TABLES:
        op.drop_table(table)
