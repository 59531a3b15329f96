"""Playlist links in the log are dots, too: who has one has the player's password.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        "UPDATE delivery SET masked_body = regexp_replace(masked_body,"
        " '/p/[A-Za-z0-9_-]+\\.m3u8', '/p/••••••••.m3u8', 'g')"
        " WHERE masked_body LIKE '%/p/%'"
    )


def downgrade() -> None:
    """What was masked stays so."""
