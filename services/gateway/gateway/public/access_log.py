"""The access log without anybody's credentials."""

import re
from typing import Any

from gunicorn.glogging import Logger

HIDDEN = "***"
IN_QUERY = re.compile(r"(?i)\b((?:username|password|token|u|p)=)[^&\s\"]*")
IN_PATH = re.compile(
    r"(?<![\w/])(/(?:live|timeshift|movie|series|xmltv)/)[^/\s?]+/[^/\s?]+?"
    r"(?=/|\.xml|[\s?]|$)"
)
SHORT_STREAM = re.compile(r"(?<![\w/])/[^/\s?]+/[^/\s?]+(?=/\d+(?:\.\w+)?(?:[\s?]|$))")
TOKEN = re.compile(r"(?<![\w/])(/p/)[^/\s?.]+")
MASKED_ATOMS = ("r", "U", "q", "f", "{raw_uri}e", "{request_uri}e")


def masked(text: str) -> str:
    """A request line, path, query or address with credentials hidden."""
    text = IN_QUERY.sub(rf"\1{HIDDEN}", text)
    text = TOKEN.sub(rf"\1{HIDDEN}", text)
    hidden = IN_PATH.sub(rf"\1{HIDDEN}/{HIDDEN}", text)
    return hidden if hidden != text else SHORT_STREAM.sub(f"/{HIDDEN}/{HIDDEN}", text)


class MaskingLogger(Logger):  # type: ignore[misc]
    """gunicorn's logger; its atoms tell paths and queries masked."""

    def atoms(
        self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any
    ) -> dict[str, Any]:
        """What an access log line can be made of."""
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        for name in MASKED_ATOMS:
            if isinstance(atoms.get(name), str):
                atoms[name] = masked(atoms[name])
        return atoms
