"""Alembic's environment of notifications."""

from lineup.command.migrations import run
from notifications.records import all_tables

run(all_tables())
