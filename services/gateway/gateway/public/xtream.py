"""player_api.php and its kin: JSON in the forms that strict players read."""

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec

from gateway.public.answers import JSON, NEVER_STORED, VARY, Answer, json_body, whole
from gateway.public.library import NOTHING, Library
from gateway.public.members import Member
from gateway.public.requests import Ask, whole_number
from lineup.delivery import SetManifest

UNLIMITED = 2_145_916_800
"""2038-01-01: players crash on null, and many count in 31 bits."""
SHORT_GUIDE = 4
LONGEST_SHORT_GUIDE = 100
ECHOED = 32
FORMS = ("m3u8", "ts")
ENDED = "Your subscription ended on {}. These are demo channels."
NEVER_BEGAN = "You have no subscription yet. These are demo channels."
GZIPPED = ("Content-Encoding", "gzip")

Row = tuple[int, int, int, str, str, str, str]
"""A programme: id, start, stop, title, description, language, guide channel id."""


def refused(ask: Ask) -> Answer:
    """Wrong credentials: HTTP 200, auth 0, and all fields that players read."""
    user = {
        "username": ask.get("username")[:ECHOED],
        "password": ask.get("password")[:ECHOED],
        "message": "Wrong username or password.",
        "auth": 0,
        "status": "Disabled",
        "exp_date": "0",
        "is_trial": "0",
        "active_cons": "0",
        "created_at": "0",
        "max_connections": "0",
        "allowed_output_formats": list(FORMS),
    }
    return json_body(msgspec.json.encode({"user_info": user}))


def player_api(ask: Ask, library: Library, member: Member, now: datetime) -> Answer:
    """One Xtream call of a known user; an unknown action answers the account."""
    action = ask.get("action")
    if action in LISTS:
        return LISTS[action](ask, library, member, now)
    if action in NOTHING_THERE:
        return json_body(NOTHING_THERE[action])
    return json_body(msgspec.json.encode(account(library, member, now)))


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
                **account(library, member, now),
                "categories": {"live": msgspec.Raw(categories), "movie": []},
                "available_channels": {str(s["stream_id"]): s for s in found},
            }
        )
    )


def account(library: Library, member: Member, now: datetime) -> dict[str, Any]:
    """The account block: the truth about this user and this server.

    Who sees demo channels is told so in words, and is active without an end on trial:
    players show nothing to who is expired.
    """
    fact = member.fact
    sees_demo = _sees_demo(library, member, now)
    return {
        "user_info": {
            "username": fact.username,
            "password": member.password,
            "message": _demo_message(member) if sees_demo else "",
            "auth": 1,
            "status": "Active" if sees_demo else _status(member, now),
            "exp_date": str(UNLIMITED) if sees_demo else _ends(member, now),
            "is_trial": "1" if sees_demo or fact.is_trial else "0",
            "active_cons": "0",
            "created_at": str(int(fact.created_at.timestamp())),
            "max_connections": str(fact.max_connections),
            "allowed_output_formats": list(FORMS),
        },
        "server_info": _server(member, now),
    }


def _sees_demo(library: Library, member: Member, now: datetime) -> bool:
    """Whether a member without a running subscription has channels all the same."""
    if not member.fact.is_active or member.fact.is_subscribed(now):
        return False
    return library.manifest_at(member, now).live_streams_digest not in NOTHING


def _demo_message(member: Member) -> str:
    ends_at = member.fact.ends_at
    if ends_at is None:
        return NEVER_BEGAN
    return ENDED.format(f"{ends_at.astimezone(member.zone):%Y-%m-%d}")


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


def _server(member: Member, now: datetime) -> dict[str, Any]:
    scheme, host, port = _parts_of(member.base_url)
    # One port is known to exist; a player that wants another must not be sent astray.
    port = port or (443 if scheme == "https" else 80)
    return {
        "url": host,
        "port": str(port),
        "https_port": str(port),
        "server_protocol": scheme,
        "rtmp_port": "0",
        "timezone": member.zone.key,
        "timestamp_now": int(now.timestamp()),
        "time_now": now.astimezone(member.zone).strftime("%Y-%m-%d %H:%M:%S"),
        "process": True,
    }


def _parts_of(base_url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port; empty when the address is none."""
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError:
        return "", "", None
    return parts.scheme, parts.hostname or "", port


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
    return _listings([_listing(row, member.zone) for row in shown])


def full_table(ask: Ask, library: Library, member: Member, now: datetime) -> Answer:
    """get_simple_data_table: all that is told, with what plays and what is kept."""
    present = int(now.timestamp())
    source = None
    manifest = _seen(library, member, now)
    if manifest is not None:
        source = library.sources(manifest).get(_stream_id(ask))
    reach = source.catchup_days * 86_400 if source else 0
    return _listings(
        [
            _listing(row, member.zone)
            | {
                "now_playing": int(row[1] <= present < row[2]),
                "has_archive": int(present - reach <= row[1] and row[2] <= present),
            }
            for row in _rows(ask, library, member, now)
        ]
    )


def _rows(ask: Ask, library: Library, member: Member, now: datetime) -> list[Row]:
    manifest = _seen(library, member, now)
    stream_id = _stream_id(ask)
    if manifest is None or whole_number(stream_id) is None:
        return []
    return msgspec.json.decode(library.listing(manifest, stream_id), type=list[Row])


def _stream_id(ask: Ask) -> str:
    """The channel that is asked about; some players leave the ending of its address."""
    return ask.get("stream_id").partition(".")[0]


def _listing(row: Row, zone: ZoneInfo) -> dict[str, Any]:
    number, start, stop, title, description, language, channel_id = row
    return {
        "id": str(number),
        "epg_id": str(number // 10**8),
        "title": _base64(title),
        "lang": language,
        "start": _clock(start, zone),
        "end": _clock(stop, zone),
        "description": _base64(description),
        "channel_id": channel_id,
        "start_timestamp": str(start),
        "stop_timestamp": str(stop),
    }


def _listings(rows: list[dict[str, Any]]) -> Answer:
    return json_body(msgspec.json.encode({"epg_listings": rows}))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _clock(epoch: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(epoch, zone).strftime("%Y-%m-%d %H:%M:%S")


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
