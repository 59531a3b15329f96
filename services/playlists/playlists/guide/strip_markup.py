"""A guide's text without remarks, CDATA sections and processing instructions.

Each of them could hold the text of an end tag; without them a guide can be cut after
any. What a CDATA section says stays, as plain text.
"""

import re
from collections.abc import Iterator

SPECIAL = re.compile(rb"<!--|<!\[CDATA\[|<\?(?=[A-Za-z])")
ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
LONGEST = 4 << 20
"""What is longer has no end that can be meant, and is no remark."""
LONGEST_OPENING = len(b"<![CDATA[")


def strip_markup(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, perhaps cut elsewhere; lines stay where they are."""
    pending = b""
    for chunk in chunks:
        pending += chunk
        text, pending = _taken_out(pending, is_last=False)
        yield text
    yield _taken_out(pending, is_last=True)[0]


def _taken_out(text: bytes, *, is_last: bool) -> tuple[bytes, bytes]:
    """What is plain now, and what has to wait for the next piece."""
    parts, at = [], 0
    while found := SPECIAL.search(text, at):
        end = ENDS[found[0]]
        ends_at = text.find(end, found.end())
        if ends_at < 0:
            if not is_last and len(text) - found.start() < LONGEST:
                parts.append(text[at : found.start()])
                return b"".join(parts), text[found.start() :]
            parts.append(text[at : found.end()])
            at = found.end()
            continue
        parts.append(text[at : found.start()])
        parts.append(_as_text(found[0], text[found.end() : ends_at]))
        at = ends_at + len(end)
    kept = len(text) if is_last else _uncertain_from(text, at)
    parts.append(text[at:kept])
    return b"".join(parts), text[kept:]


def _as_text(opening: bytes, inside: bytes) -> bytes:
    if opening != b"<![CDATA[":
        return b"\n" * inside.count(b"\n")
    inside = inside.replace(b"&", b"&amp;")
    return inside.replace(b"<", b"&lt;").replace(b">", b"&gt;")


def _uncertain_from(text: bytes, at: int) -> int:
    """Where the text may begin an opening that the next piece goes on with."""
    found = text.rfind(b"<", max(at, len(text) - LONGEST_OPENING))
    return len(text) if found < 0 else found
