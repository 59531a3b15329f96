"""M3U templates: a set's playlist without what differs from user to user."""

import re
from urllib.parse import quote

from lineup.delivery import BASE_URL, CREDENTIALS, EXTENSION, M3U_HEAD
from playlists.channels.kinds import kind_of
from playlists.rendering.lineups import Entry

BASE, USER, FORM = (mark.decode() for mark in (BASE_URL, CREDENTIALS, EXTENSION))
UNSAFE_IN_LINES = re.compile(r"[\x00-\x1f\x7f]+")
REDIRECTED = frozenset({"http", "https"})
KEPT_IN_ADDRESSES = "%/:?&=+$@!*'()~#[];-._"


def bare(entries: list[Entry]) -> bytes:
    """The playlist of names and addresses only (type=m3u)."""
    lines = ["#EXTM3U"]
    for entry in entries:
        lines += [f"#EXTINF:-1,{entry.title}", _address(entry)]
    return _text(lines)


def full(entries: list[Entry]) -> bytes:
    """The playlist with attributes (type=m3u_plus)."""
    lines = [M3U_HEAD.decode()]
    for entry in entries:
        attributes = " ".join(f'{k}="{v}"' for k, v in _attributes(entry).items())
        lines.append(f"#EXTINF:-1 {attributes},{entry.title}")
        lines += map(_line, entry.player_lines)
        lines.append(_address(entry))
    return _text(lines)


def _attributes(entry: Entry) -> dict[str, str]:
    attributes = {
        "tvg-id": entry.tvg_id,
        "tvg-name": entry.title,
        "tvg-chno": str(entry.number),
        "tvg-logo": _logo(entry.logo),
        "group-title": entry.category_name,
    }
    if entry.is_radio:
        attributes["radio"] = "true"
    if entry.is_adult:
        # Players know one of these, or the other, or neither.
        attributes["adult"] = attributes["censored"] = "1"
    if entry.catchup_days:
        # Per channel, and by epoch: header values are unreliable, zones differ.
        attributes["catchup"] = "default"
        attributes["catchup-days"] = str(entry.catchup_days)
        attributes["catchup-source"] = (
            f"{BASE}/timeshift/{USER}/{{duration:60}}/{{utc}}/{entry.stream_id}.{_archive_ending(entry)}"
        )
    return attributes


def _address(entry: Entry) -> str:
    """The stable address of a channel; the source itself where no player would go on
    to it from there.
    """
    if is_direct(entry):
        return entry.address
    return f"{BASE}/live/{USER}/{entry.stream_id}.{entry.ending or FORM}"


def _archive_ending(entry: Entry) -> str:
    """As what comes back of the archive, which may lie elsewhere."""
    return (kind_of(entry.archive) if entry.archive else entry.ending) or FORM


def _line(text: str) -> str:
    """A line for players without what stands for something else in a template."""
    return UNSAFE_IN_LINES.sub(" ", text)


def is_direct(entry: Entry) -> bool:
    """Whether players are given the source as it is: one that is not of http."""
    scheme, sign, _ = entry.address.partition("://")
    is_address = bool(sign) and entry.address.isprintable()
    return is_address and scheme.lower() not in REDIRECTED


def _logo(address: str) -> str:
    """The address with what a reader would trip over percent-encoded."""
    encoded = quote(address.strip(), safe=KEPT_IN_ADDRESSES)
    return re.sub(r"(media(?:-dir|-size)?)=", r"\1%3D", encoded, flags=re.IGNORECASE)


def _text(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")
