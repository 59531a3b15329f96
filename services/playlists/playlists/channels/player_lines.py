"""What players must know beside an address, as lines of a playlist.

Whether a source wants a header field or a decoder is said in many ways: options of VLC
and Kodi, fields behind a "|" of the address, attributes. They are kept in one form, the
lines that players read before an address, and given out as they came.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from playlists.plain_text import in_one_line

MOST = 20
LONGEST = 1000
LINE = re.compile(
    r"#(?:EXTVLCOPT|KODIPROP):[A-Za-z][\w.-]{0,80}=[^\r\n]*|#EXTHTTP:\{[^\r\n]*\}"
)
TAG = re.compile(r"#(EXTVLCOPT|KODIPROP|EXTHTTP|WEBPROP)\s*:\s*(.*)", re.IGNORECASE)
OPTION = re.compile(r"([A-Za-z][\w.-]{0,80})\s*=\s*(.*)")
NEVER = re.compile(r"sout|demux-?dump|input-slave|logfile|plugin|lua", re.IGNORECASE)
"""Options that write files or open others."""
ATTRIBUTES = {
    "user-agent": "User-Agent",
    "http-user-agent": "User-Agent",
    "referrer": "Referer",
    "http-referrer": "Referer",
    "http-origin": "Origin",
}
VLC = {"user-agent": "http-user-agent", "referer": "http-referrer"}
"""Header fields that have an option of their own, which most players read."""
FIELD = re.compile(r"[A-Za-z0-9!#$%'*+.^_`~-]{1,80}")


def option_line(text: str) -> str:
    """A line of a playlist as it is kept; empty for one that is none of these."""
    found = TAG.fullmatch(text)
    if found is None:
        return ""
    tag, rest = found[1].upper(), found[2].strip()
    if tag == "EXTHTTP":
        return f"#EXTHTTP:{rest}" if _is_object(rest) else ""
    option = OPTION.fullmatch(rest.removeprefix("--").removeprefix(":"))
    if option is None or NEVER.search(option[1]) or tag == "WEBPROP":
        return ""
    return f"#{tag}:{option[1]}={option[2].strip()}"


def is_player_line(text: str) -> bool:
    """Whether a line may be given to players before an address."""
    return (
        LINE.fullmatch(text) is not None
        and len(text) <= LONGEST
        and option_line(text) == text
    )


def without_fields(address: str) -> tuple[str, dict[str, str]]:
    """An address without the header fields behind its "|", and those."""
    bare, sign, rest = address.partition("|")
    if not sign:
        return address, {}
    fields = {}
    for part in rest.split("&"):
        name, equals, value = part.partition("=")
        if equals and FIELD.fullmatch(name.strip()):
            fields[name.strip()] = in_one_line(unquote(value)).strip()
    return bare.strip(), fields


def fields_of(attributes: Mapping[str, str]) -> dict[str, str]:
    """Header fields that stand among the attributes."""
    return {
        field: attributes[name]
        for name, field in ATTRIBUTES.items()
        if attributes.get(name)
    }


def lines_of_fields(fields: Mapping[str, str]) -> Iterator[str]:
    """The lines that tell players to send these header fields."""
    rest = {}
    for name, value in fields.items():
        option = VLC.get(name.lower())
        if option is None:
            rest[name] = value
        elif value:
            yield f"#EXTVLCOPT:{option}={value}"
    if rest:
        yield f"#EXTHTTP:{json.dumps(rest, ensure_ascii=False)}"


def kept(lines: Iterable[str]) -> tuple[list[str], int]:
    """Lines without doubles, within the limits, and how many were beyond them."""
    unique = list(dict.fromkeys(lines))
    fitting = [line for line in unique if is_player_line(line)][:MOST]
    return fitting, len(unique) - len(fitting)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
