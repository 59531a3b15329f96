"""Tables of channels and packages."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Sequence, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lineup.contracts.playlists.channels import Catchup, ChannelDetails, Signing
from lineup.database import Timestamped
from lineup.errors import Invalid
from playlists.channels.naming import country_of, id_key, listed_id_key, name_keys
from playlists.records import Record

STREAM_IDS = Sequence("stream_ids", start=1, metadata=Record.metadata)
"""Permanent numbers of channels in every protocol; one count for the installation."""


class Channel(Record):
    """One channel of a partner."""

    __tablename__ = "channels"
    __table_args__ = (
        UniqueConstraint(
            "partner_id", "number", deferrable=True, initially="IMMEDIATE"
        ),
        UniqueConstraint("stream_id"),
        Index("ix_channels_scope", "scope", "number", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    stream_id: Mapped[int] = mapped_column(
        STREAM_IDS, server_default=text("nextval('stream_ids')")
    )
    number: Mapped[int]
    name: Mapped[str]
    name_key: Mapped[str]
    """The name as it is compared with guide channels, loosely."""
    exact_key: Mapped[str] = mapped_column(default="", server_default="")
    strict_key: Mapped[str] = mapped_column(default="", server_default="")
    """See `naming.NameKeys`."""
    country: Mapped[str] = mapped_column(default="", server_default="")
    """Of which country it says it is: guides of others are not tied by name."""
    address: Mapped[str]
    logo: Mapped[str] = mapped_column(default="")
    group_title: Mapped[str] = mapped_column(default="")
    guide_id: Mapped[str] = mapped_column(default="")
    guide_key: Mapped[str] = mapped_column(default="")
    """The guide id as it is compared: without case; empty for a filler."""
    guide_id_is_manual: Mapped[bool] = mapped_column(default=False)
    """Staff said it: an import does not change it, and no name is guessed from."""
    guide_shift_minutes: Mapped[int] = mapped_column(default=0)
    is_adult: Mapped[bool] = mapped_column(default=False)
    catchup_days: Mapped[int] = mapped_column(default=0)
    is_on: Mapped[bool] = mapped_column(default=True)
    signing: Mapped[str] = mapped_column(default=Signing.SESSION)
    catchup: Mapped[str] = mapped_column(default=Catchup.SHIFT)
    catchup_source: Mapped[str] = mapped_column(default="")
    is_radio: Mapped[bool] = mapped_column(default=False)
    player_lines: Mapped[list[str]] = mapped_column(default=list)
    said_by_staff: Mapped[list[str]] = mapped_column(default=list)
    """Details that staff gave: no import changes them."""
    listed: Mapped[dict[str, Any] | None]
    """What its playlist said last of what it is known by; None: it is in none."""
    guide_name: Mapped[str] = mapped_column(default="")
    """What its playlist calls it for the guide (tvg-name)."""
    guide_name_key: Mapped[str] = mapped_column(default="")
    """The strict key of that."""
    list_id: Mapped[UUID | None]
    """The channel list it came in with."""
    vanished_at: Mapped[datetime | None]
    """Since when that list names it no more."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    def describe(self, details: ChannelDetails, now: datetime) -> None:
        """Be as staff says; a guide id they change is theirs from now on."""
        self.rename(details.name)
        if details.guide_id != (self.guide_id or ""):
            self.choose(details.guide_id, is_manual=bool(details.guide_id))
        self.number, self.address = details.number, details.address
        self.logo, self.group_title = details.logo, details.group
        self.is_adult = details.is_adult
        self.guide_shift_minutes = details.guide_shift_minutes
        self.catchup_days, self.is_on = details.catchup_days, details.is_on
        self.signing, self.updated_at = details.signing, now
        self.catchup, self.catchup_source = details.catchup, details.catchup_source
        self.is_radio, self.player_lines = details.is_radio, details.player_lines

    def mark_set_by_staff(self, names: Iterable[str]) -> None:
        """Staff said these details: imports leave them alone."""
        self.said_by_staff = sorted({*(self.said_by_staff or ()), *names})

    def rename(self, name: str) -> None:
        """Take a name, and the key it is compared by."""
        self.name = name
        self.exact_key, self.strict_key, self.name_key = name_keys(name)
        self.country = country_of(self.guide_id or "", name)

    def set_guide_id(self, guide_id: str) -> None:
        """Show the guide channel of that id, as a playlist says."""
        self.guide_id, self.guide_key = guide_id, listed_id_key(guide_id)
        self.country = country_of(guide_id, self.name)

    def choose(self, guide_id: str, *, is_manual: bool) -> None:
        """Show the guide channel of that id, as staff says."""
        self.set_guide_id(guide_id)
        self.guide_key, self.guide_id_is_manual = id_key(guide_id), is_manual

    def choose_guide(self, guide_id: str | None, now: datetime) -> None:
        """Show the guide channel staff says, or none; None: look for one again."""
        self.choose(guide_id or "", is_manual=guide_id is not None)
        self.updated_at = now

    def details(self) -> ChannelDetails:
        """What staff sees of it."""
        return ChannelDetails(
            number=self.number,
            name=self.name,
            address=self.address,
            logo=self.logo,
            group=self.group_title,
            guide_id=self.guide_id,
            guide_shift_minutes=self.guide_shift_minutes,
            is_adult=self.is_adult,
            catchup_days=self.catchup_days,
            is_on=self.is_on,
            signing=Signing(self.signing),
            catchup=Catchup(self.catchup),
            catchup_source=self.catchup_source,
            is_radio=self.is_radio,
            player_lines=list(self.player_lines),
        )


class ChannelList(Record):
    """Where channels came from together: an address, or files of one name."""

    __tablename__ = "channel_lists"
    __table_args__ = (Index("ix_channel_lists_partner_id", "partner_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID]
    origin: Mapped[str]
    """The address without what is secret in it, or the name of a file."""
    imported_at: Mapped[datetime]


class ImportChange(Record):
    """What an import did to a channel: enough to undo a partner's last one."""

    __tablename__ = "import_changes"
    __table_args__ = (Index("ix_import_changes_partner_id", "partner_id"),)

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    channel_id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID]
    before: Mapped[dict[str, Any] | None]
    """What was otherwise; None: the channel was not there."""
    put_into: Mapped[UUID | None]
    """The package that the import put it into."""


class Package(Timestamped, Record):
    """Channels sold together; one of each partner's is its demo set."""

    __tablename__ = "packages"
    __table_args__ = (
        Index("ix_packages_scope", "scope", "id"),
        Index(
            "uq_packages_demo",
            "partner_id",
            unique=True,
            postgresql_where=text("is_demo"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    name: Mapped[str]
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    def rename(self, name: str) -> None:
        """Take a name, which makes a new version."""
        if not name.strip():
            raise Invalid(fields={"name": ["Enter a name."]})
        self.name = name.strip()
        self.version += 1


class PackageChannel(Record):
    """A channel is in a package."""

    __tablename__ = "package_channels"
    __table_args__ = (Index("ix_package_channels_channel_id", "channel_id"),)

    package_id: Mapped[UUID] = mapped_column(
        ForeignKey("packages.id", ondelete="CASCADE"), primary_key=True
    )
    channel_id: Mapped[UUID] = mapped_column(
        ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True
    )
