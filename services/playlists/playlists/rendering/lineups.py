"""The channels of a set, in order, as every output form of it needs them."""

import re
import zlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, true
from sqlalchemy.orm import Session

from playlists.channels.models import Channel, Package, PackageChannel
from playlists.guide.ties import tie
from playlists.rendering.models import ChannelSet

UNGROUPED = "Other"
UNSAFE = re.compile(r'[\x00-\x1f\x7f",]+')
VIDEO_ON_DEMAND_MARKS = re.compile(r"(media(?:-dir|-size)?)=", re.IGNORECASE)
MAX_CHANNELS = 50_000


@dataclass(frozen=True, kw_only=True)
class Tie:
    """Where a channel's programmes lie."""

    import_id: int
    channel_no: int
    shift_minutes: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One channel of a set."""

    stream_id: int
    number: int
    name: str
    address: str
    logo: str
    group: str
    guide_id: str
    is_adult: bool
    catchup_days: int
    signing: str
    added_at: datetime
    tie: Tie | None = None

    @property
    def tvg_id(self) -> str:
        """One guide id for M3U, Xtream and XMLTV, permanent even where none was set."""
        return playlist_text(self.guide_id) or f"channel.{self.stream_id}"

    @property
    def category_name(self) -> str:
        """The group it is listed in."""
        return self.group.strip() or UNGROUPED


def entries_of(session: Session, channel_set: ChannelSet) -> list[Entry]:
    """The set's channels that are switched on, by number."""
    tied = tie()
    rows = session.execute(
        select(Channel, tied.c.import_id, tied.c.channel_no)
        .outerjoin(tied, true())
        .where(
            Channel.partner_id == channel_set.partner_id,
            Channel.is_on,
            Channel.id.in_(_channel_ids(channel_set)),
        )
        .order_by(Channel.number, Channel.name, Channel.stream_id)
        .limit(MAX_CHANNELS)
    )
    return [_entry(*row) for row in rows]


def _channel_ids(channel_set: ChannelSet) -> Select[UUID]:
    packages = select(PackageChannel.channel_id).join(
        Package, Package.id == PackageChannel.package_id
    )
    packages = packages.where(Package.partner_id == channel_set.partner_id)
    if channel_set.is_demo:
        return packages.where(Package.is_demo)
    return packages.where(Package.id.in_([UUID(p) for p in channel_set.package_ids]))


def _entry(channel: Channel, import_id: int | None, channel_no: int | None) -> Entry:
    return Entry(
        stream_id=channel.stream_id,
        number=channel.number,
        name=channel.name,
        address=channel.address,
        logo=channel.logo,
        group=channel.group_title,
        guide_id=channel.guide_id,
        is_adult=channel.is_adult,
        catchup_days=channel.catchup_days,
        signing=channel.signing,
        added_at=channel.created_at,
        tie=_tie(import_id, channel_no, channel.guide_shift_minutes),
    )


def _tie(import_id: int | None, channel_no: int | None, shift: int) -> Tie | None:
    if import_id is None or channel_no is None:
        return None
    return Tie(import_id=import_id, channel_no=channel_no, shift_minutes=shift)


def playlist_text(text: str) -> str:
    """A value that no M3U reader trips over: no quotes, commas, line ends, controls.

    No reader knows an escape for `"`, readers differ on which comma begins the name,
    and Kodi takes `media=` anywhere on the line for video on demand.
    """
    text = VIDEO_ON_DEMAND_MARKS.sub(r"\1:", text.replace('"', "'"))
    return " ".join(UNSAFE.sub(" ", text).split())


def categories_of(entries: list[Entry]) -> dict[str, int]:
    """Number of each group in order of appearance: made of its name, so it stays."""
    numbers: dict[str, int] = {}
    taken: set[int] = set()
    for entry in entries:
        if entry.category_name not in numbers:
            number = zlib.crc32(entry.category_name.encode()) & 0x7FFFFFFF or 1
            while number in taken:
                number += 1
            taken.add(number)
            numbers[entry.category_name] = number
    return numbers
