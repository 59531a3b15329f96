"""The public layer: a thin WSGI application before the one that shows pages."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from gateway.public import xtream
from gateway.public.answers import (
    Answer,
    no_such_link,
    plain_text,
    unauthorised,
)
from gateway.public.guides import GuideDesk
from gateway.public.library import Library, LibraryAtHand
from gateway.public.members import Member
from gateway.public.playlists import playlist
from gateway.public.requests import Ask, Environ
from gateway.public.routes import Kind, Route, route_of
from gateway.public.shelf import NotAtHand
from gateway.public.streams import StreamDesk
from gateway.public.tally import KIND, SERVICE, Tally
from lineup import metrics
from lineup.clock import Clock

StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

PAGES = frozenset(
    {"admin", "api", "docs", "health", "portal", "static", "uploads", "webhooks"}
)
"""First parts of paths that are never a user's name."""
LOOKED_AT = frozenset({"GET", "HEAD"})
POSTED = frozenset({Kind.PLAYER, Kind.PANEL, Kind.GET, Kind.GUIDE})


class PublicLayer:
    """Answers public addresses from blobs; everything else goes to `pages`."""

    def __init__(
        self,
        pages: Application,
        library: Library,
        clock: Clock,
        *,
        guides: GuideDesk,
        streams: StreamDesk,
    ) -> None:
        self._pages = pages
        self.library = library
        self.tally = Tally()
        self._at_hand = LibraryAtHand(library)
        self._clock = clock
        self._guides = guides
        self._streams = streams

    def __call__(
        self, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Serve one request (PEP 3333)."""
        began = time.monotonic()
        route = route_of(environ["PATH_INFO"], PAGES)
        if route is None:
            return self._pages(environ, start_response)
        answer = self._answer(route, Ask(environ), self.library)
        _count(route, answer, time.monotonic() - began)
        start_response(answer.status, answer.headers)
        if environ["REQUEST_METHOD"] == "HEAD":
            return ()
        return answer.body

    def at_once(self, environ: Environ) -> Answer | None:
        """The answer if memory alone can give it; never reads, never waits."""
        began = time.monotonic()
        route = route_of(environ["PATH_INFO"], PAGES)
        if route is None or environ["REQUEST_METHOD"] not in LOOKED_AT:
            return None
        try:
            answer = self._answer(route, Ask(environ), self._at_hand)
        except NotAtHand:
            return None
        self.tally.note(route.kind.value, answer.status, time.monotonic() - began)
        return answer

    def _answer(self, route: Route, ask: Ask, library: Library) -> Answer:
        if ask.method not in LOOKED_AT and not (
            ask.method == "POST" and route.kind in POSTED
        ):
            return plain_text("405 Method Not Allowed", "Ask with GET or HEAD.\n")
        now = self._clock.now()
        member = _member(route, ask, library)
        if member is None:
            return _refused(route, ask)
        return self._served(route, ask, library, member, now)

    def _served(
        self, route: Route, ask: Ask, library: Library, member: Member, now: datetime
    ) -> Answer:
        match route.kind:
            case Kind.LINK | Kind.GET:
                return playlist(ask, library, member, now)
            case Kind.PLAYER:
                return xtream.player_api(ask, library, member, now)
            case Kind.PANEL:
                return xtream.panel_api(library, member, now)
            case Kind.GUIDE | Kind.GUIDE_PATH:
                return self._guides.guide(ask, library, member, now)
            case Kind.GUIDE_PACKED:
                return self._guides.packed(ask, library, member, now)
            case _:
                return self._stream(route, ask, library, member, now)

    def _stream(
        self, route: Route, ask: Ask, library: Library, member: Member, now: datetime
    ) -> Answer:
        if route.kind is Kind.ARCHIVE_CALL:
            stream_id, start = ask.get("stream"), ask.get("start")
            return self._streams.archive(library, member, now, stream_id, start)
        stream_id, start = route.stream_id, route.start or ask.get("utc")
        if start:
            return self._streams.archive(library, member, now, stream_id, start)
        return self._streams.live(library, member, now, stream_id)


def _count(route: Route, answer: Answer, seconds: float) -> None:
    outcome = metrics.outcome_of_status(int(answer.status[:3]))
    metrics.count(SERVICE, KIND, route.kind.value, outcome, seconds)


def _refused(route: Route, ask: Ask) -> Answer:
    """What a stranger is told: nothing there by a link, no entry by a name (PE-08)."""
    if route.kind in {Kind.PLAYER, Kind.PANEL}:
        return xtream.refused(ask)
    return no_such_link() if route.token else unauthorised()


def _member(route: Route, ask: Ask, library: Library) -> Member | None:
    """Who asks, if it proves to be who it says."""
    if route.token:
        return library.by_token(route.token)
    username = route.first or ask.get("username")
    password = route.password or ask.get("password")
    member = library.by_username(username)
    if member is None or not member.knows(password):
        return None
    return member
