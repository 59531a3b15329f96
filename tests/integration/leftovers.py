"""Where on the running system something is still said that should have gone."""

from contextlib import suppress


def in_tables(lineup, database, words):
    tables = lineup.rows(
        database,
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " AND tablename <> 'alembic_version'",
    )
    plain = [word.replace("-", "") for word in words]
    counts = " UNION ALL ".join(
        f"SELECT '{name}', count(*) FROM \"{name}\" WHERE"
        f" replace(\"{name}\"::text, '-', '') LIKE ANY(%s)"
        for (name,) in tables
    )
    patterns = [[f"%{word}%" for word in plain]] * len(tables)
    return [row for row in lineup.rows(database, counts, *patterns) if row[1]]


def files_with(lineup, words):
    needles = [word.encode() for word in words]
    for path in (lineup.home / "blobs").rglob("*"):
        # Files are written anew and deleted meanwhile.
        with suppress(IsADirectoryError, FileNotFoundError):
            content = path.read_bytes()
            if any(one in content for one in needles):
                yield str(path), 1
