"""Whose personal data is being erased, or was."""

from lineup.database.purging import PurgeRow
from notifications.records import Record


class Erasure(PurgeRow, Record):
    """The erasure of one customer in this service."""

    __tablename__ = "erasures"
