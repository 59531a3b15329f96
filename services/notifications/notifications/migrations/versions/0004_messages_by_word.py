"""Find messages by any part of receiver or subject, where PostgreSQL can index that."""

from alembic import op

from lineup.command.migrations import WORD_INDEX, create_word_index

revision = "0004"
down_revision = "0003"

WORDS = ("receiver", "subject")


def upgrade() -> None:
    for column in WORDS:
        create_word_index("delivery", column)


def downgrade() -> None:
    for column in WORDS:
        op.execute(f"DROP INDEX IF EXISTS {WORD_INDEX}delivery_{column}")
