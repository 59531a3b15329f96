"""Faults that pass by themselves: somebody else is away, nobody made a mistake."""

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

FAULTS = (OperationalError, InterfaceError, NoConnectionFree)
"""What rises where the database, and no row, is at fault: tried again later."""
AWAY_CLASSES = ("08", "53")
"""SQLSTATE classes: connection lost, no room for one more."""
SHUTTING_DOWN = ("57P01", "57P02", "57P03")


def is_away(error: BaseException) -> bool:
    """Whether the fault is that the database cannot be reached just now."""
    if isinstance(error, NoConnectionFree):
        return True
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    state = getattr(error.orig, "pgcode", None)
    return state is None or state[:2] in AWAY_CLASSES or state in SHUTTING_DOWN
