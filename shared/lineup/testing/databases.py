"""Databases and virtual hosts for one test, quick to make and gone afterwards."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2
import requests
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection, cursor

from lineup.testing import emptying

PREFIX = "test"
KEPT_HOURS = 12
SERVER_SECONDS = 30


def fresh_name(purpose: str) -> str:
    """A name nobody else has; it holds the hour, so that leftovers can be told."""
    hour = datetime.now(UTC).strftime("%Y%m%d%H")
    return f"{PREFIX}_{purpose}_{hour}_{secrets.token_hex(4)}"


def is_leftover(name: str) -> bool:
    """Whether a killed run of long ago left this behind."""
    parts = name.split("_")
    if len(parts) < 4 or parts[0] != PREFIX:
        return False
    try:
        made_at = datetime.strptime(parts[-2], "%Y%m%d%H").replace(tzinfo=UTC)
    except ValueError:
        return False
    return datetime.now(UTC) - made_at > timedelta(hours=KEPT_HOURS)


def database_uri(server: str, name: str) -> str:
    """The address of one database of a server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


@dataclass
class Databases:
    """Makes databases on one server; a service's schema is migrated once."""

    server: str
    migrate: Callable[[str, str], None]
    _templates: dict[str, "Template"] = field(default_factory=dict)
    _used_for: dict[str, str] = field(default_factory=dict)
    _emptied: defaultdict[str, list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _shared: dict[str, str] = field(default_factory=dict)
    _made: list[str] = field(default_factory=list)

    def fresh(self, service: str) -> str:
        """The URI of a database with the schema of a service and no rows."""
        template = self._template(service)
        if self._emptied[service]:
            return database_uri(self.server, self._emptied[service].pop())
        uri = self._create(service, template=template.name)
        self._used_for[_name_of(uri)] = service
        return uri

    def give_back(self, uri: str) -> None:
        """Let another test have it, emptied; one that was altered is dropped."""
        name = _name_of(uri)
        service = self._used_for.get(name)
        if service and self._empty(uri, self._templates[service]):
            self._emptied[service].append(name)
        else:
            self.drop(uri)

    def shared(self, service: str) -> str:
        """The URI of the one database for tests that undo what they do."""
        if service not in self._shared:
            self._shared[service] = self.fresh(service)
        return self._shared[service]

    def empty(self) -> str:
        """The URI of a new database with nothing in it."""
        return self._create("empty", template="template1")

    def _template(self, service: str) -> "Template":
        if service not in self._templates:
            uri = self._create(f"template_{service}", template="template1")
            self.migrate(service, uri)
            with _statements(uri) as cursor:
                self._templates[service] = Template(
                    name=_name_of(uri),
                    schema=emptying.schema_of(cursor),
                    size=emptying.size_of(cursor),
                    has_rows=emptying.has_rows(cursor),
                )
        return self._templates[service]

    def _empty(self, uri: str, template: "Template") -> bool:
        """Whether a database is as its template now."""
        if template.has_rows:
            return False
        try:
            with _statements(uri) as cursor:
                emptying.empty(cursor)
                growth = emptying.size_of(cursor) - template.size
                is_same = emptying.schema_of(cursor) == template.schema
        except psycopg2.Error:
            return False
        return is_same and growth <= emptying.MOST_GROWTH

    def _create(self, purpose: str, *, template: str) -> str:
        name = fresh_name(purpose)
        with self._server() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            # Tests forgive the loss of a second by a power cut, and wait less.
            cursor.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        self._made.append(name)
        return database_uri(self.server, name)

    def drop(self, uri: str) -> None:
        """Drop a database, whoever is still connected."""
        name = _name_of(uri)
        with self._server() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._made.remove(name)

    def drop_all(self) -> None:
        """Drop all that was made here."""
        for name in list(self._made):
            self.drop(database_uri(self.server, name))

    def drop_leftovers(self) -> None:
        """Drop what killed runs left long ago."""
        with self._server() as cursor:
            cursor.execute("SELECT datname FROM pg_database")
            names = [name for (name,) in cursor.fetchall() if is_leftover(name)]
            for name in names:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _server(self) -> AbstractContextManager[cursor]:
        return _statements(self.server)


@dataclass(frozen=True)
class Template:
    """What databases of a service are made of, and how they are known to be like it."""

    name: str
    schema: str
    size: int
    has_rows: bool


@contextmanager
def _statements(uri: str) -> Iterator[cursor]:
    server: connection = psycopg2.connect(uri, connect_timeout=SERVER_SECONDS)
    server.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    try:
        with server.cursor() as statements:
            yield statements
    finally:
        server.close()


def _name_of(uri: str) -> str:
    return urlsplit(uri).path[1:]


@dataclass
class Vhosts:
    """Makes virtual hosts on one broker."""

    server: str
    management: str
    _made: list[str] = field(default_factory=list)

    def fresh(self) -> str:
        """The AMQP URI of a new virtual host."""
        name = fresh_name("vhost")
        self._ask("PUT", f"vhosts/{name}")
        user = quote(urlsplit(self.management).username or "", safe="")
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        self._ask("PUT", f"permissions/{name}/{user}", everything)
        self._made.append(name)
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))

    def drop(self, uri: str) -> None:
        """Drop a virtual host with its queues and connections."""
        name = urlsplit(uri).path[1:]
        self._ask("DELETE", f"vhosts/{name}")
        self._made.remove(name)

    def drop_all(self) -> None:
        """Drop all that was made here."""
        for name in list(self._made):
            self.drop(f"/{name}")

    def drop_leftovers(self) -> None:
        """Drop what killed runs left long ago."""
        for vhost in self._ask("GET", "vhosts").json():
            if is_leftover(vhost["name"]):
                self._ask("DELETE", f"vhosts/{vhost['name']}")

    def _ask(self, method: str, path: str, body: object = None) -> requests.Response:
        answer = requests.request(
            method, f"{self.management}/api/{path}", json=body, timeout=SERVER_SECONDS
        )
        answer.raise_for_status()
        return answer
