"""Time comes from a Clock: aware UTC instants, and nothing else tells the time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Tells what time it is, in UTC."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


class ShiftedClock:
    """The machine's clock plus the seconds a file holds, so that tests of running
    services can move days (CLOCK_OFFSET_FILE). A missing file shifts nothing.
    """

    def __init__(self, offset_file: Path) -> None:
        self._file = offset_file

    def now(self) -> datetime:
        """The present instant plus the file's seconds, aware, in UTC."""
        return datetime.now(UTC) + self._offset()

    def _offset(self) -> timedelta:
        try:
            return timedelta(seconds=float(self._file.read_text() or 0))
        except FileNotFoundError:
            return timedelta(0)


class SetClock:
    """A clock that stands where a test puts it."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant

    def now(self) -> datetime:
        """The instant it was set to."""
        return self._instant

    def set(self, instant: datetime) -> None:
        """Stand at another instant."""
        self._instant = instant

    def forward(self, **units: float) -> None:
        """Move on by the units `timedelta` takes."""
        self._instant += timedelta(**units)


def clock_for(offset_file: str) -> Clock:
    """The clock a service runs on: shifted by a named file, else the machine's."""
    return ShiftedClock(Path(offset_file)) if offset_file else SystemClock()
