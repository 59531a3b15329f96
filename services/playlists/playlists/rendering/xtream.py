"""Lists of a set as player_api.php answers them, and where its channels play from."""

from typing import Any

import msgspec

from lineup.delivery import StreamSource
from playlists.rendering.lineups import Entry, categories_of


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


def sources(entries: list[Entry]) -> bytes:
    """Where each stream id plays from."""
    return msgspec.json.encode(
        {
            str(entry.stream_id): StreamSource(
                address=entry.address,
                signing=entry.signing,
                catchup_days=entry.catchup_days,
            )
            for entry in entries
        }
    )


def _live_stream(entry: Entry, category: int) -> dict[str, Any]:
    return {
        "num": entry.number,
        "name": entry.name,
        "stream_type": "live",
        "stream_id": entry.stream_id,
        "stream_icon": entry.logo,
        "epg_channel_id": entry.tvg_id,
        "added": str(int(entry.added_at.timestamp())),
        "is_adult": "1" if entry.is_adult else "0",
        "category_id": str(category),
        "category_ids": [category],
        "custom_sid": "",
        "tv_archive": 1 if entry.catchup_days else 0,
        "direct_source": "",
        "tv_archive_duration": entry.catchup_days,
    }
