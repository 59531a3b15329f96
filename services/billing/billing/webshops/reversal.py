"""Which seats a refund takes back (WS-11): pure rules over lines and amounts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from billing.webshops.messages import RefundedLine
from lineup.money import Money

MAX_LINES_COMBINED = 8
"""Sums of more lines than this are left to people."""


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


def seats_by_amount(seats: Sequence[SeatShare], amount: Money) -> list[UUID] | None:
    """The seats that an amount alone pays back; None when it fits none or several.

    Tried in turn: all that stand, some pieces of one line, several whole lines. An
    amount that fits two lines equally is for people to judge.
    """
    if amount == _sum(seats, amount.asset):
        return [seat.seat_id for seat in seats]
    fits = _pieces_that_cost(seats, amount) or _lines_that_cost(seats, amount)
    return fits[0] if len(fits) == 1 else None


def _pieces_that_cost(seats: Sequence[SeatShare], amount: Money) -> list[list[UUID]]:
    lines = [_last_first(seats, line_id) for line_id in _line_ids(seats)]
    return [
        [seat.seat_id for seat in line[:count]]
        for line in lines
        for count in range(1, len(line) + 1)
        if _is_about(_sum(line[:count], amount.asset), amount)
    ]


def _is_about(shares: Money, amount: Money) -> bool:
    """A third of 10.00 is 3.33 to the shop and 3.34 for one of our shares."""
    return abs((shares - amount).amount_minor) <= 1


def _lines_that_cost(seats: Sequence[SeatShare], amount: Money) -> list[list[UUID]]:
    lines = [_last_first(seats, line_id) for line_id in _line_ids(seats)]
    if len(lines) > MAX_LINES_COMBINED:
        return []
    return [
        [seat.seat_id for line in chosen for seat in line]
        for count in range(2, len(lines))
        for chosen in combinations(lines, count)
        if _sum([seat for line in chosen for seat in line], amount.asset) == amount
    ]


def _line_ids(seats: Sequence[SeatShare]) -> list[str]:
    return sorted({seat.line_id for seat in seats})


def _last_first(seats: Sequence[SeatShare], line_id: str) -> list[SeatShare]:
    of_line = [seat for seat in seats if seat.line_id == line_id]
    return sorted(of_line, key=lambda seat: -seat.number)


def _sum(seats: Iterable[SeatShare], asset: str) -> Money:
    return sum((seat.amount for seat in seats), Money.zero(asset))
