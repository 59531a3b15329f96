"""Tables of guide sources, their channels and programmes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Integer, Sequence, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from lineup.secrets import Sealed
from playlists.records import Record

IMPORT_IDS = Sequence("import_ids", start=1, metadata=Record.metadata)
"""Every read of a source gets a number of its own; its rows carry it."""


class GuideSource(Record):
    """Where guide data comes from, and how its last run went (PE-12).

    Programmes and guide channels count only with `import_id`: setting it to another
    import's is the swap, in whole and at once (PE-16).
    """

    __tablename__ = "guide_sources"
    __table_args__ = (
        Index("ix_guide_sources_scope", "scope", "id"),
        Index("ix_guide_sources_partner_id", "partner_id"),
        Index("ix_guide_sources_fetch_at", "fetch_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    upload: Mapped[str] = mapped_column(default="")
    every_hours: Mapped[int] = mapped_column(default=6)
    headers: Mapped[Sealed]
    """A JSON object of header fields, sealed: it may hold a password."""
    shift_minutes: Mapped[int] = mapped_column(default=0)
    time_zone: Mapped[str] = mapped_column(default="UTC")
    is_on: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    fetch_at: Mapped[datetime | None]
    """When the schedule fetches it next; None: never by itself."""

    import_id: Mapped[int | None]
    programmes: Mapped[int] = mapped_column(default=0)
    channels: Mapped[int] = mapped_column(default=0)
    reaches_until: Mapped[datetime | None]
    warnings: Mapped[list[str]]
    digest: Mapped[str] = mapped_column(default="")
    """SHA-256 of the bytes last imported, with what else shaped the rows."""
    etag: Mapped[str] = mapped_column(default="")
    last_modified: Mapped[str] = mapped_column(default="")
    last_fetched_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
    last_error_code: Mapped[str] = mapped_column(default="")


class GuideChannel(Record):
    """A channel as one import of a source knows it."""

    __tablename__ = "guide_channels"
    __table_args__ = (
        Index("ix_guide_channels_xmltv_key", "import_id", "xmltv_key"),
        Index("ix_guide_channels_name_key", "import_id", "name_key"),
    )

    import_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel_no: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False
    )
    """Its place in the import; programmes refer to it."""
    source_id: Mapped[UUID]
    xmltv_id: Mapped[str]
    xmltv_key: Mapped[str]
    """The id as it is compared: without case."""
    name: Mapped[str]
    name_key: Mapped[str]
    icon: Mapped[str]
    programmes: Mapped[int]
    reaches_until: Mapped[datetime | None]


class Programme(Record):
    """One programme of one guide channel.

    There is no unique key: COPY would stop at the first double of a careless guide.
    The importer leaves no doubles behind.
    """

    __tablename__ = "programmes"
    __table_args__ = (
        Index("ix_programmes_start", "import_id", "channel_no", "start_at"),
    )
    __mapper_args__ = {"primary_key": ["import_id", "channel_no", "start_at"]}  # noqa: RUF012

    import_id: Mapped[int]
    channel_no: Mapped[int] = mapped_column(Integer)
    start_at: Mapped[datetime]
    stop_at: Mapped[datetime]
    title: Mapped[str]
    sub_title: Mapped[str]
    description: Mapped[str]
    categories: Mapped[str]
    """One a line."""
    episode: Mapped[str]
    """As in xmltv_ns ("1.4.") or, failing that, as shown on screen ("S02E05")."""
    icon: Mapped[str]
    language: Mapped[str]
    """Of the title, as the guide says it."""
    made_on: Mapped[str]
    """The guide's `date`: a year or a day."""
    rating: Mapped[str]
    star_rating: Mapped[str]
    marks: Mapped[int] = mapped_column(SmallInteger)
    """Sum of `playlists.guide.programmes.Mark`: new, premiere, repeat."""


class RetiredImport(Record):
    """An import no source shows any more; its rows wait to be removed."""

    __tablename__ = "retired_imports"

    import_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    retired_at: Mapped[datetime]
