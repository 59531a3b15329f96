"""When a partner came back: what was due while it was away is renewed from then on."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    column: sa.Column[datetime] = sa.Column(
        "served_since", sa.DateTime(timezone=True), nullable=True
    )
    op.add_column("account_copy", column)


def downgrade() -> None:
    op.drop_column("account_copy", "served_since")
