"""Alembic's environment of playlists."""

from lineup.command.migrations import run
from playlists.records import all_tables

run(all_tables())
