"""The services' databases: made where they are missing, migrated where they are behind.

Whether one is behind is found out by a look at the files and one query, since importing
Alembic and every model takes longer than the rest of a start.
"""

import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.errors import UndefinedTable

CONNECT_SECONDS = 30
REVISION = re.compile(r'^revision\b.*?=\s*"(\w+)"', re.MULTILINE)
EARLIER = re.compile(r'^down_revision\b.*?=\s*"(\w+)"', re.MULTILINE)


def bring_up(server: str, uris: Mapping[str, str]) -> None:
    """Bring every service's database, by service, to its newest schema."""
    make_missing(server, uris)
    with ThreadPoolExecutor(len(uris)) as pool:
        current = dict(
            zip(uris, pool.map(is_current, uris, uris.values()), strict=True)
        )
    for service in [name for name in uris if not current[name]]:
        from lineup.command.migrations import migrate

        migrate(service, uris[service])


def make_missing(server: str, names: Iterable[str]) -> None:
    """Make the databases of these names that a server does not have."""
    with closing(psycopg2.connect(server, connect_timeout=CONNECT_SECONDS)) as there:
        there.autocommit = True
        with there.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database")
            known = {name for (name,) in cursor.fetchall()}
            for name in set(names) - known:
                made = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
                cursor.execute(made)


def is_current(service: str, uri: str) -> bool:
    """Whether a database is at the newest revision of its service."""
    connection = psycopg2.connect(uri, connect_timeout=CONNECT_SECONDS)
    with closing(connection), connection.cursor() as cursor:
        try:
            cursor.execute("SELECT version_num FROM alembic_version")
        except UndefinedTable:
            return False
        return {name for (name,) in cursor.fetchall()} == heads_of(service)


def heads_of(service: str) -> set[str]:
    """The revisions of a service that no other comes after."""
    spec = find_spec(service)
    assert spec is not None  # noqa: S101 - a checkout has all of them
    assert spec.origin is not None  # noqa: S101 - it is a package with a file
    folder = Path(spec.origin).parent / "migrations" / "versions"
    texts = [file.read_text() for file in folder.glob("*.py")]
    found = {name for text in texts for name in REVISION.findall(text)}
    return found - {name for text in texts for name in EARLIER.findall(text)}
