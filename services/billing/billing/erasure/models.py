"""Whose personal data is being erased, or was."""

from billing.records import Record
from lineup.database.purging import PurgeRow


class Erasure(PurgeRow, Record):
    """The erasure of one customer in this service."""

    __tablename__ = "erasures"
