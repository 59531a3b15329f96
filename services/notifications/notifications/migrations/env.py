"""Alembic's environment of notifications."""

from lineup.command.migrations import run
from notifications.tables import METADATA

run(METADATA)
