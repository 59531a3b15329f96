"""What the pages about channels, packages and guide share."""

from datetime import datetime, timedelta

from flask import Flask

from gateway.ground import ground
from lineup.contracts.paging import MAX_LIMIT, Paging

OFFERED = Paging(limit=MAX_LIMIT)
"""What is offered to choose from: as much as one page holds."""

SHORT = timedelta(hours=24)
"""A guide that reaches less far is flagged."""


def reach_of(until: datetime | None) -> str:
    """How far a guide reaches that ends then: none, over, short or enough."""
    if until is None:
        return "none"
    left = until - ground().clock.now()
    if left <= timedelta(0):
        return "over"
    return "short" if left < SHORT else "enough"


def channels_in_words(count: int) -> str:
    """How many channels: "1 channel", "2,059 channels"."""
    return f"{count:,} channel{'s' * (count != 1)}"


def teach(app: Flask) -> None:
    """Let templates say how far a guide reaches."""
    app.jinja_env.globals.update(reach_of=reach_of)
