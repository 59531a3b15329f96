"""On which screen and by which hand a workflow is walked."""

from itertools import product

import pytest
from browser_user import DESK, PHONE, Keyboard, Mouse

SIZES = {"desk": DESK, "phone": PHONE}
INPUT_DEVICES = {"mouse": Mouse, "keyboard": Keyboard}

EVERY_VIEWPORT = pytest.mark.parametrize(
    "viewport",
    list(product(SIZES.values(), INPUT_DEVICES.values())),
    ids=["-".join(names) for names in product(SIZES, INPUT_DEVICES)],
    indirect=True,
)
"""On a desk and on a phone, by mouse and by keyboard alone."""
