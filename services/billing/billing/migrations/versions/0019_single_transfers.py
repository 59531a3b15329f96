"""A function for single transfers, and entries checked by the statement.

`post_transfer` books the most frequent movement, between two accounts. That entries sum
to zero is checked once for each statement in place of once for each entry at commit:
copies of before book by statements that pass it, too.
"""

from pathlib import Path

from alembic import op

revision = "0019"
down_revision = "0018"

MIGRATIONS = Path(__file__).parent.parent
BEFORE = """
CREATE FUNCTION check_transfer_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM entry e LEFT JOIN wallet w ON w.id = e.wallet_id
         WHERE e.transfer_id = NEW.transfer_id
         GROUP BY w.asset
        HAVING sum(e.amount_minor) <> 0
    ) THEN
        RAISE EXCEPTION 'the entries of transfer % do not sum to zero', NEW.transfer_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER entry_sums_to_zero
    AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_transfer_balance();
DROP TRIGGER note_change ON wallet;
CREATE TRIGGER note_change BEFORE UPDATE ON wallet FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION note_change();
"""


def upgrade() -> None:
    op.execute((MIGRATIONS / "ledger_0019.sql").read_text())


def downgrade() -> None:
    op.execute("DROP TRIGGER entry_sums_to_zero ON entry")
    op.execute("DROP FUNCTION check_written_entries()")
    op.execute(BEFORE)
    op.execute("DROP FUNCTION post_transfer")
