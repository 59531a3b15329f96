"""Where in a database something is still said that should have gone."""

from sqlalchemy import Engine, text

KEEPS_NOTHING = frozenset({"outbox", "alembic_version"})
"""What is in the outbox has gone once it was sent."""


def found_in(engine: Engine, *words: str) -> dict[str, int]:
    """In how many rows of each table one of some words stands, hyphens aside."""
    found: dict[str, int] = {}
    with engine.connect() as connection:
        connection.execute(text("SET LOCAL bytea_output = 'escape'"))
        names = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).scalars()
        for name in sorted(set(names) - KEEPS_NOTHING):
            said = f"replace(\"{name}\"::text, '-', '')"
            like = " OR ".join(f"{said} LIKE :w{n}" for n in range(len(words)))
            patterns = {
                f"w{n}": f"%{word.replace('-', '')}%" for n, word in enumerate(words)
            }
            query = text(f'SELECT count(*) FROM "{name}" WHERE {like}')  # noqa: S608
            if count := connection.execute(query, patterns).scalar():
                found[name] = count
    return found
