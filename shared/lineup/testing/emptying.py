"""Makes a used database as good as new, far cheaper than making a new one.

A new database copies some 300 files and takes a second of a busy machine; the rows a
test left are gone in a few milliseconds.
"""

from psycopg2.extensions import cursor
from psycopg2.sql import SQL, Identifier

KEPT = ("alembic_version",)
MOST_GROWTH = 8 << 20
"""In bytes; the files of deleted rows stay, and slow the next test down."""
LOCK_SECONDS = 5
SCHEMA = """
SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM (
    SELECT concat_ws(' ', 'relation', c.oid, c.relname, c.relkind, c.relacl,
                     c.reloptions, pg_get_indexdef(c.oid)) AS line
    FROM pg_class c WHERE relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT concat_ws(' ', 'column', attrelid, attname, atttypid, attnotnull,
                     pg_get_expr(adbin, adrelid))
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE c.relnamespace = 'public'::regnamespace AND attnum > 0
    UNION ALL
    SELECT concat_ws(' ', 'constraint', oid, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT concat_ws(' ', 'trigger', oid, tgenabled, pg_get_triggerdef(oid))
    FROM pg_trigger
    UNION ALL
    SELECT concat_ws(' ', 'function', oid, md5(prosrc), proacl)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT concat_ws(' ', 'version', version_num) FROM alembic_version
) AS lines
"""
TABLES = """
SELECT relname FROM pg_class
WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
"""
BEGIN_ANEW = """
SELECT setval(format('%I', sequencename)::regclass, start_value, false)
FROM pg_sequences
"""
LEAVE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
SIZE = "SELECT pg_database_size(current_database())"


def schema_of(statements: cursor) -> str:
    """A digest of all that a migration or a test could alter, but for rows."""
    statements.execute(SCHEMA)
    return str(_one(statements))


def size_of(statements: cursor) -> int:
    """How large the database is, in bytes."""
    statements.execute(SIZE)
    return int(str(_one(statements)))


def has_rows(statements: cursor) -> bool:
    """Whether a migration put rows there, which emptying would take away."""
    return any(_has_row(statements, table) for table in _tables(statements))


def empty(statements: cursor) -> None:
    """Take all rows away, whoever is still connected, and begin sequences anew."""
    statements.execute(LEAVE)
    statements.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    statements.execute("SET session_replication_role = replica")  # no triggers
    deletion = SQL("DELETE FROM {}")
    tables = map(Identifier, _tables(statements))
    statements.execute(SQL("; ").join(map(deletion.format, tables)))
    statements.execute(BEGIN_ANEW)


def _tables(statements: cursor) -> list[str]:
    statements.execute(TABLES)
    return [name for (name,) in statements.fetchall() if name not in KEPT]


def _has_row(statements: cursor, table: str) -> bool:
    one = SQL("SELECT EXISTS (SELECT FROM {})")
    statements.execute(one.format(Identifier(table)))
    return bool(_one(statements))


def _one(statements: cursor) -> object:
    row = statements.fetchone()
    return row[0] if row else None
