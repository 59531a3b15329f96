"""Lists of a set as player_api.php answers them, and where its channels play from."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from lineup.contracts.playlists.channels import Signing
from lineup.delivery import StreamSource
from lineup.values.addresses import is_on
from playlists.rendering.lineups import Entry, categories_of
from playlists.rendering.m3u import is_direct


def categories(entries: list[Entry]) -> bytes:
    """What get_live_categories answers."""
    return msgspec.json.encode(
        [
            {"category_id": str(number), "category_name": name, "parent_id": 0}
            for name, number in categories_of(entries).items()
        ]
    )


def live_streams(entries: list[Entry]) -> bytes:
    """What get_live_streams answers; types as strict players want them."""
    numbers = categories_of(entries)
    return msgspec.json.encode(
        [_live_stream(entry, numbers[entry.category_name]) for entry in entries]
    )


def sources(
    entries: list[Entry], stems: Mapping[str, str], hosts: Collection[str] = ()
) -> bytes:
    """Where each stream id plays from; `stems` as `stems.told_apart` has them.

    Signed is what lies on one of the `hosts`; without any, whatever its channel says.
    """
    return msgspec.json.encode(
        {
            str(entry.stream_id): StreamSource(
                address=entry.address,
                signing=_signing(entry, entry.address, hosts),
                catchup_days=entry.catchup_days,
                stem=stems.get(entry.address, ""),
                archive=entry.archive,
                archive_signing=_signing(entry, entry.archive, hosts),
            )
            for entry in entries
        }
    )


def _signing(entry: Entry, address: str, hosts: Collection[str]) -> str:
    if not hosts or is_on(_host_of(address), hosts):
        return entry.signing
    return Signing.NONE


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # a bracket missing
        return ""


def _live_stream(entry: Entry, category: int) -> dict[str, Any]:
    return {
        "num": entry.number,
        "name": entry.title,
        "stream_type": "radio_streams" if entry.is_radio else "live",
        "stream_id": entry.stream_id,
        "stream_icon": entry.logo,
        "epg_channel_id": entry.tvg_id,
        "added": str(int(entry.added_at.timestamp())),
        "is_adult": "1" if entry.is_adult else "0",
        "category_id": str(category),
        "category_ids": [category],
        "custom_sid": "",
        "tv_archive": 1 if entry.catchup_days else 0,
        "direct_source": entry.address if is_direct(entry) else "",
        "tv_archive_duration": entry.catchup_days,
    }
