"""When a message that did not go is tried again. Pure rules."""

from datetime import datetime, timedelta

DELAYS = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120))
"""Pauses after the first, second, third and fourth failed try (workflow reminders)."""

LEASE = timedelta(minutes=2)
"""How long a sender may hold a message without a word before another takes it: longer
than it gives any mail server for one mail."""


def next_try_at(tries: int, now: datetime) -> datetime | None:
    """The instant of the next try after `tries` failed ones; None: give up."""
    return now + DELAYS[tries - 1] if tries <= len(DELAYS) else None
