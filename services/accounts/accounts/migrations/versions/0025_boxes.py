"""Boxes in stock, their models, and what happened to each."""

import sqlalchemy as sa
from alembic import op

from lineup.command.migrations import create_word_index
from lineup.database.changes import forget_changes, note_changes

revision = "0025"
down_revision = "0024"

PATH = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "box_models",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", PATH, nullable=False),
        *(_text(name) for name in ("name", "maker", "name_key")),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_box_models"),
    )
    op.create_index("ix_box_models_scope", "box_models", ["scope"])
    op.create_index(
        "uq_box_models_name", "box_models", ["partner_id", "name_key"], unique=True
    )
    _create_boxes()
    _create_history()
    note_changes(op, "box_models", "boxes")


def _create_boxes() -> None:
    op.create_table(
        "boxes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", PATH, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("box_model_id", sa.Uuid(), nullable=False),
        *(_text(name) for name in ("serial", "serial_key", "mac", "search", "state")),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("assigned_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["box_model_id"], ["box_models.id"], name="fk_boxes_box_model_id_box_models"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_boxes_user_id_users"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_boxes"),
    )
    for value, column in (("serial", "serial_key"), ("mac", "mac")):
        columns = ["partner_id", column]
        op.create_index(f"uq_boxes_{value}", "boxes", columns, unique=True)
    op.create_index("ix_boxes_partner_id_id", "boxes", ["partner_id", "id"])
    op.create_index("ix_boxes_customer_id_id", "boxes", ["customer_id", "id"])
    for column in ("scope", "box_model_id", "user_id"):
        op.create_index(f"ix_boxes_{column}", "boxes", [column])
    create_word_index("boxes", "search")


def _create_history() -> None:
    op.create_table(
        "box_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("box_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", PATH, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *(_text(name) for name in ("event", "by")),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        _text("note"),
        sa.ForeignKeyConstraint(
            ["box_id"],
            ["boxes.id"],
            name="fk_box_history_box_id_boxes",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_box_history"),
    )
    op.create_index("ix_box_history_box_id_id", "box_history", ["box_id", "id"])
    for column in ("partner_id", "customer_id"):
        op.create_index(f"ix_box_history_{column}", "box_history", [column])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def downgrade() -> None:
    op.drop_table("box_history")
    forget_changes(op, "boxes", "box_models")
    op.drop_table("boxes")
    op.drop_table("box_models")
