"""Pages leave packed, and no secret in them can be found out by their length.

Who can see the length of packed pages, and have words of their own put into them, could
guess a secret letter by letter (BREACH). So a form's token looks different in every
answer, and each packed page is longer by a random part.
"""

import secrets
import struct
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from itertools import cycle
from typing import Any

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect, _FlaskFormCSRF, generate_csrf, validate_csrf

LEVEL = 5
SMALLEST_BYTES = 1000
"""Below, packing costs more than it spares."""
PADDED_BYTES = 64
MASK_BYTES = 16
PACKED_TYPES = {"text/html"}
HAS_FILE_NAME, OF_UNIX = 8, 3


def pack(answer: Response) -> Response:
    """Pack a page for those who take it so."""
    if answer.mimetype not in PACKED_TYPES or answer.is_streamed:
        return answer
    answer.vary.add("Accept-Encoding")
    is_apart = answer.content_encoding or "Content-Range" in answer.headers
    if is_apart or not request.accept_encodings["gzip"]:
        return answer
    content = answer.get_data()
    if len(content) >= SMALLEST_BYTES:
        answer.set_data(packed(content))
        answer.content_encoding = "gzip"
    return answer


def packed(content: bytes) -> bytes:
    """A gzip file of a name of random length, which readers pass over (RFC 1952)."""
    name = secrets.token_hex(PADDED_BYTES)[: 1 + secrets.randbelow(2 * PADDED_BYTES)]
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    header = struct.pack("<BBBBLBB", 0x1F, 0x8B, 8, HAS_FILE_NAME, 0, 0, OF_UNIX)
    body = packer.compress(content) + packer.flush()
    tail = struct.pack("<LL", zlib.crc32(content), len(content) & 0xFFFFFFFF)
    return header + name.encode() + b"\0" + body + tail


def masked_token() -> str:
    """The token of forms, as this answer alone shows it."""
    if "masked_token" not in g:
        mask = secrets.token_bytes(MASK_BYTES)
        g.masked_token = _as_token(mask + _crossed(generate_csrf().encode(), mask))
    token: str = g.masked_token
    return token


def bare_token(masked: str | None) -> str:
    """The token behind its mask; empty for what is none."""
    try:
        both = urlsafe_b64decode((masked or "").encode())
        return _crossed(both[MASK_BYTES:], both[:MASK_BYTES]).decode()
    except (Error, ValueError):
        return ""


def _crossed(content: bytes, mask: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(content, cycle(mask), strict=False))


def _as_token(content: bytes) -> str:
    return urlsafe_b64encode(content).decode()


class MaskedTokens(_FlaskFormCSRF):  # type: ignore[misc]
    """Puts masked tokens into forms and takes them off again."""

    def generate_csrf_token(self, _: Any) -> str:
        """The token as this answer shows it."""
        return masked_token()

    def validate_csrf_token(self, _: Any, field: Any) -> None:
        """ValidationError for a token that is not ours."""
        if not g.get("csrf_valid", False):
            validate_csrf(bare_token(field.data))


class Protection(CSRFProtect):  # type: ignore[misc]
    """Checks that a form is ours, by a token behind a mask."""

    def init_app(self, app: Flask) -> None:
        """Let templates write masked tokens."""
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = masked_token
        app.context_processor(lambda: {"csrf_token": masked_token})

    def _get_csrf_token(self) -> str:
        return bare_token(super()._get_csrf_token())
