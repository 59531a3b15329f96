"""The base of every mapped row of billing."""

from importlib import import_module

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from lineup.database import COLUMN_TYPES, new_metadata

ROOMS = ("people", "wallets", "catalog", "subscriptions", "webshops")


class Record(DeclarativeBase):
    """A row of billing's own database."""

    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


def all_tables() -> MetaData:
    """The tables of every room, for migrations."""
    for room in ROOMS:
        import_module(f"billing.{room}.models")
    return Record.metadata
