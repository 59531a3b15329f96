"""Note of each row that callers see when it last changed."""

from alembic import op

from lineup.database.changes import forget_changes, note_changes

revision = "0007"
down_revision = "0006"

TABLES = ("delivery", "transport")


def upgrade() -> None:
    note_changes(op, *TABLES)


def downgrade() -> None:
    forget_changes(op, *TABLES)
