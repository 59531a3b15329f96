"""Files that staff uploaded: blobs under one folder, read once and removed."""

import re
from typing import BinaryIO

from lineup.blobs import BlobStore
from lineup.contracts.playlists.refusals import UploadMissing
from lineup.errors import Invalid

FOLDER = "uploads/"
NAME = re.compile(r"uploads/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")


def check_upload(name: str) -> str:
    """The name of an upload, or an empty one; Invalid when it leads elsewhere."""
    if name and not NAME.fullmatch(name):
        raise Invalid(fields={"upload": ["This is not a valid upload."]})
    return name


def open_upload(blobs: BlobStore, name: str) -> BinaryIO:
    """An upload to read; UploadMissing when it is not there."""
    try:
        return blobs.open(check_upload(name))
    except FileNotFoundError:
        raise UploadMissing from None
