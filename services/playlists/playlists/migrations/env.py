"""Alembic's environment of playlists."""

from lineup.command.migrations import run

run("playlists")
