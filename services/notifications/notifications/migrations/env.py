"""Alembic's environment of notifications."""

from lineup.command.migrations import run

run("notifications")
