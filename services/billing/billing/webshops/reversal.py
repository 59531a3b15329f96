"""Which seats a refund takes back: pure rules over lines and amounts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, combinations, groupby
from uuid import UUID

from billing.webshops.messages import RefundedLine
from lineup.money import Money

MAX_LINES_COMBINED = 8
"""Sums of more lines than this are left to people."""
MAX_EXTRAS_COMBINED = 6
"""Amounts beside the lines that are considered, the same ones once."""


@dataclass(frozen=True, kw_only=True)
class SeatShare:
    """One seat that still stands, and what was paid for it."""

    seat_id: UUID
    line_id: str
    number: int
    amount: Money


def share_of(paid: Money, number: int, quantity: int) -> Money:
    """What one of `quantity` pieces cost: the shares add up to what was paid."""
    before = paid.amount_minor * number // quantity
    after = paid.amount_minor * (number + 1) // quantity
    return Money(after - before, paid.asset)


def seats_by_line(
    seats: Sequence[SeatShare], refunded: Iterable[RefundedLine]
) -> list[UUID]:
    """The seats that refunded lines name, the last of each line first."""
    taken: list[UUID] = []
    for line in refunded:
        pieces = _last_first(seats, line.line_id)[: max(line.quantity, 0)]
        taken += [seat.seat_id for seat in pieces]
    return taken


def is_paid_back(seats: Iterable[SeatShare], amount: Money) -> bool:
    """Whether an amount is all that these seats cost; each may be rounded."""
    costs = [seat.amount.amount_minor for seat in seats]
    return sum(costs) <= amount.amount_minor + len(costs)


def seats_by_amount(
    seats: Sequence[SeatShare], amount: Money, extras: Sequence[Money] = ()
) -> list[UUID] | None:
    """The seats that an amount alone pays back; None when it is not plain.

    It may be all that stand, some pieces of one line or several whole lines, each with
    or without what was charged beside them: shipping, fees, tips. Where two readings
    take different seats back, people judge; an extra alone takes none.
    """
    readings = {
        frozenset(taken)
        for beside in _sums(extras)
        for taken in _taken_for(seats, amount.amount_minor - beside)
    }
    if len(readings) != 1:
        return None
    (only,) = readings
    return [
        seat.seat_id for line in _lines(seats) for seat in line if seat.seat_id in only
    ]


def _sums(extras: Sequence[Money]) -> set[int]:
    """Nothing, and what any of the extras come to."""
    costs = sorted(each.amount_minor for each in extras if each.amount_minor > 0)
    few = costs[:MAX_EXTRAS_COMBINED]
    chosen = chain.from_iterable(
        combinations(few, count) for count in range(len(few) + 1)
    )
    return {sum(costs) for costs in chosen}


def _taken_for(seats: Sequence[SeatShare], minor: int) -> list[list[UUID]]:
    """Each way in which an amount is that of seats alone."""
    if minor == 0:
        return [[]]
    if minor < 0:
        return []
    whole = [seat.seat_id for seat in seats]
    if whole and minor == sum(seat.amount.amount_minor for seat in seats):
        return [whole]
    return _pieces_that_cost(seats, minor) or _lines_that_cost(seats, minor)


def _pieces_that_cost(seats: Sequence[SeatShare], minor: int) -> list[list[UUID]]:
    return [
        [seat.seat_id for seat in line[:count]]
        for line in _lines(seats)
        for count, cost in enumerate(_costs(line), 1)
        if abs(cost - minor) <= 1
    ]
    # A third of 10.00 is 3.33 to the shop and 3.34 for one of our shares.


def _lines_that_cost(seats: Sequence[SeatShare], minor: int) -> list[list[UUID]]:
    lines = [
        (line, sum(seat.amount.amount_minor for seat in line)) for line in _lines(seats)
    ]
    if len(lines) > MAX_LINES_COMBINED:
        return []
    return [
        [seat.seat_id for line, _ in chosen for seat in line]
        for count in range(2, len(lines))
        for chosen in combinations(lines, count)
        if sum(cost for _, cost in chosen) == minor
    ]


def _lines(seats: Iterable[SeatShare]) -> list[list[SeatShare]]:
    """The seats line by line, the last of each first."""
    ordered = sorted(seats, key=lambda seat: (seat.line_id, -seat.number))
    return [list(line) for _, line in groupby(ordered, lambda seat: seat.line_id)]


def _costs(line: Iterable[SeatShare]) -> Iterator[int]:
    """What the first one, the first two, ... of a line cost."""
    return accumulate(seat.amount.amount_minor for seat in line)


def _last_first(seats: Sequence[SeatShare], line_id: str) -> list[SeatShare]:
    of_line = [seat for seat in seats if seat.line_id == line_id]
    return sorted(of_line, key=lambda seat: -seat.number)
