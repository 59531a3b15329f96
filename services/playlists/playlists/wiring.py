"""Connects the lower rooms with those above them, in every process that uses them."""

from playlists import upstairs
from playlists.entitlements.operations import is_watched
from playlists.guide.ties import guides_of, reaches, with_reach
from playlists.rendering.operations import (
    mark_changed,
    refresh_access,
    refresh_below,
    refresh_partner,
)


class Above:
    """The rooms above, as those below know them."""

    mark_changed = staticmethod(mark_changed)
    refresh_access = staticmethod(refresh_access)
    refresh_below = staticmethod(refresh_below)
    refresh_partner = staticmethod(refresh_partner)
    guides_of = staticmethod(guides_of)
    with_reach = staticmethod(with_reach)
    reaches = staticmethod(reaches)
    is_watched = staticmethod(is_watched)


def connect_rooms() -> None:
    """Let the lower rooms find those above; safe to repeat."""
    upstairs.connect(Above())
