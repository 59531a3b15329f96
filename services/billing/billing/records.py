"""The base of every mapped row of billing."""

from sqlalchemy.orm import DeclarativeBase

from lineup.database import COLUMN_TYPES, new_metadata


class Record(DeclarativeBase):
    """A row of billing's own database."""

    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES
