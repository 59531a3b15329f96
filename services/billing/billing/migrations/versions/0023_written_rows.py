"""What a statement writes is checked once for all of its rows, not once for each.

Foreign keys of entries and periods took a quarter of what writing them costs: each row
was a query of its own, and a lock of the row that it points at. Beside them go indexes
that say what another one says. Copies of before write as ever and are refused the same.
"""

from pathlib import Path

from alembic import op

revision = "0023"
down_revision = "0022"

FUNCTIONS = Path(__file__).parent.parent / "written_rows_0023.sql"
BEFORE = """
DROP TRIGGER subscription_stays ON subscription;
DROP TRIGGER plan_stays ON plan;
ALTER TABLE entry ADD CONSTRAINT fk_entry_transfer_id_transfer
    FOREIGN KEY (transfer_id) REFERENCES transfer;
ALTER TABLE subscription_period
    ADD CONSTRAINT fk_subscription_period_subscription_id_subscription
        FOREIGN KEY (subscription_id) REFERENCES subscription,
    ADD CONSTRAINT fk_subscription_period_plan_id_plan
        FOREIGN KEY (plan_id) REFERENCES plan,
    ADD CONSTRAINT fk_subscription_period_transfer_id_transfer
        FOREIGN KEY (transfer_id) REFERENCES transfer;
DROP INDEX uq_subscription_period_seat_id;
ALTER TABLE subscription_period
    ADD CONSTRAINT uq_subscription_period_seat_id UNIQUE (seat_id);
DROP INDEX uq_transfer_reverses_id;
ALTER TABLE transfer ADD CONSTRAINT uq_transfer_reverses_id UNIQUE (reverses_id);
CREATE UNIQUE INDEX uq_subscription_period_start
    ON subscription_period (subscription_id, starts_at) WHERE closed_at IS NULL;
CREATE INDEX ix_wallet_scope ON wallet (scope text_pattern_ops) WHERE NOT is_system;
CREATE INDEX ix_wallet_balance ON wallet (balance_minor, id) WHERE NOT is_system;
"""
"""The functions stay as they are: they ask no less than those before."""


def upgrade() -> None:
    op.execute(FUNCTIONS.read_text())


def downgrade() -> None:
    op.execute(BEFORE)
