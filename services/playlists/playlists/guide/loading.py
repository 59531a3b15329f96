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

from playlists.channels.naming import guide_name_key
from playlists.guide.models import IMPORT_IDS, GuideChannel
from playlists.guide.programmes import COLUMNS
from playlists.guide.tidy import LAST_SECONDS, Spot, Tidy
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
        THEN coalesce(n.next_at, p.start_at + make_interval(secs => :last))
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
    session: Session, source_id: UUID, pieces: Iterator[bytes], times: Times
) -> Loaded:
    """Read a guide to its end into an import of its own; refusals as in `xmltv`."""
    import_id = session.scalars(IMPORT_IDS.next_value().select()).one()
    guide, tidy = Guide(pieces), Tidy(times, import_id)
    _copy(session, _Stream(tidy.blocks(guide.programmes())))
    _store_channels(session, source_id, guide, tidy)
    if tidy.unsorted:
        places = {"import_id": import_id, "numbers": tidy.unsorted}
        places["last"] = LAST_SECONDS
        for statement in (WITHOUT_DOUBLES, CUT_TO_THE_NEXT, COUNTED_AGAIN):
            session.execute(statement, places)
    row = session.execute(TOTALS, {"import_id": import_id}).one()
    return Loaded(
        import_id=import_id,
        channels=row[0],
        programmes=int(row[1]),
        reaches_until=row[2],
        warnings=list(_warnings(tidy)),
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
    session: Session, source_id: UUID, guide: Guide, tidy: Tidy
) -> None:
    for id_ in guide.channels:
        tidy.spot_of(id_)
    rows = (
        _channel(source_id, tidy.import_id, id_, spot, guide.channels.get(id_))
        for id_, spot in tidy.spots.items()
        if id_
    )
    while some := list(islice(rows, CHANNELS_AT_ONCE)):
        session.execute(insert(GuideChannel), some)


def _channel(
    source_id: UUID, import_id: int, id_: str, spot: Spot, row: ChannelRow | None
) -> dict[str, Any]:
    name = (row.name if row else "") or id_
    return {
        "import_id": import_id,
        "channel_no": spot.no,
        "source_id": source_id,
        "xmltv_id": id_,
        "xmltv_key": id_.strip().casefold(),
        "name": name,
        "name_key": guide_name_key(name),
        "icon": row.icon if row else "",
        "programmes": spot.count,
        "reaches_until": datetime.fromtimestamp(spot.until, UTC)
        if spot.count
        else None,
    }


def _warnings(tidy: Tidy) -> Iterator[str]:
    """What staff should know of a guide that was taken all the same."""
    times, tally = tidy.times, tidy.tally
    if times.without_zone:
        yield f"Times without a zone were read as {times.zone_name}."
    if times.unknown_zones:
        yield f"Unknown zones: {', '.join(sorted(times.unknown_zones)[:5])}."
    if tidy.unsorted:
        yield f"{len(tidy.unsorted)} channels are not in order of time."
    counted = {
        "programmes without a time or channel were left out": tally.without_time,
        "programmes had no end that can be true": tally.without_end,
        "programmes overlapped and were cut": tally.overlapping,
        "programmes were listed twice": tally.doubles,
    }
    yield from (f"{count} {what}." for what, count in counted.items() if count)
