"""Get the stream settings of a partner."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT, Permission
from lineup.contracts.changes import Given, resets_to
from lineup.values.types import SessionMinutes, StreamHosts
from lineup.verbs import Kind, Request, verb


@dataclass(frozen=True, kw_only=True)
class StreamSettings:
    """Stream settings of a partner."""

    partner_id: UUID
    session_minutes: int | None = None
    """Validity of signed links in minutes; null: the default."""
    session_is_renewed: bool = True
    """Whether playback continues after that while the subscription is active;
    otherwise the player has to open the channel again."""
    session_is_bound: bool = False
    """Whether links are restricted to the IP address that opened the channel."""
    stream_hosts: list[str] = field(default_factory=list)
    """Hosts of the partner's streaming servers; links to other hosts are not signed.
    Empty: all."""
    updated_at: datetime | None = None
    """When it last changed; null while it has never been set."""


@verb("playlists", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /stream-settings")
class GetStreamSettings(Request[StreamSettings]):
    """Get the stream settings of a partner."""

    partner_id: UUID | None = None


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SETTINGS,
    rest="PATCH|PUT /stream-settings",
)
class UpdateStreamSettings(Request[StreamSettings]):
    """Update the stream settings of a partner.

    Changes apply to new links; removed hosts apply to all of their channels.
    """

    session_minutes: Given[SessionMinutes | None] = resets_to(None)
    """Validity of signed links in minutes; null: the default."""
    session_is_renewed: Given[bool] = resets_to(value=True)
    """Whether playback continues after that while the subscription is active."""
    session_is_bound: Given[bool] = resets_to(value=False)
    """Whether links are restricted to the IP address that opened the channel."""
    stream_hosts: Given[StreamHosts] = resets_to([])
    """Hosts whose links are signed, such as edge.example.net or *.cdn.example.net;
    empty: all."""
    partner_id: UUID | None = None
