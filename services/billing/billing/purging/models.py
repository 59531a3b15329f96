"""Whose data is being deleted, or was."""

from billing.records import Record
from lineup.database.purging import PurgeRow


class Purge(PurgeRow, Record):
    """The purge of one partner's rows in this service."""
