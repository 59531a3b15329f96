"""What a machine has: programs, files, and libraries that load."""

import pytest

from lineup_local import packages


@pytest.mark.parametrize(
    ("part", "is_there"),
    [
        ("sh", True),
        ("no-such-program", False),
        (__file__, True),
        (f"{__file__}.gone", False),
        ("libc.so.6", True),
        ("libnothing-of-the-kind.so.0", False),
    ],
)
def test_a_part_is_there_or_not(part, is_there):
    assert packages.is_there(part) is is_there
