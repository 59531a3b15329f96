"""What a channel takes from an entry of a playlist, and what staff said instead."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from lineup.contracts.playlists.channels import ChannelDetails, Signing
from lineup.database import UnitOfWork
from lineup.ids import new_id
from playlists.channels import attributes, kinds
from playlists.channels.finding import new_channel
from playlists.channels.m3u import PlaylistEntry
from playlists.channels.models import Channel
from playlists.channels.naming import name_keys
from playlists.channels.selection import ImportOptions
from playlists.channels.skipped import SkippedLines, SkipReason
from playlists.owners import Owner

UPDATED_FIELDS = (
    "name",
    "name_key",
    "exact_key",
    "strict_key",
    "country",
    "group_title",
    "logo",
    "address",
    "guide_id",
    "guide_key",
    "guide_name",
    "guide_name_key",
    "guide_shift_minutes",
    "is_on",
    "is_adult",
    "is_radio",
    "catchup",
    "catchup_days",
    "catchup_source",
    "player_lines",
    "signing",
    "listed",
)
"""What an import may change of a channel that is there."""


@dataclass
class ChannelUpdater:
    """Makes channels of entries, and brings those that are there up to them."""

    work: UnitOfWork
    owner: Owner
    options: ImportOptions
    skipped: SkippedLines
    list_id: UUID = field(default_factory=new_id)
    """The list all of them are in."""
    adult: int = 0
    """How many were marked for adults because of their groups."""

    def update(self, channel: Channel, entry: PlaylistEntry) -> None:
        """Take what the playlist says; what staff said stays."""
        own = set(channel.said_by_staff)
        if "name" not in own:
            channel.rename(entry.name)
        for detail, value in self._playlist_details(channel, entry).items():
            if detail not in own:
                setattr(channel, COLUMNS.get(detail, detail), value)
        if not channel.guide_id_is_manual:
            channel.set_guide_id(entry.guide_id)
        if entry.address:
            self._take_address(channel, entry, own)
        self._take_identity(channel, entry)
        channel.updated_at = self.work.now

    def made(self, entry: PlaylistEntry, number: int) -> Channel:
        """A channel that is not there yet."""
        is_ours = self.options.signs and kinds.may_be_signed(entry.address)
        if not entry.address:
            self.skipped.note(SkipReason.OFF, entry.line, entry.name)
        details = ChannelDetails(
            number=number,
            name=entry.name,
            address=entry.address,
            logo=entry.logo,
            group=entry.group,
            is_adult=self._is_adult(entry),
            catchup_days=entry.catchup_days,
            catchup=entry.catchup,
            catchup_source=entry.catchup_source,
            guide_shift_minutes=entry.guide_shift_minutes or 0,
            is_on=bool(entry.address),
            is_radio=entry.is_radio,
            player_lines=list(entry.player_lines),
            **({} if is_ours else {"signing": Signing.NONE}),
        )
        channel = new_channel(self.work, self.owner, details)
        channel.set_guide_id(entry.guide_id)
        self._take_identity(channel, entry)
        return channel

    def _playlist_details(
        self, channel: Channel, entry: PlaylistEntry
    ) -> dict[str, Any]:
        """Details as the playlist has them; of marks, only those that are set."""
        details: dict[str, Any] = {
            "group": entry.group,
            "logo": entry.logo,
            "player_lines": list(entry.player_lines),
        }
        if entry.catchup_days:
            details["catchup_days"] = entry.catchup_days
            details["catchup"] = entry.catchup
            details["catchup_source"] = entry.catchup_source
        if entry.guide_shift_minutes is not None:
            details["guide_shift_minutes"] = entry.guide_shift_minutes
        if entry.is_radio:
            details["is_radio"] = True
        if "is_adult" not in channel.said_by_staff and not channel.is_adult:
            details["is_adult"] = self._is_adult(entry)
        return details

    def _take_address(
        self, channel: Channel, entry: PlaylistEntry, own: set[str]
    ) -> None:
        if "is_on" not in own:
            channel.is_on = channel.is_on or not channel.address
        if "address" not in own or not channel.address:
            channel.address = entry.address
            if "signing" not in own and not kinds.may_be_signed(entry.address):
                channel.signing = Signing.NONE

    def _take_identity(self, channel: Channel, entry: PlaylistEntry) -> None:
        channel.guide_name = entry.guide_name
        channel.guide_name_key = name_keys(entry.guide_name).strict
        channel.listed = {
            "name": entry.name,
            "group": entry.group,
            "address": entry.address or (channel.listed or {}).get("address", ""),
            "id": entry.guide_id,
        }
        channel.list_id, channel.vanished_at = self.list_id, None

    def _is_adult(self, entry: PlaylistEntry) -> bool:
        by_group = self.options.marks_adult_groups and attributes.is_adult_group(
            entry.group
        )
        self.adult += by_group and not entry.is_adult
        return entry.is_adult or by_group


COLUMNS = {"group": "group_title"}
"""Details whose columns have other names."""


def state_of(channel: Channel) -> dict[str, Any]:
    """What an import may change, as it is now."""
    state = {name: getattr(channel, name) for name in UPDATED_FIELDS}
    state["vanished_at"] = channel.vanished_at and channel.vanished_at.isoformat()
    state["list_id"] = channel.list_id and str(channel.list_id)
    return state
