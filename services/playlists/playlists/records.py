"""The base of every table playlists owns."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from lineup.database import COLUMN_TYPES, new_metadata


class Record(DeclarativeBase):
    """A row of playlists' own database."""

    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


def all_tables() -> MetaData:
    """Every table of playlists, with every room's models loaded."""
    from playlists.channels import models as _channels
    from playlists.entitlements import models as _entitlements
    from playlists.guide import models as _guide
    from playlists.jobs import models as _jobs
    from playlists.rendering import models as _rendering

    del _channels, _entitlements, _guide, _jobs, _rendering
    return Record.metadata
