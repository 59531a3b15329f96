"""What an order brought in for each of its lines: pure rules over amounts."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise


def brought_in(
    lines: Sequence[Fraction], extras: Sequence[Fraction], total: int
) -> list[int]:
    """The minor units that each line brought in: together never more than the total.

    A discount that stands beside the lines, as a negative fee or line or only in the
    total, is shared by all that costs something. Half a unit of each is rounding.
    """
    costs = [max(cost, Fraction(0)) for cost in lines]
    parts = [cost for cost in [*costs, *extras] if cost > 0]
    whole, paid = sum(parts, Fraction(0)), max(total, 0)
    if whole - paid > Fraction(len(parts), 2):
        costs = [cost * paid / whole for cost in costs]
    return _rounded(costs, paid)


def _rounded(costs: Sequence[Fraction], paid: int) -> list[int]:
    """Whole units; where the sum would be too much, the later lines lose the excess."""
    ends = accumulate((round(cost) for cost in costs), initial=0)
    return [end - begin for begin, end in pairwise(min(end, paid) for end in ends)]
