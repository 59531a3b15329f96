"""What playlists announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

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
    """A user's access fact was written anew: forget what is remembered of it."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    """The user's id."""
    version: int
    keys: list[str]
    """Blob names of the facts concerned."""


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
