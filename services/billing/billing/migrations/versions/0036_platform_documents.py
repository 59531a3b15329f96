"""The platform issues documents, too: who it is, and its own country's tax."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    company: sa.Column[object] = sa.Column("company", JSONB(), nullable=True)
    op.add_column("document_style", company)
    rate: sa.Column[int] = sa.Column(
        "rate", sa.BigInteger(), server_default="0", nullable=False
    )
    op.add_column("document_style", rate)


def downgrade() -> None:
    op.drop_column("document_style", "rate")
    op.drop_column("document_style", "company")
