"""On which screen and by which hand a workflow is walked."""

from itertools import product

import pytest
from visitor import DESK, PHONE, Keyboard, Mouse

SIZES = {"desk": DESK, "phone": PHONE}
HANDS = {"mouse": Mouse, "keyboard": Keyboard}

EVERY_WAY = pytest.mark.parametrize(
    "way",
    list(product(SIZES.values(), HANDS.values())),
    ids=["-".join(names) for names in product(SIZES, HANDS)],
    indirect=True,
)
"""On a desk and on a phone, by mouse and by keyboard alone."""
