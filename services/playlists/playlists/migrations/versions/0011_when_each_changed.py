"""Note of each row that callers see when it last changed."""

from alembic import op

from lineup.database.changes import forget_changes, note_changes

revision = "0011"
down_revision = "0010"

TABLES = ("packages", "jobs", "guide_sources")


def upgrade() -> None:
    note_changes(op, *TABLES)


def downgrade() -> None:
    forget_changes(op, *TABLES)
