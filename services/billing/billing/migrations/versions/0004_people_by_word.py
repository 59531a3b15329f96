"""Find people by any part of their names, where PostgreSQL can index that."""

from alembic import op

from lineup.command.migrations import WORD_INDEX, create_word_index

revision = "0004"
down_revision = "0003"

WORDS = (("customer_copy", "name"), ("customer_copy", "email"), ("user_copy", "name"))


def upgrade() -> None:
    for table, column in WORDS:
        create_word_index(table, column)


def downgrade() -> None:
    for table, column in WORDS:
        op.execute(f"DROP INDEX IF EXISTS {WORD_INDEX}{table}_{column}")
