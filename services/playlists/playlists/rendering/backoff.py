"""What to do with work that failed: whose fault it was, and when to try again."""

import errno
from datetime import timedelta

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
MOST_DOUBLINGS = 10
OF_ONE_NAME = {errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ}
TOO_LONG = "57014"
"""SQLSTATE of a statement that reached its time limit: its own fault."""


def pause_after(failures: int) -> timedelta:
    """How long a row waits that failed so many times in a row."""
    doublings = min(max(failures - 1, 0), MOST_DOUBLINGS)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def is_outage(error: Exception) -> bool:
    """Whether the store or the database is away: then no row is to blame."""
    if (
        isinstance(error, DBAPIError)
        and getattr(error.orig, "pgcode", None) == TOO_LONG
    ):
        return False
    if isinstance(error, OSError) and error.errno in OF_ONE_NAME:
        return False
    return isinstance(error, OSError | OperationalError | InterfaceError)
