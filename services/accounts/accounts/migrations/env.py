"""Alembic's environment of accounts."""

from lineup.command.migrations import run

run("accounts")
