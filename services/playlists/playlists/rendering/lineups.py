"""The channels of a set, in order, as every output form of it needs them."""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, or_, select, true
from sqlalchemy.orm import Session

from lineup.contracts.playlists.channels import Catchup, TiedBy
from playlists.channels.archives import archive_of
from playlists.channels.kinds import kind_of
from playlists.channels.models import Channel, Package, PackageChannel
from playlists.guide.mapping import guide_mapping
from playlists.pending.models import ChannelSet

UNGROUPED = "Other"
UNSAFE = re.compile(r'[\x00-\x1f\x7f",]+')
SEVERAL_GROUPS = re.compile(r"\s*[;|]\s*")
VIDEO_ON_DEMAND_MARKS = re.compile(r"(media(?:-dir|-size)?)=", re.IGNORECASE)
MAX_CHANNELS = 50_000
MOST_SHIFT_MINUTES = 24 * 60


@dataclass(frozen=True, kw_only=True)
class GuideLink:
    """Where a channel's programmes lie."""

    import_id: int
    channel_no: int
    shift_minutes: int
    is_by_id: bool = field(default=False, compare=False)
    """The channel's guide id leads there, not its name."""


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
    """Empty where it only fills the place of one."""
    is_adult: bool
    catchup_days: int
    signing: str
    added_at: datetime
    guide_link: GuideLink | None = None
    own_guide_id: str = ""
    """In place of a guide id that another channel shows something else by."""
    archive: str = ""
    """See `StreamSource.archive`."""
    is_radio: bool = False
    player_lines: tuple[str, ...] = ()

    @property
    def ending(self) -> str:
        """What the address offered ends in, as what comes back; empty: unknown."""
        return kind_of(self.address, self.player_lines)

    @property
    def tvg_id(self) -> str:
        """One guide id for M3U, Xtream and XMLTV, permanent even where none was set."""
        return (
            self.own_guide_id
            or playlist_text(self.guide_id)
            or f"channel.{self.stream_id}"
        )

    @property
    def category_name(self) -> str:
        """The group it is listed in: one, by one name, in all forms of a list.

        Players that read M3U part groups at ";" and "|".
        """
        return SEVERAL_GROUPS.sub("/", playlist_text(self.group)) or UNGROUPED

    @property
    def title(self) -> str:
        """What it is called, by one name in all forms of a list."""
        return playlist_text(self.name) or str(self.number)


def entries_of(session: Session, channel_set: ChannelSet, now: datetime) -> list[Entry]:
    """The set's channels that are switched on, by number."""
    tied = guide_mapping(now)
    rows = session.execute(
        select(
            Channel,
            tied.c.import_id,
            tied.c.channel_no,
            tied.c.tied_by,
            tied.c.icon,
        )
        .outerjoin(tied, true())
        .where(
            Channel.partner_id == channel_set.partner_id,
            Channel.is_on,
            Channel.id.in_(_channel_ids(channel_set)),
            or_(~Channel.is_adult, literal(channel_set.shows_adult)),
        )
        .order_by(Channel.number, Channel.name, Channel.stream_id)
        .limit(MAX_CHANNELS)
    )
    return with_own_guide_ids([_entry(channel, tied) for channel, *tied in rows])


def with_own_guide_ids(entries: list[Entry]) -> list[Entry]:
    """Entries of which no two show different programmes by one guide id.

    Players compare ids without case and show what they find first. The id stays with
    the channel that shows its programmes unshifted; others get one of their own.
    """
    shown: dict[str, Entry] = {}
    own: dict[int, str] = {}
    for entry in sorted(entries, key=_claim):
        wanted, others = entry.tvg_id, _ids_of(entry)
        while shown.setdefault(wanted.casefold(), entry).guide_link != entry.guide_link:
            wanted = next(others)
        first = shown[wanted.casefold()]
        own[entry.stream_id] = own.get(first.stream_id, wanted)
    return [
        entry
        if own[entry.stream_id] == entry.tvg_id
        else replace(entry, own_guide_id=own[entry.stream_id])
        for entry in entries
    ]


def _ids_of(entry: Entry) -> Iterator[str]:
    """Ids of its own: the first is nearly always free."""
    yield f"channel.{entry.stream_id}"
    yield from (f"channel.{entry.stream_id}.{again}" for again in count(2))


def _claim(entry: Entry) -> tuple[bool, bool, bool, int]:
    """How good an entry's claim on its guide id is; the best sorts first."""
    tied = entry.guide_link
    return (
        not (tied and tied.is_by_id),
        tied is None,
        bool(tied and tied.shift_minutes),
        entry.stream_id,
    )


def _channel_ids(channel_set: ChannelSet) -> Select[UUID]:
    packages = select(PackageChannel.channel_id).join(
        Package, Package.id == PackageChannel.package_id
    )
    packages = packages.where(Package.partner_id == channel_set.partner_id)
    if channel_set.is_demo:
        return packages.where(Package.is_demo)
    return packages.where(Package.id.in_([UUID(p) for p in channel_set.package_ids]))


def _entry(channel: Channel, tied: Sequence[Any]) -> Entry:
    import_id, channel_no, tied_by, icon = tied
    catchup = Catchup(channel.catchup)
    archive = archive_of(channel.address, catchup, channel.catchup_source)
    return Entry(
        stream_id=channel.stream_id,
        number=channel.number,
        name=channel.name,
        address=channel.address,
        logo=channel.logo or icon or "",
        group=channel.group_title,
        guide_id=channel.guide_id if channel.guide_key else "",
        is_adult=channel.is_adult,
        catchup_days=0 if archive is None else channel.catchup_days,
        signing=channel.signing,
        added_at=channel.created_at,
        guide_link=None
        if import_id is None
        else GuideLink(
            import_id=import_id,
            channel_no=channel_no,
            shift_minutes=_bounded(channel.guide_shift_minutes),
            is_by_id=tied_by == TiedBy.ID,
        ),
        archive=archive or "",
        is_radio=channel.is_radio,
        player_lines=tuple(channel.player_lines),
    )


def _bounded(shift: int) -> int:
    return max(-MOST_SHIFT_MINUTES, min(MOST_SHIFT_MINUTES, shift))


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
    following: dict[int, int] = {}
    for entry in entries:
        if entry.category_name not in numbers:
            name = entry.category_name.encode("utf-8", "replace")
            number = zlib.crc32(name) & 0x7FFFFFFF or 1
            numbers[entry.category_name] = _free(number, following)
    return numbers


def _free(number: int, following: dict[int, int]) -> int:
    """The number, or the next that is free; `following` leads past those taken.

    Each way is made shorter by whoever goes it, so that names chosen to have one
    number cost no more than others.
    """
    way = []
    while number in following:
        way.append(number)
        number = following[number]
    following[number] = number + 1
    for passed in way:
        following[passed] = number + 1
    return number
