"""How a partner's players are let in to its streaming servers."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.changes import Given, resets_to
from lineup.values.types import SessionMinutes, StreamHosts
from lineup.verbs import Kind, Request, verb


@dataclass(frozen=True, kw_only=True)
class StreamSettings:
    """What a partner says of grants to watch: how long, for whom, and where."""

    partner_id: UUID
    session_minutes: int | None = None
    """How long a grant is good for by itself; null: as the installation says."""
    session_is_renewed: bool = True
    """Whether a streaming server that asks goes on letting it in after that, for as
    long as its user may watch; else the player must open the channel anew."""
    session_is_bound: bool = False
    """Whether it serves only the network address that asked for it."""
    stream_hosts: list[str] = field(default_factory=list)
    """Where the partner's own streaming servers are: addresses elsewhere are given as
    they are, unsigned. Empty: anywhere."""
    updated_at: datetime | None = None
    """When it last changed; null: nobody said anything yet."""


@verb("playlists", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /stream-settings")
class GetStreamSettings(Request[StreamSettings]):
    """How a partner's players are let in to its streaming servers."""

    partner_id: UUID | None = None


@verb("playlists", Kind.WRITE, allowed=PARTNERS, rest="PATCH|PUT /stream-settings")
class UpdateStreamSettings(Request[StreamSettings]):
    """Change how a partner's players are let in to its streaming servers.

    What is changed counts for grants given from then on; a host that is taken away,
    for all of its channels.
    """

    session_minutes: Given[SessionMinutes | None] = resets_to(None)
    """How long a grant is good for by itself; null: as the installation says."""
    session_is_renewed: Given[bool] = resets_to(value=True)
    """Whether it goes on after that for as long as its user may watch."""
    session_is_bound: Given[bool] = resets_to(value=False)
    """Whether it serves only the network address that asked for it."""
    stream_hosts: Given[StreamHosts] = resets_to([])
    """The only hosts whose addresses are signed, such as edge.example.net or
    *.cdn.example.net; empty: all."""
    partner_id: UUID | None = None
