"""How long the gateway waits for others, how much it takes, and of how many."""

from collections.abc import Callable
from dataclasses import dataclass

ORDINARY_BODY = 1 << 20

LongestBody = Callable[[str, str], int]
"""How many bytes a request's body may have, by method and path."""


@dataclass(frozen=True, kw_only=True)
class ConnectionLimits:
    """How long the gateway waits for others, and how many of them it waits for."""

    head_seconds: float = 15
    """From a request's first byte to the end of its head."""
    grace_seconds: float = 30
    """A body, and a reader of an answer, may rest this long in all."""
    slowest_bytes: int = 4096
    """What a body, or a reader, must bring on a second's average after that."""
    linger_seconds: float = 2
    """How long an ended connection is read from, so that its answer arrives."""
    most_of_an_address: int = 100
    """Unfinished requests and unread answers of one address; 0: any number."""
    most_bytes: int = 2400 << 20
    """All that waits to become whole or to be read, in one process."""


def ordinary_body(_method: str, _path: str) -> int:
    """How long a body may be where nothing large is taken."""
    return ORDINARY_BODY
