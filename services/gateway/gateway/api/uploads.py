"""Channel lists and guides: by address, or as an uploaded file.

An uploaded file is the body's part `file` (multipart/form-data); what belongs to it
stands in the query, so that the file can be read as it comes.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, NamedTuple

import marshmallow as ma
from flask import request
from flask_smorest.fields import Upload as UploadField
from werkzeug.datastructures import FileStorage

from gateway import uploads
from gateway.api.endpoints import Endpoints
from gateway.api.schemas import query_schema, reply_schema
from gateway.api.subjects import channels, guide
from gateway.app_context import app_context
from gateway.request_context import ask
from lineup.contracts.playlists.guide import CreateGuideSource, GuideSourceView
from lineup.contracts.playlists.jobs import ImportChannels, JobView, PreviewChannels
from lineup.verbs import verb_of

ACCEPTED = 202


class FileSchema(ma.Schema):
    """Upload of a file."""

    file = UploadField(required=True, metadata={"description": "The file."})


@channels.view(ImportChannels)
def import_channels(rpc_request: ImportChannels) -> JobView:
    """Import an M3U playlist from a URL; the job shows the progress."""
    return ask(rpc_request)


@channels.view(PreviewChannels)
def preview_channels(rpc_request: PreviewChannels) -> JobView:
    """Preview an M3U playlist from a URL; the job lists its groups."""
    return ask(rpc_request)


@guide.view(CreateGuideSource)
def create_guide_source(rpc_request: CreateGuideSource) -> GuideSourceView:
    """Create a guide source that is fetched from a URL on a schedule."""
    return ask(rpc_request)


def import_uploaded_channels(rpc_request: ImportChannels, file: FileStorage) -> JobView:
    """Import an uploaded M3U playlist; the job shows the progress."""
    name = uploads.keep(app_context().blobs, file)
    named = rpc_request.file_name or (file.filename or "")[:100]
    return ask(replace(rpc_request, upload=name, file_name=named))


def preview_uploaded_channels(
    rpc_request: PreviewChannels, file: FileStorage
) -> JobView:
    """Preview an uploaded M3U playlist; the job lists its groups."""
    name = uploads.keep(app_context().blobs, file)
    named = rpc_request.file_name or (file.filename or "")[:100]
    return ask(replace(rpc_request, upload=name, file_name=named))


def create_uploaded_guide(
    rpc_request: CreateGuideSource, file: FileStorage
) -> GuideSourceView:
    """Create a guide source from an uploaded XMLTV file, plain or gzip."""
    name = uploads.keep(app_context().blobs, file)
    return ask(replace(rpc_request, upload=name))


class Upload(NamedTuple):
    """An endpoint for a file and, in the query, what belongs to it."""

    endpoints: Endpoints
    rule: str
    request_type: type
    without: frozenset[str]
    reply: type
    status: int
    view: Callable[[Any, FileStorage], Any]

    def open(self) -> None:
        """Open it; the larger limit is set once the caller is known."""
        blueprint = self.endpoints.blueprint
        query = query_schema(self.request_type, self.without)
        reading = blueprint.response(self.status, reply_schema(self.reply))(self._read)
        reading = blueprint.arguments(FileSchema, location="files")(reading)
        reading = blueprint.arguments(query, location="query")(reading)

        @uploads.takes_files
        @wraps(reading)
        def limited() -> Any:
            request.max_content_length = uploads.most_bytes()
            return reading()

        access = verb_of(self.request_type).access
        self.endpoints.mount(f"POST {self.rule}", limited, access, self.view, query)

    def _read(self, query: Any, files: dict[str, FileStorage]) -> Any:
        return self.view(query, files["file"])


Upload(
    channels,
    "/channel-imports/file",
    ImportChannels,
    frozenset({"upload", "address", "preview_id", "groups"}),
    JobView,
    ACCEPTED,
    import_uploaded_channels,
).open()
Upload(
    channels,
    "/channel-previews/file",
    PreviewChannels,
    frozenset({"upload", "address"}),
    JobView,
    ACCEPTED,
    preview_uploaded_channels,
).open()
Upload(
    guide,
    "/guide-sources/file",
    CreateGuideSource,
    frozenset({"upload", "address", "headers", "every_hours", "is_on"}),
    GuideSourceView,
    201,
    create_uploaded_guide,
).open()
