"""Tables of guide sources, their channels and programmes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Integer, Sequence, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from lineup.database import Timestamped
from lineup.secrets import Sealed
from playlists.records import Record

IMPORT_IDS = Sequence("import_ids", start=1, metadata=Record.metadata)
"""Every read of a source gets a number of its own; its rows carry it."""


class GuideSource(Timestamped, Record):
    """Where guide data comes from, and how its last run went.

    Programmes and guide channels count only with `import_id`: setting it to another
    import's is the swap, in whole and at once.
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
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """Fetches in a row that failed."""
    shrunk_at: Mapped[datetime | None]
    """Since when what comes is much smaller than what is shown."""

    def succeed(self) -> None:
        """The last fetch went well."""
        self.last_error = self.last_error_code = ""
        self.failures = 0
        self.shrunk_at = None


class GuideChannel(Record):
    """A channel as one import of a source knows it."""

    __tablename__ = "guide_channels"
    __table_args__ = (Index("ix_guide_channels_xmltv_key", "import_id", "xmltv_key"),)

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
    country: Mapped[str] = mapped_column(default="", server_default="")
    """Of which country it says it is; empty: it does not."""
    icon: Mapped[str]
    programmes: Mapped[int]
    reaches_until: Mapped[datetime | None]


class GuideName(Record):
    """One name of a guide channel, as it is compared: see `naming.NameKeys`."""

    __tablename__ = "guide_names"
    __table_args__ = tuple(
        Index(f"ix_guide_names_{key}", "import_id", key)
        for key in ("exact_key", "strict_key", "loose_key")
    )

    import_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel_no: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False
    )
    place: Mapped[int] = mapped_column(
        SmallInteger, primary_key=True, autoincrement=False
    )
    """A guide channel's first name has 0."""
    exact_key: Mapped[str]
    strict_key: Mapped[str]
    loose_key: Mapped[str]


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
    """Of the title, as the guide says it; where others differ, four with slashes
    between them: of title, sub-title, description and categories."""
    made_on: Mapped[str]
    """The guide's `date`: a year or a day."""
    rating: Mapped[str]
    star_rating: Mapped[str]
    marks: Mapped[int] = mapped_column(SmallInteger)
    """Sum of `playlists.guide.programmes.ProgrammeFlag`: new, premiere, repeat."""
    extra: Mapped[str] = mapped_column(default="", server_default="")
    """XML of what else the guide says: see `playlists.guide.extras`."""


class RetiredImport(Record):
    """An import no source shows any more; its rows wait to be removed."""

    __tablename__ = "retired_imports"

    import_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    retired_at: Mapped[datetime]
