"""Faults that pass by themselves: the database is away, or somebody else is at it."""

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

PASSING = (OperationalError, InterfaceError, NoConnectionFree)
"""Tried again later. Whatever else rises is a result of the one row worked on."""
