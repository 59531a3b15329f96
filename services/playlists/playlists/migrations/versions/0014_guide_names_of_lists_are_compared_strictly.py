"""The names that playlists have for guides are compared strictly, old ones, too.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

from playlists.channels.naming import name_keys

revision = "0014"
down_revision = "0013"
AT_ONCE = 1000
CHANNELS = "SELECT id, NULL, guide_name FROM channels WHERE guide_name <> ''"
KEEP_CHANNEL = "UPDATE channels SET guide_name_key = :key WHERE id = :id"
CHANGES = """
SELECT channel_id, job_id, coalesce(before ->> 'guide_name', guide_name, '')
FROM import_changes LEFT JOIN channels ON channels.id = channel_id
WHERE before ->> 'guide_name_key' <> ''
"""
KEEP_CHANGE = """
UPDATE import_changes
SET before = jsonb_set(before, '{guide_name_key}', to_jsonb(CAST(:key AS text)))
WHERE channel_id = :id AND job_id = :job_id
"""


def upgrade() -> None:
    _compare_strictly(CHANNELS, KEEP_CHANNEL)
    _compare_strictly(CHANGES, KEEP_CHANGE)


def _compare_strictly(named: str, keep: str) -> None:
    found = op.get_bind().execute(sa.text(named))
    while some := found.fetchmany(AT_ONCE):
        rows = [
            {"id": id_, "job_id": job_id, "key": name_keys(name).strict}
            for id_, job_id, name in some
        ]
        op.get_bind().execute(sa.text(keep), rows)


def downgrade() -> None:
    """Leave the keys: yesterday's code makes the same."""
