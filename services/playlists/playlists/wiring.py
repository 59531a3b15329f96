"""Connects the lower rooms with those above them, in every process that uses them."""

from playlists import upstairs
from playlists.guide.ties import guide_until
from playlists.rendering.operations import (
    mark_changed,
    refresh_access,
    refresh_partner,
)


class Above:
    """The rooms above, as those below know them."""

    mark_changed = staticmethod(mark_changed)
    refresh_access = staticmethod(refresh_access)
    refresh_partner = staticmethod(refresh_partner)
    guide_until = staticmethod(guide_until)


def connect_rooms() -> None:
    """Let the lower rooms find those above; safe to repeat."""
    upstairs.connect(Above())
