"""When a partner went: what was over by then is not renewed when it comes back."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    column: sa.Column[datetime] = sa.Column(
        "away_since", sa.DateTime(timezone=True), nullable=True
    )
    op.add_column("account_copy", column)


def downgrade() -> None:
    op.drop_column("account_copy", "away_since")
