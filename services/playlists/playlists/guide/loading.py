"""A guide's rows into PostgreSQL: COPY as they are read, then put in order.

Nobody sees the rows before a source shows their import, so all of this may fail at any
point and leave the guide as it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from psycopg2.errors import QueryCanceled
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from playlists.channels.naming import (
    country_of,
    guide_name_key,
    guide_name_keys,
    id_key,
)
from playlists.guide.models import IMPORT_IDS, GuideChannel, GuideName
from playlists.guide.normalizer import (
    LAST_SECONDS,
    LONGEST_GUESS,
    ChannelState,
    GuideNormalizer,
)
from playlists.guide.programmes import COLUMNS
from playlists.guide.times import Times
from playlists.guide.xmltv import ChannelRow, Guide

COPY = f"COPY programmes ({', '.join(COLUMNS)}) FROM STDIN"
CHANNELS_AT_ONCE = 200
WITHOUT_DOUBLES = text("""
    DELETE FROM programmes p USING (
        SELECT ctid, row_number() OVER (
            PARTITION BY channel_no, start_at ORDER BY ctid) AS place
        FROM programmes WHERE import_id = :import_id AND channel_no = ANY(:numbers)
    ) twin
    WHERE p.ctid = twin.ctid AND twin.place > 1 AND p.import_id = :import_id
""")
CUT_TO_THE_NEXT = text("""
    UPDATE programmes p SET stop_at = CASE
        WHEN p.stop_at <= p.start_at
        THEN CASE WHEN n.next_at <= p.start_at + make_interval(secs => :guess)
            THEN n.next_at ELSE p.start_at + make_interval(secs => :last) END
        ELSE least(p.stop_at, n.next_at) END
    FROM (
        SELECT ctid, lead(start_at) OVER (
            PARTITION BY channel_no ORDER BY start_at) AS next_at
        FROM programmes WHERE import_id = :import_id AND channel_no = ANY(:numbers)
    ) n
    WHERE p.ctid = n.ctid AND p.import_id = :import_id
      AND (p.stop_at <= p.start_at OR p.stop_at > n.next_at)
""")
COUNTED_AGAIN = text("""
    UPDATE guide_channels g SET programmes = c.count, reaches_until = c.until
    FROM (
        SELECT channel_no, count(*) AS count, max(stop_at) AS until
        FROM programmes WHERE import_id = :import_id AND channel_no = ANY(:numbers)
        GROUP BY channel_no
    ) c
    WHERE g.import_id = :import_id AND g.channel_no = c.channel_no
""")
TOTALS = text("""
    SELECT count(*), coalesce(sum(programmes), 0), max(reaches_until)
    FROM guide_channels WHERE import_id = :import_id AND programmes > 0
""")


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """An import whose rows are in the table."""

    import_id: int
    channels: int
    programmes: int
    reaches_until: datetime | None
    warnings: list[str]


def load(
    session: Session, source_id: UUID, chunks: Iterator[bytes], times: Times
) -> Loaded:
    """Read a guide to its end into an import of its own; refusals as in `xmltv`."""
    import_id = session.scalars(IMPORT_IDS.next_value().select()).one()
    guide, tidy = Guide(chunks), GuideNormalizer(times, import_id)
    _copy(session, _Stream(tidy.blocks(guide.programmes())))
    _store_channels(session, source_id, guide, tidy)
    if tidy.unsorted:
        places = {"import_id": import_id, "numbers": tidy.unsorted}
        places |= {"last": LAST_SECONDS, "guess": LONGEST_GUESS}
        for statement in (WITHOUT_DOUBLES, CUT_TO_THE_NEXT, COUNTED_AGAIN):
            session.execute(statement, places)
    row = session.execute(TOTALS, {"import_id": import_id}).one()
    return Loaded(
        import_id=import_id,
        channels=row[0],
        programmes=int(row[1]),
        reaches_until=row[2],
        warnings=[*_warnings(tidy, guide.cut), *guide.repairs.in_words()],
    )


class _Stream:
    """What COPY reads from: one block for each question."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self.failure: Exception | None = None

    def read(self, _size: int = -1) -> bytes:
        """The next block that holds anything; empty at the end."""
        try:
            return next((block for block in self._blocks if block), b"")
        except Exception as error:
            self.failure = error
            raise


def _copy(session: Session, stream: _Stream) -> None:
    """Run COPY; what rises while the guide is read rises as it is."""
    cursor = session.connection().connection.cursor()
    try:
        cursor.copy_expert(COPY, stream)
    except QueryCanceled:
        if stream.failure is None:
            raise
        raise stream.failure from None


def _store_channels(
    session: Session, source_id: UUID, guide: Guide, tidy: GuideNormalizer
) -> None:
    for id_ in guide.channels:
        tidy.spot_of(id_)
    rows = (
        _channel(source_id, tidy.import_id, spot, guide.channels.get(spot.id))
        for spot in tidy.spots.values()
    )
    while some := list(islice(rows, CHANNELS_AT_ONCE)):
        session.execute(insert(GuideChannel), some)
    names = (
        {"import_id": tidy.import_id, "channel_no": spot.no, **name}
        for spot in tidy.spots.values()
        for name in _names(spot.id, guide.channels.get(spot.id))
    )
    while some := list(islice(names, CHANNELS_AT_ONCE)):
        session.execute(insert(GuideName), some)


def _names(id_: str, row: ChannelRow | None) -> Iterator[dict[str, Any]]:
    """What a guide channel is called, each name as it is compared."""
    keys = dict.fromkeys(map(guide_name_keys, (row and row.names) or [id_]))
    for place, (exact, strict, loose) in enumerate(keys):
        yield {
            "place": place,
            "exact_key": exact,
            "strict_key": strict,
            "loose_key": loose,
        }


def _channel(
    source_id: UUID, import_id: int, spot: ChannelState, row: ChannelRow | None
) -> dict[str, Any]:
    name = row.names[0] if row and row.names else spot.id
    return {
        "import_id": import_id,
        "channel_no": spot.no,
        "source_id": source_id,
        "xmltv_id": spot.id.strip(),
        "xmltv_key": id_key(spot.id),
        "name": name,
        "name_key": guide_name_key(name),
        "country": country_of(spot.id, name),
        "icon": row.icon if row else "",
        "programmes": spot.count,
        "reaches_until": datetime.fromtimestamp(spot.until, UTC)
        if spot.count
        else None,
    }


def _warnings(tidy: GuideNormalizer, cut: int) -> Iterator[str]:
    """What staff should know of a guide that was taken all the same."""
    times, counts = tidy.times, tidy.counts
    if times.without_zone:
        yield f"Times without a time zone were read as {times.zone_name}."
    if times.unknown_zones:
        yield f"Unknown time zones: {', '.join(sorted(times.unknown_zones)[:5])}."
    if tidy.unsorted:
        yield f"{len(tidy.unsorted)} channels are not sorted by time."
    counted = {
        "programmes without a time or channel were skipped": counts.without_time,
        "programmes had an impossible end time": counts.without_end,
        "programmes overlapped and were shortened": counts.overlapping,
        "duplicate programmes": counts.doubles,
        "programmes were skipped: there are too many channels": (
            counts.too_many_channels
        ),
        "programmes had long texts that were shortened": cut,
    }
    yield from (f"{count} {what}." for what, count in counted.items() if count)
