"""Drafts of migrations, made against a database that has all the earlier ones."""

from pathlib import Path

from alembic import command

from lineup.command.migrations import configuration, migrate
from lineup.testing.databases import Databases
from lineup.testing.servers import running_servers


def draft(service: str, message: str) -> Path:
    """Write the migration that brings the schema to the models; to be read and kept."""
    with running_servers() as servers:
        databases = Databases(servers.postgres, migrate)
        try:
            uri = databases.fresh(service)
            script = command.revision(
                configuration(service, uri), message=message, autogenerate=True
            )
        finally:
            databases.drop_all()
    if script is None or isinstance(script, list):
        raise TypeError("Alembic wrote no single script.")
    return Path(script.path)
