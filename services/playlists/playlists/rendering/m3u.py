"""M3U templates: a set's playlist without what differs from user to user."""

import re
from urllib.parse import quote

from lineup.delivery import BASE_URL, CREDENTIALS, EXTENSION
from playlists.rendering.lineups import Entry, playlist_text

BASE, USER, FORM = (mark.decode() for mark in (BASE_URL, CREDENTIALS, EXTENSION))
GUIDE = f"{BASE}/xmltv/{USER}.xml.gz"
SEVERAL_GROUPS = re.compile(r"\s*[;|]\s*")
KEPT_IN_ADDRESSES = "%/:?&=+$@!*'()~#[];-._"


def bare(entries: list[Entry]) -> bytes:
    """The playlist of names and addresses only (type=m3u)."""
    lines = ["#EXTM3U"]
    for entry in entries:
        lines += [f"#EXTINF:-1,{playlist_text(entry.name)}", _address(entry)]
    return _text(lines)


def full(entries: list[Entry]) -> bytes:
    """The playlist with attributes (type=m3u_plus, PE-05)."""
    lines = [f'#EXTM3U x-tvg-url="{GUIDE}" url-tvg="{GUIDE}"']
    for entry in entries:
        attributes = " ".join(f'{k}="{v}"' for k, v in _attributes(entry).items())
        name = playlist_text(entry.name)
        lines += [f"#EXTINF:-1 {attributes},{name}", _address(entry)]
    return _text(lines)


def _attributes(entry: Entry) -> dict[str, str]:
    attributes = {
        "tvg-id": entry.tvg_id,
        "tvg-name": playlist_text(entry.name),
        "tvg-chno": str(entry.number),
        "tvg-logo": _logo(entry.logo),
        "group-title": SEVERAL_GROUPS.sub("/", playlist_text(entry.category_name)),
    }
    if entry.catchup_days:
        # Per channel, and by epoch: header values are unreliable, zones differ.
        attributes["catchup"] = "default"
        attributes["catchup-days"] = str(entry.catchup_days)
        attributes["catchup-source"] = (
            f"{BASE}/timeshift/{USER}/{{duration:60}}/{{utc}}/{entry.stream_id}.{FORM}"
        )
    return attributes


def _address(entry: Entry) -> str:
    return f"{BASE}/live/{USER}/{entry.stream_id}.{FORM}"


def _logo(address: str) -> str:
    """The address with what a reader would trip over percent-encoded."""
    encoded = quote(address.strip(), safe=KEPT_IN_ADDRESSES)
    return re.sub(r"(media(?:-dir|-size)?)=", r"\1%3D", encoded, flags=re.IGNORECASE)


def _text(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")
