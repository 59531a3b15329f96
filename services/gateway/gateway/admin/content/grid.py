"""The guide as a table: programmes laid into columns of five minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lineup.contracts.playlists.guide import ProgrammeView

STEP = timedelta(minutes=5)
LABEL_STEPS = 6
"""A label stands over half an hour."""


@dataclass(frozen=True)
class Window:
    """The stretch of time that is shown (half-open)."""

    from_at: datetime
    until_at: datetime

    @property
    def steps(self) -> int:
        """How many columns it has."""
        return (self.until_at - self.from_at) // STEP

    @property
    def labels(self) -> list[datetime]:
        """The instants that stand above the columns."""
        count = self.steps // LABEL_STEPS
        return [self.from_at + STEP * LABEL_STEPS * place for place in range(count)]

    def column_of(self, at: datetime) -> int:
        """The column nearest to an instant; the first and last hold what is beyond."""
        nearest = round((at - self.from_at) / STEP)
        return max(0, min(self.steps, nearest))

    def shows(self, programme: ProgrammeView) -> bool:
        """Whether any of a programme lies in the window."""
        return programme.start_at < self.until_at and programme.stop_at > self.from_at

    def percent_of(self, at: datetime) -> float | None:
        """How far into the window an instant is, in percent; None outside it."""
        if not self.from_at <= at < self.until_at:
            return None
        return round((at - self.from_at) / (self.until_at - self.from_at) * 100, 2)


@dataclass(frozen=True)
class Cell:
    """Some columns of a row: a programme, or nothing known."""

    span: int
    programme: ProgrammeView | None = None


def cells_of(programmes: Sequence[ProgrammeView], window: Window) -> list[Cell]:
    """One row: together its cells fill the window exactly.

    A programme of a minute gets a column all the same, as long as no other is pushed
    away by more than one column.
    """
    cells: list[Cell] = []
    filled = 0
    for programme in filter(window.shows, programmes):
        start, stop = map(window.column_of, (programme.start_at, programme.stop_at))
        if filled > stop:
            continue
        if start > filled:
            cells.append(Cell(start - filled))
            filled = start
        end = min(max(stop, filled + 1), window.steps)
        if end > filled:
            cells.append(Cell(end - filled, programme))
            filled = end
    if filled < window.steps:
        cells.append(Cell(window.steps - filled))
    return cells
