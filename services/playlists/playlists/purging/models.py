"""Whose data is being deleted, or was."""

from lineup.database.purging import PurgeRow
from playlists.records import Record


class Purge(PurgeRow, Record):
    """The purge of one partner's rows and files in this service."""
