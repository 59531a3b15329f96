"""player_api.php and its kin: JSON in the forms that strict players read."""

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec

from gateway.public.answers import (
    JSON,
    NEVER_STORED,
    VARY,
    PlayerResponse,
    json_body,
    whole,
)
from gateway.public.content_store import NOTHING, ContentStore
from gateway.public.requests import PlayerRequest, whole_number
from gateway.public.subscribers import Subscriber
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


def refused(request: PlayerRequest) -> PlayerResponse:
    """Wrong credentials: HTTP 200, auth 0, and all fields that players read."""
    user = {
        "username": request.get("username")[:ECHOED],
        "password": request.get("password")[:ECHOED],
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


def player_api(
    request: PlayerRequest,
    content_store: ContentStore,
    subscriber: Subscriber,
    now: datetime,
) -> PlayerResponse:
    """One Xtream call of a known user; an unknown action answers the account."""
    action = request.get("action")
    if action in LISTS:
        return LISTS[action](request, content_store, subscriber, now)
    if action in NOTHING_THERE:
        return json_body(NOTHING_THERE[action])
    return json_body(msgspec.json.encode(account(content_store, subscriber, now)))


def panel_api(
    content_store: ContentStore, subscriber: Subscriber, now: datetime
) -> PlayerResponse:
    """The old dump of everything: account, categories and channels by stream id."""
    manifest = _seen(content_store, subscriber, now)
    streams, categories = b"[]", b"[]"
    if manifest is not None:
        streams = content_store.content(manifest.live_streams_digest)
        categories = content_store.content(manifest.categories_digest)
    found = msgspec.json.decode(streams, type=list[dict[str, Any]])
    return json_body(
        msgspec.json.encode(
            {
                **account(content_store, subscriber, now),
                "categories": {"live": msgspec.Raw(categories), "movie": []},
                "available_channels": {str(s["stream_id"]): s for s in found},
            }
        )
    )


def account(
    content_store: ContentStore, subscriber: Subscriber, now: datetime
) -> dict[str, Any]:
    """The account block: the truth about this user and this server.

    Who sees demo channels is told so in words, and is active without an end on trial:
    players show nothing to who is expired.
    """
    fact = subscriber.fact
    sees_demo = _sees_demo(content_store, subscriber, now)
    return {
        "user_info": {
            "username": fact.username,
            "password": subscriber.password,
            "message": _demo_message(subscriber) if sees_demo else "",
            "auth": 1,
            "status": "Active" if sees_demo else _status(subscriber, now),
            "exp_date": str(UNLIMITED) if sees_demo else _ends(subscriber, now),
            "is_trial": "1" if sees_demo or fact.is_trial else "0",
            "active_cons": "0",
            "created_at": str(int(fact.created_at.timestamp())),
            "max_connections": str(fact.max_connections),
            "allowed_output_formats": list(FORMS),
        },
        "server_info": _server(subscriber, now),
    }


def _sees_demo(
    content_store: ContentStore, subscriber: Subscriber, now: datetime
) -> bool:
    """Whether a subscriber without a running subscription has channels all the same."""
    if not subscriber.fact.is_active or subscriber.fact.is_subscribed(now):
        return False
    return content_store.manifest_at(subscriber, now).live_streams_digest not in NOTHING


def _demo_message(subscriber: Subscriber) -> str:
    ends_at = subscriber.fact.ends_at
    if ends_at is None:
        return NEVER_BEGAN
    return ENDED.format(f"{ends_at.astimezone(subscriber.zone):%Y-%m-%d}")


def _status(subscriber: Subscriber, now: datetime) -> str:
    if not subscriber.fact.is_active:
        return "Disabled"
    return "Active" if subscriber.fact.is_subscribed(now) else "Expired"


def _ends(subscriber: Subscriber, now: datetime) -> str:
    """The end as told to players; without any subscription, when the user began."""
    fact = subscriber.fact
    if fact.ends_at is not None:
        return str(min(int(fact.ends_at.timestamp()), UNLIMITED))
    if fact.is_subscribed(now):
        return str(UNLIMITED)
    return str(int(fact.created_at.timestamp()))


def _server(subscriber: Subscriber, now: datetime) -> dict[str, Any]:
    scheme, host, port = _parts_of(subscriber.base_url)
    # One port is known to exist; a player that wants another must not be sent astray.
    port = port or (443 if scheme == "https" else 80)
    return {
        "url": host,
        "port": str(port),
        "https_port": str(port),
        "server_protocol": scheme,
        "rtmp_port": "0",
        "timezone": subscriber.zone.key,
        "timestamp_now": int(now.timestamp()),
        "time_now": now.astimezone(subscriber.zone).strftime("%Y-%m-%d %H:%M:%S"),
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


def _seen(
    content_store: ContentStore, subscriber: Subscriber, now: datetime
) -> SetManifest | None:
    """What the subscriber sees; None for a disabled one."""
    return (
        content_store.manifest_at(subscriber, now)
        if subscriber.fact.is_active
        else None
    )


def live_categories(
    request: PlayerRequest,
    content_store: ContentStore,
    subscriber: Subscriber,
    now: datetime,
) -> PlayerResponse:
    """get_live_categories."""
    manifest = _seen(content_store, subscriber, now)
    if manifest is None:
        return json_body(b"[]")
    return _shared(request, content_store, manifest.categories_digest)


def live_streams(
    request: PlayerRequest,
    content_store: ContentStore,
    subscriber: Subscriber,
    now: datetime,
) -> PlayerResponse:
    """get_live_streams, of one category where it is named."""
    manifest = _seen(content_store, subscriber, now)
    if manifest is None:
        return json_body(b"[]")
    digest, category = manifest.live_streams_digest, request.get("category_id")
    if not category or whole_number(category) is None:
        return _shared(request, content_store, digest)

    def narrow() -> bytes:
        streams = content_store.decoded(digest, list[dict[str, Any]])
        found = [s for s in streams if s["category_id"] == category]
        return msgspec.json.encode(found)

    known = {c["category_id"] for c in _categories(content_store, manifest)}
    if category not in known:
        return json_body(b"[]")
    return json_body(content_store.remember(("category", digest, category), narrow))


def _categories(
    content_store: ContentStore, manifest: SetManifest
) -> list[dict[str, Any]]:
    return content_store.decoded(manifest.categories_digest, list[dict[str, Any]])


def _shared(
    request: PlayerRequest, content_store: ContentStore, digest: str
) -> PlayerResponse:
    """A list that is the same for all who see the set."""
    headers = [JSON, NEVER_STORED, VARY]
    if request.wants_gzip:
        return whole([*headers, GZIPPED], content_store.zipped(digest))
    return whole(headers, content_store.content(digest))


def short_guide(
    request: PlayerRequest,
    content_store: ContentStore,
    subscriber: Subscriber,
    now: datetime,
) -> PlayerResponse:
    """get_short_epg: what runs, and what comes next."""
    limit = whole_number(request.get("limit")) or SHORT_GUIDE
    present = int(now.timestamp())
    rows = [
        row
        for row in _rows(request, content_store, subscriber, now)
        if row[2] > present
    ]
    shown = rows[: min(limit, LONGEST_SHORT_GUIDE)]
    return _listings([_listing(row, subscriber.zone) for row in shown])


def full_table(
    request: PlayerRequest,
    content_store: ContentStore,
    subscriber: Subscriber,
    now: datetime,
) -> PlayerResponse:
    """get_simple_data_table: all that is told, with what plays and what is kept."""
    present = int(now.timestamp())
    source = None
    manifest = _seen(content_store, subscriber, now)
    if manifest is not None:
        source = content_store.sources(manifest).get(_stream_id(request))
    reach = source.catchup_days * 86_400 if source else 0
    return _listings(
        [
            _listing(row, subscriber.zone)
            | {
                "now_playing": int(row[1] <= present < row[2]),
                "has_archive": int(present - reach <= row[1] and row[2] <= present),
            }
            for row in _rows(request, content_store, subscriber, now)
        ]
    )


def _rows(
    request: PlayerRequest,
    content_store: ContentStore,
    subscriber: Subscriber,
    now: datetime,
) -> list[Row]:
    manifest = _seen(content_store, subscriber, now)
    stream_id = _stream_id(request)
    if manifest is None or whole_number(stream_id) is None:
        return []
    return msgspec.json.decode(
        content_store.listing(manifest, stream_id), type=list[Row]
    )


def _stream_id(request: PlayerRequest) -> str:
    """The channel that is asked about; some players leave the ending of its address."""
    return request.get("stream_id").partition(".")[0]


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


def _listings(rows: list[dict[str, Any]]) -> PlayerResponse:
    return json_body(msgspec.json.encode({"epg_listings": rows}))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _clock(epoch: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(epoch, zone).strftime("%Y-%m-%d %H:%M:%S")


LISTS: dict[
    str, Callable[[PlayerRequest, ContentStore, Subscriber, datetime], PlayerResponse]
] = {
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
