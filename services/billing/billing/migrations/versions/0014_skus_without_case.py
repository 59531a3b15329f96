"""A SKU is one in capitals or not: of two plans that differ in them one is renamed."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

ON_SALE = sa.text("sku <> '' AND retired_at IS NULL")
RENAME_LATER_ONES = """
    UPDATE plan SET sku = plan.sku || '~' || later.place
    FROM (
        SELECT id, row_number() OVER (
            PARTITION BY partner_id, lower(sku) ORDER BY created_at, id
        ) AS place
        FROM plan WHERE sku <> '' AND retired_at IS NULL
    ) AS later
    WHERE later.id = plan.id AND later.place > 1
"""


def upgrade() -> None:
    op.execute(RENAME_LATER_ONES)
    _index(sa.literal_column("lower(sku)").label("lowered"))


def downgrade() -> None:
    _index("sku")


def _index(sku: "str | sa.ColumnElement[str]") -> None:
    op.drop_index("uq_plan_sku", "plan")
    op.create_index(
        "uq_plan_sku",
        "plan",
        ["partner_id", sku],
        unique=True,
        postgresql_where=ON_SALE,
    )
