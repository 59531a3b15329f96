"""Alembic's environment of billing."""

from billing.records import all_tables
from lineup.command.migrations import run

run(all_tables())
