"""Migrations of a service's own database, by Alembic.

A service keeps them in `<service>/migrations` (env.py, script.py.mako, versions/); its
env.py is two lines: import `run`, `run("<service>")`.
"""

import time
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from alembic import command, context, op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    MetaData,
    Text,
    TextClause,
    Uuid,
    create_engine,
    func,
    text,
)
from sqlalchemy.pool import NullPool

from lineup.database.audit.protection import let_customers_be_erased
from lineup.database.records import BASE_TABLES, IDEMPOTENCY, INBOX, OUTBOX

ONE_AT_A_TIME = 0x4C494E45  # "LINE": copies of a service may all migrate at start
LOCK_SECONDS, LOOK_SECONDS = 60, 0.2
WORD_INDEX = "words_"
TABLE_LOCK_MILLISECONDS = 5000  # rather fail and be repeated than hold up live traffic


def configuration(service: str, uri: str) -> Config:
    """What Alembic needs to work on one service's database."""
    config = Config()
    config.set_main_option("script_location", f"{service}:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["uri"] = uri
    return config


def migrate(service: str, uri: str) -> None:
    """Bring a service's database to the newest schema; nothing when it is there."""
    command.upgrade(configuration(service, uri), "head")


def tables_of(service: str) -> MetaData:
    """The tables of a service: every room's `models`, whose base is its `Record`."""
    package = import_module(service)
    for module in walk_packages(package.__path__, f"{service}."):
        if module.name.endswith(".models"):
            import_module(module.name)
    tables: MetaData = import_module(f"{service}.records").Record.metadata
    return tables


def run(service: str) -> None:
    """Run what Alembic asked for; the only call in a service's env.py."""
    uri = context.config.attributes["uri"]
    engine = create_engine(
        uri.replace("postgresql://", "postgresql+psycopg2://", 1), poolclass=NullPool
    )
    with engine.connect() as connection:
        _lock_migrations(connection)
        context.configure(
            connection=connection,
            target_metadata=[tables_of(service), BASE_TABLES],
            compare_server_default=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


def create_base_tables() -> None:
    """For a service's first migration: outbox, inbox and idempotency."""
    first = [OUTBOX, INBOX, IDEMPOTENCY]
    BASE_TABLES.create_all(op.get_bind(), tables=first)


def create_purges() -> None:
    """For a service's migration: where it notes whose data it deletes, and to whom
    each kept answer was given.
    """
    op.execute(
        "ALTER TABLE idempotency"
        " ADD COLUMN IF NOT EXISTS scope text NOT NULL DEFAULT ''"
    )
    _create_table_of_purges("purges")


def create_erasures(*columns: Column[Any]) -> None:
    """For a service's migration: where it notes whose personal data it erases, so that
    its audit log lets it.
    """
    let_customers_be_erased(op)
    _create_table_of_purges("erasures", *columns)


def _create_table_of_purges(table: str, *columns: Column[Any]) -> None:
    instant = DateTime(timezone=True)
    op.create_table(
        table,
        Column("id", Uuid(), primary_key=True),
        Column("scope", Text(), nullable=False),
        *(Column(n, BigInteger(), nullable=False) for n in ("version", "step")),
        Column("found", Boolean(), nullable=False),
        Column("sweeps", BigInteger(), nullable=False),
        Column(
            "pass_began_at",
            instant,
            server_default=func.clock_timestamp(),
            nullable=False,
        ),
        Column("due_at", instant, nullable=True),
        Column("confirmed_at", instant, nullable=True),
        *columns,
    )
    op.create_index(f"ix_{table}_due_at", table, ["due_at"])


def create_word_index(table: str, column: str) -> None:
    """For a migration: an index that finds any part of a word in a text column.

    It takes PostgreSQL's pg_trgm; where that is not installed (it is with every usual
    package, not with every wheel) there is none, and searches read the rows.
    """
    known = text("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
    if op.get_bind().scalar(known) is None:
        return
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_index(
        f"{WORD_INDEX}{table}_{column}",
        table,
        [column],
        postgresql_using="gin",
        postgresql_ops={column: "gin_trgm_ops"},
    )


def create_index_beside_writers(name: str, table: str, expression: TextClause) -> None:
    """For a migration, before anything else in it: an index of a large table.

    Nobody who writes is held up meanwhile. What was done before is committed; when it
    fails the migration is to be repeated, and begins the index anew.
    """
    with op.get_context().autocommit_block():
        op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
        op.create_index(name, table, [expression], postgresql_concurrently=True)


def drift(engine: Engine, service: str) -> list[object]:
    """How a migrated database differs from the mapped classes; empty is right."""
    options = {"include_name": lambda name, *_: not _is_word_index(name)}
    with engine.connect() as connection:
        migrated = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(migrated, [tables_of(service), BASE_TABLES]))  # type: ignore[arg-type]


def _is_word_index(name: str | None) -> bool:
    """Whether it is an index that a database may lack."""
    return name is not None and name.startswith(WORD_INDEX)


def _lock_migrations(connection: Connection) -> None:
    """Wait until nobody else migrates, a look at a time: an index that is made beside
    writers would wait for a statement that waits here.
    """
    end = time.monotonic() + LOCK_SECONDS
    claim = text(f"SELECT pg_try_advisory_lock({ONE_AT_A_TIME})")
    while not connection.scalar(claim):
        connection.commit()
        if time.monotonic() > end:
            raise TimeoutError("Another copy has been migrating for a minute.")
        time.sleep(LOOK_SECONDS)
    connection.execute(text(f"SET lock_timeout = {TABLE_LOCK_MILLISECONDS}"))
    connection.commit()
