"""A trial is free: plans of trial products that had a price cost nothing from now on.

What was sold of them keeps its price, and gives it back when it is stopped.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

LET_TRIALS_BE_FREE = """
UPDATE plan SET price_minor = 0
FROM product WHERE product.id = plan.product_id AND product.is_trial
"""


def upgrade() -> None:
    op.execute(LET_TRIALS_BE_FREE)


def downgrade() -> None:
    """What they cost before is not known any more."""
