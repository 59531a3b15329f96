"""Customers are erased: who, for which reason, and which services have finished."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lineup.command.migrations import create_erasures

revision = "0024"
down_revision = "0023"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_erasures(
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("email", "requested_by", "reason")
        ),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("waiting_for", JSONB(), nullable=False),
        *(
            sa.Column(name, INSTANT, nullable=True)
            for name in ("asked_at", "finished_at")
        ),
    )
    op.execute('ALTER TABLE erasures ALTER COLUMN scope TYPE text COLLATE "C"')
    op.create_index("ix_erasures_scope", "erasures", ["scope"])
    op.create_index("ix_erasures_asked_at", "erasures", ["asked_at"])


def downgrade() -> None:
    op.drop_table("erasures")
