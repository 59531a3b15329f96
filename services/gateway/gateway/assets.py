"""What browsers load beside pages: our own files, and those that others wrote.

Ours lie in `static/`. The others' (Tabler, htmx, icons) are installed by set-up into
ASSETS_FOLDER; without one, pages work and have no design. An address holds the digest
of its file, so a browser may keep the file for good.
"""

import gzip
import hashlib
import mimetypes
import re
from functools import cache
from pathlib import Path

import structlog
from flask import Blueprint, Flask, Response, abort, request, url_for
from markupsafe import Markup

from lineup.settings import MissingSetting

OWN = Path(__file__).parent / "static"
NEEDED = ("tabler.css", "tabler.js", "htmx.js", "chart.js", "sortable.js", "icons")
DIGEST_LENGTH = 12
PACK_LEVEL = 9
FOR_GOOD = "public, max-age=31536000, immutable"
SVG = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
ICON = (
    '<svg class="icon" width="24" height="24" viewBox="0 0 24 24" fill="none"'
    ' stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    ' aria-hidden="true" focusable="false">{}</svg>'
)

LOG = structlog.get_logger(__name__)


class Asset:
    """One file, kept in memory as it is sent: plain and packed."""

    def __init__(self, path: Path) -> None:
        self.content = path.read_bytes()
        self.packed = gzip.compress(self.content, PACK_LEVEL, mtime=0)
        self.digest = hashlib.sha256(self.content).hexdigest()[:DIGEST_LENGTH]
        self.media_type = mimetypes.guess_type(path.name)[0] or "text/plain"

    def answer(self) -> Response:
        """The file, packed for those who take it so."""
        is_packed = bool(request.accept_encodings["gzip"])
        body = self.packed if is_packed else self.content
        answer = Response(body, mimetype=self.media_type)
        answer.vary.add("Accept-Encoding")
        if is_packed:
            answer.content_encoding = "gzip"
        return answer


class Assets:
    """Every file by its name; what others wrote is found in `folder`."""

    def __init__(self, folder: str) -> None:
        """MissingSetting when a folder is named that lacks what pages need."""
        self._folder = Path(folder) if folder else None
        if self._folder is None:
            LOG.warning("no_assets", hint="set ASSETS_FOLDER; pages have no design")
        elif lacking := [n for n in NEEDED if not (self._folder / n).exists()]:
            raise MissingSetting(
                f"ASSETS_FOLDER: {folder} lacks {', '.join(lacking)};"
                " ./lineup assets installs them"
            )
        self._paths = {
            path.name: path
            for place in filter(None, (self._folder, OWN))
            for path in place.iterdir()
            if path.is_file()
        }
        self._load = cache(Asset)
        self.icon = cache(self._icon)

    def find(self, name: str) -> Asset | None:
        """A file; None when there is none of that name."""
        path = self._paths.get(name)
        return self._load(path) if path else None

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return name in self._paths

    def address_of(self, name: str) -> str:
        """Where a file is served; KeyError when there is none."""
        digest = self._load(self._paths[name]).digest
        return url_for("assets.serve", digest=digest, name=name)

    def _icon(self, name: str) -> Markup:
        """An icon to stand in a page, hidden from who listens; empty when unknown."""
        path = self._folder and self._folder / "icons" / f"{name}.svg"
        if not path or not path.is_file():
            return Markup()
        drawn = SVG.search(path.read_text())
        return Markup(ICON.format(drawn[1].strip() if drawn else ""))  # noqa: S704


def init_app(app: Flask, folder: str) -> None:
    """Serve the files below /assets/, and let templates name them and draw icons."""
    assets = Assets(folder)
    pages = Blueprint("assets", __name__)

    @pages.get("/assets/<digest>/<name>")
    def serve(digest: str, name: str) -> Response:
        asset = assets.find(name)
        if asset is None:
            abort(404)
        answer = asset.answer()
        is_current = digest == asset.digest
        answer.headers["Cache-Control"] = FOR_GOOD if is_current else "no-cache"
        return answer

    app.register_blueprint(pages)
    app.jinja_env.globals.update(
        asset=assets.address_of, has_asset=assets.has, icon=assets.icon
    )
