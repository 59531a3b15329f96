"""The base of every table notifications owns."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from lineup.database import COLUMN_TYPES, new_metadata


class Record(DeclarativeBase):
    """A row of notifications' own database."""

    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


def all_tables() -> MetaData:
    """Every table of notifications, with every room's models loaded."""
    from notifications.deliveries import models as _deliveries
    from notifications.people import models as _people
    from notifications.transports import models as _transports

    del _deliveries, _people, _transports
    return Record.metadata
