"""Note of each session when it last changed: callers see it, as of all else."""

from alembic import op

from lineup.database.changes import forget_changes, note_changes

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    note_changes(op, "sessions")


def downgrade() -> None:
    forget_changes(op, "sessions")
