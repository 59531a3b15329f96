"""What the pages about channels, packages and guide share."""

from lineup.contracts.paging import MAX_LIMIT, Paging

OFFERED = Paging(limit=MAX_LIMIT)
"""What is offered to choose from: as much as one page holds."""


def channels_in_words(count: int) -> str:
    """How many channels: "1 channel", "2,059 channels"."""
    return f"{count:,} channel{'s' * (count != 1)}"
