"""The blob store: files by name, in a folder or a bucket, each replaced whole.

A name is seen with its old content or its new, never with part of either.
"""

import contextlib
import errno
import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO, cast

import fsspec
from fsspec.implementations.local import LocalFileSystem

from lineup.delivery import content_name
from lineup.errors import Refusal

UNFINISHED = ".unfinished"
"""Ends the names of local files that are still being written."""
CHUNK_BYTES = 1 << 20
YOUNG = timedelta(hours=1)
"""Older content in a bucket is written again when it is kept again."""
Write = Callable[[str], None]
NO_LISTINGS: Mapping[str, Any] = {"use_listings_cache": False}
S3_SETTINGS: Mapping[str, Any] = {
    **NO_LISTINGS,
    "config_kwargs": {
        "retries": {"mode": "standard", "max_attempts": 1},
        "connect_timeout": 3,
        "read_timeout": 10,
    },
}
"""s3fs tries five times itself; were botocore to do so each time, a bucket that is away
would hold a request for minutes."""


def _tell_missing_buckets() -> None:
    """Let a bucket that does not exist be a store that is away: to s3fs it is a file
    that is not there, and every blob of it would only seem to be gone.
    """
    from s3fs import errors

    missing = partial(OSError, errno.EIO)
    errors.ERROR_CODE_TO_EXCEPTION["NoSuchBucket"] = missing


def _unless_gone(error: Exception) -> None:
    """A folder that has gone meanwhile is empty; what else went wrong rises."""
    if not isinstance(error, FileNotFoundError):
        raise error


@contextmanager
def _errors_of_store() -> Iterator[None]:
    """Let a store that is away rise as an OSError, as a folder does: what serves an old
    copy meanwhile, or waits, goes by that.
    """
    try:
        yield
    except (OSError, ValueError, Refusal):
        raise
    except Exception as error:
        raise OSError(errno.EIO, f"The blob store is away: {error}") from error


class BlobStore:
    """Blobs under an fsspec address such as `file:///var/lib/lineup` or `s3://blobs`."""

    def __init__(self, url: str) -> None:
        self.url = url
        # Others write, too: a listing that is remembered would be an old one.
        settings = NO_LISTINGS
        if url.startswith("s3:"):
            settings = S3_SETTINGS
            _tell_missing_buckets()
        self._files, root = fsspec.core.url_to_fs(url, **settings)
        self._root = str(root).rstrip("/")
        self.is_local = isinstance(self._files, LocalFileSystem)

    @_errors_of_store()
    def read(self, name: str) -> bytes | None:
        """A blob's content; None when there is none by that name."""
        try:
            return cast(bytes, self._files.cat_file(self._path(name)))
        except FileNotFoundError:
            return None

    @_errors_of_store()
    def read_slice(self, name: str, offset: int, length: int) -> bytes:
        """`length` bytes from `offset` on; FileNotFoundError without such a blob."""
        path, end = self._path(name), offset + length
        return cast(bytes, self._files.cat_file(path, start=offset, end=end))

    @_errors_of_store()
    def open(self, name: str) -> BinaryIO:
        """A blob to read bit by bit; FileNotFoundError without such a blob."""
        if self.is_local:
            return open(self._path(name), "rb")  # noqa: PTH123 - caller closes
        return cast(BinaryIO, self._files.open(self._path(name), "rb"))

    @_errors_of_store()
    def has(self, name: str) -> bool:
        """Whether there is a blob by that name."""
        try:
            return bool(self._files.info(self._path(name))["type"] == "file")
        except FileNotFoundError:
            return False

    @_errors_of_store()
    def write(self, name: str, content: bytes) -> None:
        """Put a whole blob in place of whatever the name held."""
        if not self.is_local:
            self._files.pipe_file(self._path(name), content)
            return
        with self._unfinished(name) as path:
            with open(path, "wb") as file:  # noqa: PTH123 - fsspec paths are text
                file.write(content)
                _sync(file)
            os.replace(path, self._path(name))  # noqa: PTH105 - same

    @_errors_of_store()
    def write_remakable(self, contents: Mapping[str, bytes]) -> None:
        """Put whole blobs in place, by name; a bucket takes many at a time.

        A folder is not synced: a power cut may take the last ones back, or leave them
        empty. For what somebody compares with its origin and makes again.
        """
        if not self.is_local:
            self._files.pipe({self._path(n): c for n, c in contents.items()})
            return
        for name, content in contents.items():
            with self._unfinished(name) as path:
                with open(path, "wb") as file:  # noqa: PTH123 - fsspec paths are text
                    file.write(content)
                os.replace(path, self._path(name))  # noqa: PTH105 - same

    @_errors_of_store()
    def read_many(self, names: list[str]) -> dict[str, bytes]:
        """What there is by these names, read many at a time where the store can."""
        paths = {self._path(name): name for name in names}
        found = self._files.cat(list(paths), on_error="return")
        for error in found.values():
            if isinstance(error, Exception) and not isinstance(
                error, FileNotFoundError
            ):
                raise error
        return {paths[p]: c for p, c in found.items() if isinstance(c, bytes)}

    def write_content(self, content: bytes) -> str:
        """Keep immutable content under its digest, once; the digest."""
        digest = hashlib.sha256(content).hexdigest()
        self._keep(digest, lambda name: self.write(name, content))
        return digest

    @contextmanager
    def new_content(self) -> Iterator["NewContent"]:
        """Content written bit by bit; it has its digest when the body ends well."""
        with tempfile.TemporaryFile() as file:
            new = NewContent(file)
            yield new
            file.seek(0)
            self._keep(new.digest, lambda name: self.write_from(name, file))

    @_errors_of_store()
    def remove(self, name: str) -> None:
        """Remove a blob, if it is there."""
        with contextlib.suppress(FileNotFoundError):
            self._files.rm_file(self._path(name))

    def names(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """Names below a folder, unfinished ones too, with when they were written."""
        with contextlib.suppress(FileNotFoundError), _errors_of_store():
            for folder, _, files in self._files.walk(
                self._path(prefix), detail=True, on_error=_unless_gone
            ):
                for base, facts in files.items():
                    path = PurePosixPath(folder) / base
                    yield str(path.relative_to(self._root)), _written_at(facts)

    def _keep(self, digest: str, write: Write) -> None:
        name = content_name(digest)
        if not self._is_kept(name):
            write(name)

    @_errors_of_store()
    def _is_kept(self, name: str) -> bool:
        """Whether content is there, and so young that collection spares it."""
        path = self._path(name)
        try:
            if self.is_local:
                os.utime(path)
                return True
            written_at = _written_at(self._files.info(path))
        except FileNotFoundError:
            return False
        return datetime.now(UTC) - written_at < YOUNG

    @_errors_of_store()
    def write_from(self, name: str, file: IO[bytes]) -> None:
        """Put what can be read from `file`, bit by bit, in place of the name's blob."""
        if not self.is_local:
            self._upload(name, file)
            return
        with self._unfinished(name) as path:
            with open(path, "wb") as target:  # noqa: PTH123 - fsspec paths are text
                _copy(file, target)
                _sync(target)
            os.replace(path, self._path(name))  # noqa: PTH105 - same

    def _upload(self, name: str, file: IO[bytes]) -> None:
        """Put it there in parts, which become the blob all at once or not at all."""
        target = self._files.open(self._path(name), "wb")
        try:
            _copy(file, target)
            target.close()
        except BaseException:
            target.discard()
            target.closed = True  # or it would be put there when it is forgotten
            raise

    @contextmanager
    def _unfinished(self, name: str) -> Iterator[str]:
        path = f"{self._path(name)}.{secrets.token_hex(6)}{UNFINISHED}"
        self._files.makedirs(str(PurePosixPath(path).parent), exist_ok=True)
        try:
            yield path
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)  # noqa: PTH108 - same

    def _path(self, name: str) -> str:
        if name.startswith("/") or ".." in PurePosixPath(name).parts:
            raise ValueError("A blob's name stays inside its store.")
        return f"{self._root}/{name}"


class NewContent:
    """Content on its way into the store; hashed as it is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.length = 0

    def write(self, part: bytes) -> int:
        """Add a part at the end."""
        self._hash.update(part)
        self.length += len(part)
        return self._file.write(part)

    @property
    def digest(self) -> str:
        """The digest of what was written so far."""
        return self._hash.hexdigest()


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    while part := source.read(CHUNK_BYTES):
        target.write(part)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _written_at(facts: dict[str, object]) -> datetime:
    instant = facts.get("mtime") or facts.get("LastModified") or facts.get("created")
    if isinstance(instant, datetime):
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return datetime.fromtimestamp(float(cast(float, instant)), UTC)
