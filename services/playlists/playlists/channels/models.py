"""Tables of channels and packages."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Sequence, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lineup.contracts.playlists import ChannelDetails, Signing
from lineup.errors import Invalid
from playlists.channels.naming import name_key
from playlists.records import Record

STREAM_IDS = Sequence("stream_ids", start=1, metadata=Record.metadata)
"""Permanent numbers of channels in every protocol; one count for the installation."""


class Channel(Record):
    """One channel of a partner (PE-18)."""

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
    """The name as it is compared with guide channels."""
    address: Mapped[str]
    logo: Mapped[str] = mapped_column(default="")
    group_title: Mapped[str] = mapped_column(default="")
    guide_id: Mapped[str] = mapped_column(default="")
    guide_key: Mapped[str] = mapped_column(default="")
    """The guide id as it is compared: without case."""
    guide_id_is_manual: Mapped[bool] = mapped_column(default=False)
    """Staff said it: an import does not change it, and no name is guessed from."""
    guide_shift_minutes: Mapped[int] = mapped_column(default=0)
    is_adult: Mapped[bool] = mapped_column(default=False)
    catchup_days: Mapped[int] = mapped_column(default=0)
    is_on: Mapped[bool] = mapped_column(default=True)
    signing: Mapped[str] = mapped_column(default=Signing.SECURE_LINK)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    def describe(self, details: ChannelDetails, now: datetime) -> None:
        """Be as staff says; a guide id they change is theirs from now on."""
        if details.guide_id != (self.guide_id or ""):
            self.tie(details.guide_id)
            self.guide_id_is_manual = bool(details.guide_id)
        self.rename(details.name)
        self.number, self.address = details.number, details.address
        self.logo, self.group_title = details.logo, details.group
        self.is_adult = details.is_adult
        self.guide_shift_minutes = details.guide_shift_minutes
        self.catchup_days, self.is_on = details.catchup_days, details.is_on
        self.signing, self.updated_at = details.signing, now

    def rename(self, name: str) -> None:
        """Take a name, and the key it is compared by."""
        self.name, self.name_key = name, name_key(name)

    def tie(self, guide_id: str) -> None:
        """Show the guide channel of that id."""
        self.guide_id, self.guide_key = guide_id, guide_id.strip().casefold()

    def choose_guide(self, guide_id: str | None, now: datetime) -> None:
        """Show the guide channel staff says, or none; None: look for one again."""
        self.tie(guide_id or "")
        self.guide_id_is_manual = guide_id is not None
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
        )


class Package(Record):
    """Channels sold together; one of each partner's is its demo set (PE-04)."""

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
            raise Invalid(fields={"name": ["A package needs a name."]})
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
