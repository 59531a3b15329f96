"""Rows that people made, multiplied inside the services' own databases."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import psycopg2
from psycopg2 import sql
from psycopg2.extras import execute_values
from running import Running

from billing.wallets.movements import customer_account

COPIED = """
SELECT id, owner_id, partner_id, scope, asset FROM wallet
 WHERE id::text LIKE '01900000-%'
"""
NAMED = """
UPDATE wallet SET id = CAST(named.after AS uuid) FROM (VALUES %s) AS named (id, after)
 WHERE wallet.id = CAST(named.id AS uuid)
"""
Copy = tuple[str, str, str, dict[str, str]]
"""Service, table, the row that is copied, and what differs in its copies."""


def made_id(kind: int, number: str = "n") -> str:
    """SQL: the id that the copy with this number has; older than any other."""
    return f"('01900000-0000-7000-800{kind}-' || lpad(to_hex({number}), 12, '0'))::uuid"


def multiply(
    system: Running, ids: Mapping[str, str], count: int, copies: Sequence[Copy]
) -> None:
    """Copy a customer's rows `count` times in each service's database."""
    uris = {service: system.database_uri(service) for service, *_ in copies}
    for service, table, which, changed in copies:
        with psycopg2.connect(uris[service]) as connection, connection.cursor() as rows:
            names = columns_of(rows, table)
            values = [changed.get(name, f't."{name}"') for name in names]
            rows.execute(
                sql.SQL(
                    f"INSERT INTO {{table}} ({', '.join(names)})"
                    f" SELECT {', '.join(values)} FROM {{table}} t,"
                    f" generate_series(1, {count}) n WHERE t.{which}"
                    " ON CONFLICT DO NOTHING"
                ).format(table=sql.Identifier(table)),
                ids,
            )
            rows.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
        connection.close()


def columns_of(rows: psycopg2.extensions.cursor, table: str) -> list[str]:
    """A table's columns that are written, not worked out by the database."""
    rows.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = "
        "'public' AND table_name = %s AND is_generated = 'NEVER' "
        "ORDER BY ordinal_position",
        [table],
    )
    return [name for (name,) in rows.fetchall()]


def name_wallets(system: Running) -> None:
    """Give every copied wallet the id that billing looks for."""
    connection = psycopg2.connect(system.database_uri("billing"))
    with connection, connection.cursor() as rows:
        rows.execute(COPIED)
        named = [(id_, str(_account_id(*owned))) for id_, *owned in rows.fetchall()]
        execute_values(rows, NAMED, named)
    connection.close()


def _account_id(owner: str, partner: str, scope: str, asset: str) -> UUID:
    return customer_account(UUID(owner), UUID(partner), scope, asset).id
