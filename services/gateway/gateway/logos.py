"""Logos of channels that staff uploads: kept by their digest, served for good.

What is taken is told by its first bytes, so nothing but a picture is ever served, and
as nothing else. SVG is not taken: it can hold scripts. Pages show only these; a logo
from elsewhere is given to players, while pages show the channel's letters.
"""

import hashlib
import re

from flask import Blueprint, Flask, Response, abort, url_for
from werkzeug.datastructures import FileStorage

from gateway.app_context import app_context
from lineup.errors import Invalid

FOLDER = "logos"
MOST_BYTES = 512 << 10
FORM_BYTES = 1 << 20
"""Of a form with a logo: the file and what stands beside it."""
FOR_GOOD = "public, max-age=31536000, immutable"
TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
NAME = re.compile(r"[0-9a-f]{64}\.(png|jpg|webp)")

pages = Blueprint("logos", __name__)


class NotALogo(Invalid):
    """A logo must be a PNG, JPEG or WebP image of up to 512 KB."""

    code = "not_a_logo"


def keep(file: FileStorage | None) -> str:
    """The address of an uploaded logo; empty when there is no file, else NotALogo."""
    if not file:
        return ""
    content = file.stream.read(MOST_BYTES + 1)
    file.close()
    ending = _ending_of(content)
    if not ending or len(content) > MOST_BYTES:
        raise NotALogo(fields={"logo_file": [NotALogo.__doc__ or ""]})
    name = f"{hashlib.sha256(content).hexdigest()}.{ending}"
    app_context().blobs.write(f"{FOLDER}/{name}", content)
    return app_context().settings.base_url + url_for("logos.serve", name=name)


def own(address: str) -> str:
    """The path of a logo that was uploaded here; empty for any other address."""
    start = f"{app_context().settings.base_url}/{FOLDER}/"
    return (
        f"/{FOLDER}/{address.removeprefix(start)}" if address.startswith(start) else ""
    )


def init_app(app: Flask) -> None:
    """Serve logos, and let templates know which are ours."""
    app.register_blueprint(pages)
    app.jinja_env.globals.update(own_logo=own)


@pages.get("/logos/<name>")
def serve(name: str) -> Response:
    """A logo, to anybody: players fetch it."""
    ours = NAME.fullmatch(name)
    content = app_context().blobs.read(f"{FOLDER}/{name}") if ours else None
    if ours is None or content is None:
        abort(404)
    headers = {"Cache-Control": FOR_GOOD}
    return Response(content, mimetype=TYPES[ours[1]], headers=headers)


def _ending_of(content: bytes) -> str:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    is_webp = content.startswith(b"RIFF") and content[8:12] == b"WEBP"
    return "webp" if is_webp else ""
