"""Customers are erased: whose personal data goes, or has gone. Of what is booked, an
erasure alone may change words, and nothing else.
"""

from alembic import op

from lineup.command.migrations import create_erasures

revision = "0027"
down_revision = "0026"

REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('lineup.purging', true) = 'on' AND (TG_OP = 'DELETE'{words}) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""
WORDS = """
        OR TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'transfer' AND TG_LEVEL = 'STATEMENT'"""
NOTHING_BUT_WORDS = """
CREATE TRIGGER only_words_change BEFORE UPDATE ON transfer FOR EACH ROW WHEN (
    (OLD.id, OLD.partner_id, OLD.scope, OLD.key, OLD.request_hash, OLD.cause,
        OLD.reverses_id, OLD.created_at)
    IS DISTINCT FROM
    (NEW.id, NEW.partner_id, NEW.scope, NEW.key, NEW.request_hash, NEW.cause,
        NEW.reverses_id, NEW.created_at)
) EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    create_erasures()
    op.execute(REFUSE.format(words=WORDS))
    op.execute(NOTHING_BUT_WORDS)


def downgrade() -> None:
    op.execute("DROP TRIGGER only_words_change ON transfer")
    op.execute(REFUSE.format(words=""))
    op.drop_table("erasures")
