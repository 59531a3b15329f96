"""player_api.php and its kin: JSON in the forms that strict players read."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gateway.public.answers import JSON, NEVER_STORED, VARY, Answer, json_body, whole
from gateway.public.library import Library
from gateway.public.members import Member
from gateway.public.requests import Ask, whole_number
from lineup.delivery import SetManifest

UNLIMITED = 2_145_916_800
"""2038-01-01: players crash on null, and many count in 31 bits."""
SHORT_GUIDE = 4
LONGEST_SHORT_GUIDE = 100
ECHOED = 32
GZIPPED = ("Content-Encoding", "gzip")

Row = tuple[int, int, int, str, str, str, str]
"""A programme: id, start, stop, title, description, language, guide channel id."""


def refused(ask: Ask) -> Answer:
    """Wrong credentials: HTTP 200, auth 0 (PE-08)."""
    user = {
        "auth": 0,
        "username": ask.get("username")[:ECHOED],
        "password": ask.get("password")[:ECHOED],
        "status": "Disabled",
        "message": "",
    }
    return json_body(msgspec.json.encode({"user_info": user}))


def player_api(ask: Ask, library: Library, member: Member, now: datetime) -> Answer:
    """One Xtream call of a known user; an unknown action answers the account."""
    action = ask.get("action")
    if action in LISTS:
        return LISTS[action](ask, library, member, now)
    if action in NOTHING_THERE:
        return json_body(NOTHING_THERE[action])
    return json_body(msgspec.json.encode(account(member, now)))


def panel_api(library: Library, member: Member, now: datetime) -> Answer:
    """The old dump of everything: account, categories and channels by stream id."""
    manifest = _seen(library, member, now)
    streams, categories = b"[]", b"[]"
    if manifest is not None:
        streams = library.content(manifest.live_streams_digest)
        categories = library.content(manifest.categories_digest)
    found = msgspec.json.decode(streams, type=list[dict[str, Any]])
    return json_body(
        msgspec.json.encode(
            {
                **account(member, now),
                "categories": {"live": msgspec.Raw(categories), "movie": []},
                "available_channels": {str(s["stream_id"]): s for s in found},
            }
        )
    )


def account(member: Member, now: datetime) -> dict[str, Any]:
    """The account block: the truth about this user and this server (PE-07)."""
    fact = member.fact
    return {
        "user_info": {
            "username": fact.username,
            "password": member.password,
            "message": "",
            "auth": 1,
            "status": _status(member, now),
            "exp_date": _ends(member, now),
            "is_trial": "1" if fact.is_trial else "0",
            "active_cons": "0",
            "created_at": str(int(fact.created_at.timestamp())),
            "max_connections": str(fact.max_connections),
            "allowed_output_formats": ["m3u8", "ts"],
        },
        "server_info": _server(member.base_url, now),
    }


def _status(member: Member, now: datetime) -> str:
    if not member.fact.is_active:
        return "Disabled"
    return "Active" if member.fact.is_subscribed(now) else "Expired"


def _ends(member: Member, now: datetime) -> str:
    """The end as told to players; without any subscription, when the user began."""
    fact = member.fact
    if fact.ends_at is not None:
        return str(min(int(fact.ends_at.timestamp()), UNLIMITED))
    if fact.is_subscribed(now):
        return str(UNLIMITED)
    return str(int(fact.created_at.timestamp()))


def _server(base_url: str, now: datetime) -> dict[str, Any]:
    parts = urlsplit(base_url)
    is_https = parts.scheme == "https"
    port = parts.port or (443 if is_https else 80)
    return {
        "url": parts.hostname or "",
        "port": "80" if is_https else str(port),
        "https_port": str(port) if is_https else "443",
        "server_protocol": parts.scheme,
        "rtmp_port": "25462",
        "timezone": "UTC",
        "timestamp_now": int(now.timestamp()),
        "time_now": now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "process": True,
    }


def _seen(library: Library, member: Member, now: datetime) -> SetManifest | None:
    """What the member sees; None for a disabled one."""
    return library.manifest_at(member, now) if member.fact.is_active else None


def live_categories(
    ask: Ask, library: Library, member: Member, now: datetime
) -> Answer:
    """get_live_categories."""
    manifest = _seen(library, member, now)
    if manifest is None:
        return json_body(b"[]")
    return _shared(ask, library, manifest.categories_digest)


def live_streams(ask: Ask, library: Library, member: Member, now: datetime) -> Answer:
    """get_live_streams, of one category where it is named."""
    manifest = _seen(library, member, now)
    if manifest is None:
        return json_body(b"[]")
    digest, category = manifest.live_streams_digest, ask.get("category_id")
    if not category or whole_number(category) is None:
        return _shared(ask, library, digest)

    def narrow() -> bytes:
        streams = library.decoded(digest, list[dict[str, Any]])
        found = [s for s in streams if s["category_id"] == category]
        return msgspec.json.encode(found)

    known = {c["category_id"] for c in _categories(library, manifest)}
    if category not in known:
        return json_body(b"[]")
    return json_body(library.remember(("category", digest, category), narrow))


def _categories(library: Library, manifest: SetManifest) -> list[dict[str, Any]]:
    return library.decoded(manifest.categories_digest, list[dict[str, Any]])


def _shared(ask: Ask, library: Library, digest: str) -> Answer:
    """A list that is the same for all who see the set."""
    headers = [JSON, NEVER_STORED, VARY]
    if ask.wants_gzip:
        return whole([*headers, GZIPPED], library.zipped(digest))
    return whole(headers, library.content(digest))


def short_guide(ask: Ask, library: Library, member: Member, now: datetime) -> Answer:
    """get_short_epg: what runs, and what comes next."""
    limit = whole_number(ask.get("limit")) or SHORT_GUIDE
    present = int(now.timestamp())
    rows = [row for row in _rows(ask, library, member, now) if row[2] > present]
    shown = rows[: min(limit, LONGEST_SHORT_GUIDE)]
    return _listings([_listing(row) for row in shown])


def full_table(ask: Ask, library: Library, member: Member, now: datetime) -> Answer:
    """get_simple_data_table: all that is told, with what plays and what is kept."""
    present = int(now.timestamp())
    source = None
    manifest = _seen(library, member, now)
    if manifest is not None:
        source = library.sources(manifest).get(ask.get("stream_id"))
    reach = source.catchup_days * 86_400 if source else 0
    return _listings(
        [
            _listing(row)
            | {
                "now_playing": int(row[1] <= present < row[2]),
                "has_archive": int(present - reach <= row[1] and row[2] <= present),
            }
            for row in _rows(ask, library, member, now)
        ]
    )


def _rows(ask: Ask, library: Library, member: Member, now: datetime) -> list[Row]:
    manifest = _seen(library, member, now)
    stream_id = ask.get("stream_id")
    if manifest is None or whole_number(stream_id) is None:
        return []
    return msgspec.json.decode(library.listing(manifest, stream_id), type=list[Row])


def _listing(row: Row) -> dict[str, Any]:
    number, start, stop, title, description, language, channel_id = row
    return {
        "id": str(number),
        "epg_id": str(number // 10**8),
        "title": _base64(title),
        "lang": language,
        "start": _clock(start),
        "end": _clock(stop),
        "description": _base64(description),
        "channel_id": channel_id,
        "start_timestamp": str(start),
        "stop_timestamp": str(stop),
    }


def _listings(rows: list[dict[str, Any]]) -> Answer:
    return json_body(msgspec.json.encode({"epg_listings": rows}))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _clock(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%d %H:%M:%S")


LISTS: dict[str, Callable[[Ask, Library, Member, datetime], Answer]] = {
    "get_live_categories": live_categories,
    "get_live_streams": live_streams,
    "get_short_epg": short_guide,
    "get_epg": full_table,
    "get_simple_data_table": full_table,
}
NOTHING_THERE: dict[str, bytes] = {
    "get_vod_categories": b"[]",
    "get_vod_streams": b"[]",
    "get_vod_info": b'{"info":[],"movie_data":{}}',
    "get_series_categories": b"[]",
    "get_series": b"[]",
    "get_series_info": b'{"seasons":[],"info":{},"episodes":{}}',
}
"""Correct answers of an installation without films and series."""
