"""Files people upload, laid into the blob store for the playlists worker to read."""

from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar, cast

from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException

from gateway.app_context import app_context, app_context_of
from gateway.security import BODY_BYTES
from lineup.blobs import BlobStore
from lineup.errors import Invalid
from lineup.ids import new_id

FOLDER = "uploads"
MEGABYTE = 1 << 20


Sent = TypeVar("Sent", bound=Callable[..., Any])
ENVELOPE_BYTES = 64 << 10
"""What stands around a file in a form."""


def takes_files(view: Sent) -> Sent:
    """Mark what is sent large files; all else is refused a long body unread."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def longest_for(app: Flask) -> Callable[[str, str], int]:
    """How long a body may be, by method and path; asked before any of it is read."""
    addresses = app.url_map.bind("")
    most = app_context_of(app).settings.upload_limit_mb * MEGABYTE + ENVELOPE_BYTES

    def longest(method: str, path: str) -> int:
        try:
            endpoint, _ = addresses.match(path, method)
        except HTTPException:
            return BODY_BYTES
        view = app.view_functions[endpoint]
        return most if hasattr(view, "takes_files") else BODY_BYTES

    return longest


def most_bytes() -> int:
    """How large a body with a file may be."""
    return app_context().settings.upload_limit_mb * MEGABYTE


class EmptyUpload(Invalid):
    """The file is empty."""

    code = "empty_upload"


def keep(store: BlobStore, file: FileStorage) -> str:
    """Copy an uploaded file, in bounded memory, to a new name under uploads/."""
    if not file.stream.read(1):
        raise EmptyUpload(fields={"file": [EmptyUpload.__doc__ or ""]})
    file.stream.seek(0)
    name = f"{FOLDER}/{new_id().hex}"
    store.write_from(name, cast(BinaryIO, file.stream))
    return name
