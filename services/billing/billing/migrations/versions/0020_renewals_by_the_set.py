"""What renewals by the set ask of the database, and what costs less by the statement.

That open periods never overlap is checked once for each statement, under the lock of
their subscription, in place of an exclusion over ranges, which took more than half of
what writing a period costs. Copies of before write as ever and are refused the same.
"""

from pathlib import Path

from alembic import op

revision = "0020"
down_revision = "0019"

FUNCTIONS = Path(__file__).parent.parent / "renewals_0020.sql"
BEFORE = """
ALTER TABLE subscription_period ADD CONSTRAINT ex_subscription_period_overlap
    EXCLUDE USING gist (
        uuid_range(subscription_id, subscription_id, '[]') WITH &&,
        tstzrange(starts_at, ends_at) WITH &&
    ) WHERE (closed_at IS NULL);
DROP TRIGGER no_overlap_inserted ON subscription_period;
DROP TRIGGER no_overlap_updated ON subscription_period;
DROP FUNCTION check_written_periods();
DROP FUNCTION wire_time(timestamptz);
DROP AGGREGATE left_over(bigint, bigint);
DROP FUNCTION take_price(bigint, bigint, bigint);
DROP FUNCTION ordered_id(text, bigint, text);
"""
NOTED = ("subscription", "subscription_period")
NOTE_ALL = """
DROP TRIGGER note_change ON {table};
CREATE TRIGGER note_change BEFORE UPDATE ON {table} FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION note_change()
"""


def upgrade() -> None:
    op.execute(FUNCTIONS.read_text())


def downgrade() -> None:
    op.execute(BEFORE)
    for table in NOTED:
        op.execute(NOTE_ALL.format(table=table))
