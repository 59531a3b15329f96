"""When a message that did not go is tried again. Pure rules."""

from datetime import datetime, timedelta

DELAYS = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120))
"""Pauses after the first, second, third and fourth failed try (workflow reminders)."""

LEASE = timedelta(minutes=2)
"""How long a sender may hold a message without a word before another takes it."""


LONGEST_MAIL = LEASE - timedelta(seconds=15)
"""How long handing over one mail may take at most, or another sender would send it,
too; noting what became of it takes a moment.
"""

SOON = LEASE + timedelta(minutes=1)
"""How near its next try a message is worth looking at again: one that is being sent
counts, whose next try was put off by a lease.
"""


def is_soon(next_try_at: datetime | None, now: datetime) -> bool:
    """Whether a message is being sent, or is tried within minutes.

    What has long been due waits for its mail server, and for nobody who watches.
    """
    return next_try_at is not None and abs(next_try_at - now) <= SOON


def next_try_at(tries: int, now: datetime) -> datetime | None:
    """The instant of the next try after `tries` failed ones; None: give up."""
    return now + DELAYS[tries - 1] if tries <= len(DELAYS) else None
