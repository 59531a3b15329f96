"""Alembic's environment of accounts."""

from accounts.tables import all_tables
from lineup.command.migrations import run

run(all_tables())
