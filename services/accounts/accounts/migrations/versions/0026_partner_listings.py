"""Partners say what resellers see of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lineup.database.changes import forget_changes, note_changes

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "partner_listings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(collation="C"), nullable=False),
        sa.Column("offers_to_resellers", sa.Boolean(), nullable=False),
        sa.Column("visible_fields", JSONB(), nullable=False),
        sa.Column("approach", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id"], ["accounts.id"], name="fk_partner_listings_id_accounts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_partner_listings"),
    )
    note_changes(op, "partner_listings")


def downgrade() -> None:
    forget_changes(op, "partner_listings")
    op.drop_table("partner_listings")
