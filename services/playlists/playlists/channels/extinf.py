"""What stands on an #EXTINF line: its length, its attributes and its name.

Attributes are read from the left: `name="value"`, in single quotes, or bare, with
blanks around the sign or without. A quote ends a value only where a blank, a comma, the
next attribute or the end of the line follows, so that values may hold quotes. The name
is what follows the first comma outside of them, unless that is an attribute again.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

MOST_ATTRIBUTES = 100
"""Of one channel; players know about twenty."""
LONGEST_NAME = 64
"""Of an attribute."""
TAG = re.compile(r"#EXT(?:INF|M3U)\s*:?\s*(-?\d{0,9}(?:\.\d{0,9})?)", re.IGNORECASE)
ATTRIBUTE = re.compile(rf"([A-Za-z][\w-]{{0,{LONGEST_NAME}}})\s*=\s*", re.ASCII)
ENDS = r"(?=[\s,]|$|[A-Za-z][\w-]{0,64}\s*=)"
QUOTED = {
    '"': re.compile(rf'"(.*?)"{ENDS}', re.ASCII),
    "'": re.compile(rf"'(.*?)'{ENDS}", re.ASCII),
}
BARE = re.compile(r'[^\s",]+')
KNOWN = re.compile(
    r"\s*(?:tvg-[\w-]+|group-title|channel-id|channelid|ch-number|radio|logo"
    r"|catchup[\w-]*|parent-code|censored|adult|timeshift|user-agent)\s*=\s*[\"']",
    re.IGNORECASE,
)
"""An attribute that stands where the name should begin."""
NEXT = re.compile(r"[\s,]")


class ExtinfLine(NamedTuple):
    """A line as it was read; `attributes` by lower-case names, the first of each."""

    seconds: float
    """0: no end, or none that was given."""
    attributes: dict[str, str]
    name: str


def parse_extinf(text: str) -> ExtinfLine:
    """Read a line that describes a channel, or the whole list."""
    tag = TAG.match(text)
    attributes: dict[str, str] = {}
    begin = tag.end() if tag else 0
    for name, value, end in _attributes(text, begin):
        begin = end
        if name and len(attributes) < MOST_ATTRIBUTES:
            attributes.setdefault(name.lower(), value.strip())
    return ExtinfLine(_seconds(tag), attributes, text[begin:].strip())


def _attributes(text: str, at: int) -> Iterator[tuple[str, str, int]]:
    """Names, values and where each ends; one without a name tells where to go on.

    What tells no attribute is passed over up to the next blank or comma.
    """
    quotes = dict.fromkeys(QUOTED, True)
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text[at] == ",":
            at += 1
            yield "", "", at
            if not KNOWN.match(text, at):
                return
        elif found := ATTRIBUTE.match(text, at):
            value, at = _value(text, found.end(), quotes)
            yield found[1], value, at
        else:
            following = NEXT.search(text, at + 1)
            at = following.start() if following else len(text)
            yield "", "", at
    yield "", "", len(text)


def _value(text: str, at: int, quotes: dict[str, bool]) -> tuple[str, int]:
    """The value that begins at a place, and where it ends.

    `quotes` says whether a value in such quotes may still end: one search to the end of
    the line is enough to know that none does.
    """
    quote = text[at : at + 1]
    if quotes.get(quote):
        quoted = QUOTED[quote].match(text, at)
        if quoted is not None:
            return quoted[1], quoted.end()
        quotes[quote] = False
    start = at + (quote in QUOTED)
    bare = BARE.match(text, start)
    return (bare[0], bare.end()) if bare else ("", start)


def _seconds(tag: re.Match[str] | None) -> float:
    try:
        return max(float(tag[1]), 0.0) if tag else 0.0
    except ValueError:
        return 0.0
