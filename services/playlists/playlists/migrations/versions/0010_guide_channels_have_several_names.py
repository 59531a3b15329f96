"""Guide channels have several names, and programmes keep all that is said of them.

Revision ID: 0010
Revises: 0009
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from playlists.channels.naming import (
    FILLERS,
    country_of,
    guide_name_keys,
    name_keys,
)

revision = "0010"
down_revision = "0009"
AT_ONCE = 1000
KEYS = ("exact_key", "strict_key", "loose_key")
TEXTS = (("channels", "exact_key"), ("channels", "strict_key"), ("channels", "country"))


def upgrade() -> None:
    op.create_table(
        "guide_names",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_no", sa.Integer(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        *(sa.Column(key, sa.Text(), nullable=False) for key in KEYS),
        sa.PrimaryKeyConstraint("import_id", "channel_no", "place"),
    )
    for table, name in (*TEXTS, ("guide_channels", "country")):
        op.add_column(
            table, sa.Column(name, sa.Text(), nullable=False, server_default="")
        )
    op.add_column(
        "programmes", sa.Column("extra", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("guide_sources", sa.Column("shrunk_at", sa.DateTime(timezone=True)))
    _fill_channels()
    _fill_guide_names()
    for key in KEYS:
        op.create_index(f"ix_guide_names_{key}", "guide_names", ["import_id", key])
    op.drop_index("ix_guide_channels_name_key", "guide_channels")


def _in_parts(statement: str) -> Iterator[Sequence[Sequence[Any]]]:
    found = op.get_bind().execute(sa.text(statement))
    while some := found.fetchmany(AT_ONCE):
        yield some


def _fill_channels() -> None:
    change = sa.text(
        "UPDATE channels SET exact_key = :exact, strict_key = :strict,"
        " name_key = :loose, country = :country WHERE id = :id"
    )
    for some in _in_parts("SELECT id, name, guide_id FROM channels"):
        rows = [
            {
                "id": id_,
                "country": country_of(guide_id, name),
                **name_keys(name)._asdict(),
            }
            for id_, name, guide_id in some
        ]
        op.get_bind().execute(change, rows)
    op.get_bind().execute(
        sa.text(
            "UPDATE channels SET guide_key = ''"
            " WHERE guide_key = ANY(:fillers) AND NOT guide_id_is_manual"
        ),
        {"fillers": sorted(FILLERS)},
    )


def _fill_guide_names() -> None:
    add = sa.text(
        "INSERT INTO guide_names VALUES"
        " (:import_id, :channel_no, 0, :exact, :strict, :loose)"
    )
    change = sa.text(
        "UPDATE guide_channels SET country = :country"
        " WHERE import_id = :import_id AND channel_no = :channel_no"
    )
    named = "SELECT import_id, channel_no, xmltv_id, name FROM guide_channels"
    for some in _in_parts(named):
        rows = [
            {
                "import_id": import_id,
                "channel_no": channel_no,
                "country": country_of(xmltv_id, name),
                **guide_name_keys(name)._asdict(),
            }
            for import_id, channel_no, xmltv_id, name in some
        ]
        op.get_bind().execute(add, rows)
        op.get_bind().execute(change, rows)


def downgrade() -> None:
    op.create_index(
        "ix_guide_channels_name_key", "guide_channels", ["import_id", "name_key"]
    )
    for table, name in (*TEXTS, ("guide_channels", "country")):
        op.drop_column(table, name)
    op.drop_column("guide_sources", "shrunk_at")
    op.drop_column("programmes", "extra")
    op.drop_table("guide_names")
