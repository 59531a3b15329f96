"""What lower rooms ask of the rooms above them, without importing them.

Rooms import only rooms below. Whoever changes a channel must tell whoever renders it,
and whoever shows one wants to know how far its guide reaches; both go through here.
`playlists.wiring` connects the rooms in every process; asking before that is an error,
because a change that nobody hears would be lost.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, Select

from lineup.contracts.playlists.channels import ChannelGuide, GuideReach
from lineup.database import Work


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The guide a channel shows, and when it ends with the channel's own shift."""

    guide: ChannelGuide
    until: datetime
    reach: GuideReach


class Rooms(Protocol):
    """What the rooms above can be asked and told, in the caller's transaction."""

    def mark_changed(self, work: Work, partner_id: UUID) -> None:
        """A partner's channels, packages, guide or ties changed."""
        ...

    def refresh_access(self, work: Work, user_id: UUID) -> None:
        """A user, or what it is entitled to, changed."""
        ...

    def refresh_partner(self, work: Work, partner_id: UUID) -> None:
        """Something that all users of a partner share changed."""
        ...

    def refresh_below(self, work: Work, scope: str) -> None:
        """Something that all users below a seller share changed."""
        ...

    def guides_of(self, work: Work, channel_ids: Collection[UUID]) -> dict[UUID, Shown]:
        """What each channel shows; without a guide it is absent."""
        ...

    def with_reach(
        self, statement: "Select[Any]", now: datetime
    ) -> "tuple[Select[Any], ColumnElement[Any]]":
        """A select of channels, joined with how far the guide of each reaches."""
        ...

    def reaches(
        self, until: ColumnElement[Any], wanted: GuideReach, now: datetime
    ) -> ColumnElement[bool]:
        """Whether a guide that ends then reaches as far as `wanted` says."""
        ...

    def is_watched(self, work: Work, package_id: UUID) -> bool:
        """Whether a subscription with that package runs."""
        ...


class NotConnected(LookupError):  # noqa: N818 - reads as a sentence
    """This process connected no rooms."""


@dataclass
class _Connection:
    rooms: Rooms | None = None


_connection = _Connection()


def connect(rooms: Rooms) -> None:
    """Ask and tell `rooms` from now on, in this process."""
    _connection.rooms = rooms


def rooms() -> Rooms:
    """The rooms above; NotConnected when nobody connected them."""
    if _connection.rooms is None:
        raise NotConnected("Call playlists.wiring.connect_rooms at the start.")
    return _connection.rooms
