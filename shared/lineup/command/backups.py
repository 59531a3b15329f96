"""Backup and restore: every database of this installation and all blobs, in a folder.

A backup holds each database as it was at one instant, but not all at the same one:
services whose copies come from others go first, so that whoever owns a fact is never
older than a copy of it. Events that were on their way are not in it; announcing
everything again (`lineup resync`) heals what they would have told.
"""

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import entry_points
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import click

from lineup.command.installed import environment_of, selected_services

if TYPE_CHECKING:
    from lineup.blobs import BlobStore

LISTENERS_FIRST = ("notifications", "playlists", "billing", "accounts")
SYSTEM_PROGRAMS = Path("/usr/lib/postgresql")
SECONDS = 6 * 3600
BLOBS = "blobs.tar"
CONTENTS = "contents.json"
LIBPQ = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}
"""How PostgreSQL's programs are told where to go: no password is an argument."""


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a backup's folder holds, written last: without it a backup is none."""

    taken_at: str
    databases: list[str]
    blobs: int
    keys: list[str]
    """Digests of the keys that may have sealed something in here, newest first."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Back up all databases and blobs to a new FOLDER."""
    if folder.exists():
        raise click.ClickException(f"{folder} already exists; choose a new folder.")
    folder.mkdir(parents=True, mode=0o700)
    databases = _databases()
    for service, uri in databases.items():
        _dump(uri, folder / f"{service}.dump")
        click.echo(f"{service}: saved")
    contents = Contents(
        taken_at=datetime.now(UTC).isoformat(timespec="seconds"),
        databases=list(databases),
        blobs=_save_blobs(folder / BLOBS),
        keys=_digests(_keys()),
    )
    (folder / CONTENTS).write_text(json.dumps(asdict(contents), indent=2))
    click.echo(
        f"{contents.blobs} blobs saved. Keep the current secret keys for this backup."
    )


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def restore(folder: Path) -> None:
    """Restore empty databases and the blob store from FOLDER."""
    from lineup.command import migrations

    contents = _contents(folder)
    databases = {n: u for n, u in _databases().items() if n in contents.databases}
    _refuse_unless_fit(contents, databases)
    for service, uri in databases.items():
        _fill(uri, folder / f"{service}.dump")
        migrations.migrate(service, uri)
        click.echo(f"{service}: restored")
    click.echo(f"{_bring_blobs(folder / BLOBS)} blobs restored.")
    click.echo("Start the services, then: lineup resync")


def _databases() -> dict[str, str]:
    """The databases of the services installed here, listeners first."""
    names = sorted(selected_services(None), key=_listener_rank)
    uris = {name: environment_of(name).get("DATABASE_URI") for name in names}
    missing = [name for name, uri in uris.items() if uri is None]
    if missing:
        raise click.ClickException(f"DATABASE_URI of {', '.join(missing)} is not set.")
    return cast(dict[str, str], uris)


def _listener_rank(service: str) -> int:
    known = service in LISTENERS_FIRST
    return LISTENERS_FIRST.index(service) if known else len(LISTENERS_FIRST)


def _keys() -> list[str]:
    from lineup.secrets import keys_in

    for service in selected_services(None):
        if keys := environment_of(service).get("LINEUP_SECRET_KEYS"):
            return keys_in(keys)
    return []


def _digests(keys: list[str]) -> list[str]:
    return [sha256(key.encode()).hexdigest()[:16] for key in keys]


def _contents(folder: Path) -> Contents:
    try:
        return Contents(**json.loads((folder / CONTENTS).read_text()))
    except FileNotFoundError:
        raise click.ClickException(f"{folder} has no complete backup.") from None


def _refuse_unless_fit(contents: Contents, databases: Mapping[str, str]) -> None:
    """Nothing is overwritten, and nothing restored that no key here can open."""
    if contents.keys and not set(contents.keys) & set(_digests(_keys())):
        raise click.ClickException(
            "LINEUP_SECRET_KEYS holds none of the keys that this backup needs."
        )
    for service, uri in databases.items():
        if _tables(uri):
            raise click.ClickException(f"The database of {service} is not empty.")


def _tables(uri: str) -> int:
    import psycopg2

    connection = psycopg2.connect(uri)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            found = cursor.fetchall()
    finally:
        connection.close()
    return int(found[0][0])


def _dump(uri: str, file: Path) -> None:
    _run("pg_dump", uri, "--format=custom", "--no-owner", "--no-acl", f"--file={file}")


def _fill(uri: str, file: Path) -> None:
    where = _libpq(uri)["PGDATABASE"]
    whole = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-acl")
    _run("pg_restore", uri, *whole, f"--dbname={where}", str(file))


def _run(program: str, uri: str, *words: str) -> None:
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
        [find_program(program), *words],
        env={**os.environ, **_libpq(uri)},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    if done.returncode:
        raise click.ClickException(f"{program} failed:\n{done.stderr.strip()}")


def _libpq(uri: str) -> dict[str, str]:
    from psycopg2.extensions import parse_dsn

    return {LIBPQ[n]: value for n, value in parse_dsn(uri).items() if n in LIBPQ}


def find_program(name: str) -> str:
    """The newest of the system, one on the path, or one that an installation knows."""
    newest = sorted(
        SYSTEM_PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: path.parts[-3].zfill(3)
    )
    if newest:
        return str(newest[-1])
    if found := shutil.which(name):
        return found
    for entry in entry_points(group="lineup.programs"):
        own: Path = entry.load()() / "bin" / name
        if own.exists():
            return str(own)
    raise click.ClickException(f"{name} was not found; install postgresql-client.")


def _blob_store() -> "BlobStore | None":
    from lineup.blobs import BlobStore

    for service in selected_services(None):
        if url := environment_of(service).get("BLOB_URL"):
            return BlobStore(url)
    return None


def _save_blobs(file: Path) -> int:
    from lineup.blobs import UNFINISHED

    store = _blob_store()
    with tarfile.open(file, "w") as tar:
        if store is None:
            return 0
        names = (name for name, _ in store.names("") if not name.endswith(UNFINISHED))
        return sum(_added(tar, store, name) for name in names)


def _added(tar: tarfile.TarFile, store: "BlobStore", name: str) -> bool:
    """Put a blob into the archive, bit by bit; False when it is gone by now."""
    try:
        content = store.open(name)
    except FileNotFoundError:
        return False
    with content:
        entry = tarfile.TarInfo(name)
        entry.size = content.seek(0, os.SEEK_END)
        content.seek(0)
        tar.addfile(entry, content)
    return True


def _bring_blobs(file: Path) -> int:
    store, count = _blob_store(), 0
    with tarfile.open(file) as tar:
        for name, content in _files(tar):
            if store is None:
                raise click.ClickException("BLOB_URL is not set.")
            store.write_from(name, content)
            count += 1
    return count


def _files(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for entry in tar:
        content = tar.extractfile(entry)
        if content is not None:
            yield entry.name, content
