"""What playlists announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lineup.contracts.accounts.partner_events import PurgeConfirmed
from lineup.events import event


@event(source="playlists")
@dataclass(frozen=True, kw_only=True)
class PackageChanged:
    """A package as it now is."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    partner_id: UUID
    scope: str
    name: str
    is_demo: bool
    is_deleted: bool = False


@event(source="playlists")
@dataclass(frozen=True, kw_only=True)
class AccessChanged:
    """Access facts were written anew: forget what is remembered of them.

    One tells of many users at once; none needs the ones before it.
    """

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    """An id of its own."""
    version: int
    keys: list[str]
    """What leads to the facts concerned: `token_name`s and `username_name`s."""


@event(source="playlists")
@dataclass(frozen=True, kw_only=True)
class ChannelSetRendered:
    """A channel set has new content."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    """The set's revision."""
    set_id: str
    partner_id: UUID


@event(source="playlists")
@dataclass(frozen=True, kw_only=True)
class PlaylistsPurged(PurgeConfirmed):
    """Playlists has deleted everything of a partner."""
