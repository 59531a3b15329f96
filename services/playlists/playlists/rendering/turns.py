"""What one turn of a worker's loop did."""

import enum


class Did(enum.IntEnum):
    """How much: whether there is another turn at once."""

    NOTHING = 0
    ALL = 1
    """All there was; who makes more wakes the loop."""
    SOME = 2
    """There may be more."""
