from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.webshops.amounts import brought_in

COST = st.integers(-(10**6), 10**9).map(lambda thousandths: Fraction(thousandths, 1000))
COSTS = st.lists(COST, max_size=6)


def units(*amounts):
    return [Fraction(str(amount)) for amount in amounts]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(COSTS, COSTS, st.integers(-100, 10**7))
def test_lines_never_bring_in_more_than_the_total(lines, extras, total):
    shares = brought_in(lines, extras, total)

    assert len(shares) == len(lines)
    assert all(share >= 0 for share in shares)
    assert sum(shares) <= max(total, 0)


@pytest.mark.parametrize(
    ("lines", "extras", "total", "shares"),
    [
        ([1000], [], 1000, [1000]),
        ([1000], [500], 1500, [1000]),
        ([1000], [-600], 400, [400]),
        ([1000, 500], [-300], 1200, [800, 400]),
        ([1000], [500, -500], 1000, [667]),
        ([999.5537], [], 1000, [1000]),
        ([333.5, 333.5, 333.5], [], 1000, [334, 334, 332]),
        ([1000], [], 999, [999]),
        ([1000], [], 0, [0]),
    ],
)
def test_a_discount_beside_them_is_shared(lines, extras, total, shares):
    assert brought_in(units(*lines), units(*extras), total) == shares
