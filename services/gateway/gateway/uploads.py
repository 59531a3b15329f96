"""Files people upload, laid into the blob store for the playlists worker to read."""

from typing import BinaryIO, cast

from werkzeug.datastructures import FileStorage

from gateway.ground import ground
from lineup.blobs import BlobStore
from lineup.errors import Invalid
from lineup.ids import new_id

FOLDER = "uploads"
MEGABYTE = 1 << 20


def most_bytes() -> int:
    """How large a body with a file may be."""
    return ground().settings.upload_limit_mb * MEGABYTE


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
