"""A guide put in order while it streams by: ends, overlaps, doubles.

Nearly every guide lists a channel's programmes in order of time, so each programme
waits for the next of its channel and is then cut to it. A channel that jumps back is
passed on as it is and named in `unsorted`, to be put in order in the table.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from playlists.channels.naming import id_key
from playlists.guide.programmes import FIELD, ROW
from playlists.guide.times import Instant, Times, as_text
from playlists.guide.xmltv import LONGEST_ID, MOST_CHANNELS, Row

LAST_SECONDS = 3600
"""How long a programme lasts that has no end, and no successor before long."""
LONGEST_GUESS = 6 * 3600
"""The next start further away says nothing of when a programme ends."""
LONGEST_SECONDS = 7 * 24 * 3600
"""No programme is longer; what says so has no end that can be true."""
BLOCK = 1 << 18
COPY_WRITES = {
    "\\": "\\\\",
    "\t": "\\t",
    "\n": "\\n",
    "\r": "\\r",
    FIELD: "\t",
    ROW: "\n",
}
"""How PostgreSQL's COPY writes what would be mistaken; the order matters."""


@dataclass(slots=True)
class ChannelState:
    """A guide channel while it is read: its place, its count, its waiting programme."""

    no: int
    id: str
    opening: str
    count: int = 0
    until: int = 0
    is_unsorted: bool = False
    start: Instant | None = None
    stop: Instant | None = None
    text: str = ""


@dataclass
class Counts:
    """What was wrong and could be mended; each becomes a warning."""

    without_time: int = 0
    without_end: int = 0
    overlapping: int = 0
    doubles: int = 0
    too_many_channels: int = 0


@dataclass
class GuideNormalizer:
    """Turns rows into lines for COPY."""

    times: Times
    import_id: int
    spots: dict[str, ChannelState] = field(default_factory=dict)
    """By the compared id."""
    _by_spelling: dict[str, ChannelState] = field(default_factory=dict)
    """By each id as the guide writes it."""
    counts: Counts = field(default_factory=Counts)
    _lines: list[str] = field(default_factory=list)

    def blocks(self, rows: Iterable[Row]) -> Iterator[bytes]:
        """COPY's text in pieces of about a quarter of a megabyte."""
        size = 0
        known, spots, usual = self.times.known, self._by_spelling, self._take_usual
        for channel, start, stop, text in rows:
            spot, starts, stops = spots.get(channel), known.get(start), known.get(stop)
            if not (spot and starts and stops and usual(spot, starts, stops, text)):
                self._take(channel, start, stop, text)
            size += len(text)
            if size > BLOCK:
                yield self._block()
                size = 0
        for spot in self.spots.values():
            self._finish(spot)
        yield self._block()

    @property
    def programmes(self) -> int:
        """How many rows were passed on."""
        return sum(spot.count for spot in self.spots.values())

    @property
    def unsorted(self) -> list[int]:
        """The channels whose rows are not in order yet."""
        return [spot.no for spot in self.spots.values() if spot.is_unsorted]

    def spot_of(self, channel: str) -> ChannelState | None:
        """A channel's spot, made when it is first met; None: there are too many."""
        spot = self._by_spelling.get(channel)
        if spot is None and len(self._by_spelling) < MOST_CHANNELS:
            spot = self._spot(channel)
            self._by_spelling[channel] = spot
        return spot

    def _spot(self, channel: str) -> ChannelState:
        """The spot of a new spelling: ids that differ in case are one channel."""
        key = id_key(channel)
        spot = self.spots.get(key)
        if spot is None:
            no = len(self.spots) + 1
            opening = f"{self.import_id}{FIELD}{no}{FIELD}"
            spot = self.spots[key] = ChannelState(no, channel, opening)
        return spot

    def _take_usual(
        self, spot: ChannelState, starts: Instant, stops: Instant, text: str
    ) -> bool:
        """Take a programme right after its predecessor, as nearly all are: quickly."""
        start, stop = spot.start, spot.stop
        if start is None or stop is None:
            return False
        length = stops.epoch - starts.epoch
        if stop.epoch != starts.epoch or not 0 < length <= LONGEST_SECONDS:
            return False
        self._lines.append(
            f"{spot.opening}{start.text}{FIELD}{stop.text}{FIELD}{spot.text}{ROW}"
        )
        spot.count += 1
        spot.start, spot.stop, spot.text = starts, stops, text
        return True

    def _take(self, channel: str, start: str, stop: str, text: str) -> None:
        starts = self.times.read(start)
        if starts is None or not 0 < len(channel) <= LONGEST_ID:
            self.counts.without_time += 1
            return
        spot = self.spot_of(channel)
        if spot is None:
            self.counts.too_many_channels += 1
            return
        if spot.start is not None:
            starts = _after(spot.start, starts)
            if starts.epoch <= spot.start.epoch:
                self._jump(spot, starts, stop, text)
                return
            self._pass_on(spot, starts)
        spot.start, spot.stop, spot.text = starts, self._end(starts, stop), text

    def _end(self, starts: Instant, stop: str) -> Instant | None:
        """The end as written, if it can be true."""
        stops = self.times.read(stop)
        if stops is not None:
            stops = _after(starts, stops)
            if 0 < stops.epoch - starts.epoch <= LONGEST_SECONDS:
                return stops
        self.counts.without_end += 1
        return None

    def _pass_on(self, spot: ChannelState, following: Instant) -> None:
        """Write the waiting programme; the one that follows cuts it short."""
        stop = spot.stop or _guessed_end(spot.start or following, following)
        if stop.epoch > following.epoch:
            self.counts.overlapping += 1
            stop = following
        self._write(spot, stop)

    def _jump(self, spot: ChannelState, starts: Instant, stop: str, text: str) -> None:
        """Take a programme that does not come after its predecessor."""
        if spot.start is not None and starts.epoch == spot.start.epoch:
            self.counts.doubles += 1
            return
        spot.is_unsorted = True
        waiting = spot.start, spot.text
        spot.start, spot.text = starts, text
        self._write(spot, self._end(starts, stop) or starts)
        spot.start, spot.text = waiting

    def _finish(self, spot: ChannelState) -> None:
        if spot.start is not None:
            self._write(spot, spot.stop or later_by(spot.start, LAST_SECONDS))

    def _write(self, spot: ChannelState, stop: Instant) -> None:
        """Add a line; an unsorted channel's missing end equals the start."""
        start = spot.start or stop
        self._lines.append(
            f"{spot.opening}{start.text}{FIELD}{stop.text}{FIELD}{spot.text}{ROW}"
        )
        spot.count += 1
        spot.until = max(spot.until, stop.epoch)

    def _block(self) -> bytes:
        text = "".join(self._lines)
        self._lines.clear()
        for plain, written in COPY_WRITES.items():
            text = text.replace(plain, written)
        return text.encode()


def _after(earlier: Instant, instant: Instant) -> Instant:
    """Of an hour that a clock change repeats, the reading after `earlier`."""
    if instant.epoch > earlier.epoch or instant.later is None:
        return instant
    return instant.later


def _guessed_end(start: Instant, following: Instant) -> Instant:
    """When a programme ends whose guide does not say it."""
    is_soon = following.epoch - start.epoch <= LONGEST_GUESS
    return following if is_soon else later_by(start, LAST_SECONDS)


def later_by(start: Instant, seconds: int) -> Instant:
    """The instant so many seconds after another."""
    return Instant(start.epoch + seconds, as_text(start.epoch + seconds))
