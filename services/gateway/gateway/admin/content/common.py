"""What the pages about channels, packages and guide share."""

from lineup.contracts.paging import MAX_LIMIT, Paging

MAX_OPTIONS = Paging(limit=MAX_LIMIT)
"""What is offered to choose from: as much as one page holds."""
