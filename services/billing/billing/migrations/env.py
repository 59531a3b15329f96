"""Alembic's environment of billing."""

from lineup.command.migrations import run

run("billing")
