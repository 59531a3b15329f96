"""What lower rooms say has changed, for the higher room that wants to hear it.

Rooms import only rooms below them, so whoever renders is told through here. A change
that nobody hears would be lost, and is therefore an error: `playlists.wiring` connects
the listener in every process that changes anything.
"""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from lineup.database import Work


class Listener(Protocol):
    """Hears changes in the transaction that makes them."""

    def mark_changed(self, work: Work, partner_id: UUID) -> None:
        """A partner's channels, packages, guide or ties changed."""
        ...

    def refresh_access(self, work: Work, user_id: UUID) -> None:
        """A user, or what it is entitled to, changed."""
        ...

    def refresh_partner(self, work: Work, partner_id: UUID) -> None:
        """Something that all users of a partner share changed."""
        ...


class NobodyListens(LookupError):  # noqa: N818 - reads as a sentence
    """A change was made in a process that connected no listener."""


@dataclass
class _Connected:
    listener: Listener | None = None


_connected = _Connected()


def connect(listener: Listener) -> None:
    """Tell `listener` of every change made in this process from now on."""
    _connected.listener = listener


def listener() -> Listener:
    """Who hears changes; NobodyListens when none is connected."""
    if _connected.listener is None:
        raise NobodyListens("Import playlists.wiring before changing anything.")
    return _connected.listener
