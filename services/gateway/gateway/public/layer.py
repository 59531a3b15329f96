"""The public layer: a thin WSGI application before the one that shows pages."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from gateway.public import xtream
from gateway.public.admission import Admission
from gateway.public.answers import (
    FOR_BROWSERS,
    Answer,
    allowed_methods,
    plain_text,
    sendable,
)
from gateway.public.grants import presented
from gateway.public.guides import GuideDesk
from gateway.public.library import Library, LibraryAtHand
from gateway.public.members import Member
from gateway.public.patience import LongestBody, Patience, ordinary_body
from gateway.public.playlists import playlist
from gateway.public.requests import Ask, Environ, mark_port
from gateway.public.routes import Kind, Route, route_of
from gateway.public.shelf import NotAtHand
from gateway.public.streams import StreamDesk, Watching
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


class Front(NamedTuple):
    """What holds for every request, whatever it asks."""

    probe_port: int = 0
    """Where only probes are served; 0: nowhere."""
    patience: Patience = Patience()
    longest_body: LongestBody = ordinary_body
    admission: Admission | None = None
    """Who may pass; None: by the usual limits, counted in this process."""


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
        front: Front | None = None,
    ) -> None:
        self._pages = pages
        self.library = library
        self.tally = Tally()
        self._at_hand = LibraryAtHand(library)
        self._clock = clock
        self._guides = guides
        self._streams = streams
        front = front or Front()
        self._probe_port = front.probe_port
        self.admission = front.admission or Admission()
        self.patience, self.longest_body = front.patience, front.longest_body
        """What the worker asks for."""

    def __call__(
        self, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Serve one request (PEP 3333)."""
        began = time.monotonic()
        route = self._route_of(environ)
        if route is None:
            return self._pages(environ, start_response)
        answer = sendable(self._answer(route, Ask(environ), self.library))
        answer.headers.append(FOR_BROWSERS)
        _count(route, answer, time.monotonic() - began)
        start_response(answer.status, answer.headers)
        if environ["REQUEST_METHOD"] == "HEAD":
            return ()
        return answer.body

    def at_once(self, environ: Environ) -> Answer | None:
        """The answer if memory alone can give it; never reads, never waits."""
        began = time.monotonic()
        route = self._route_of(environ)
        if route is None or environ["REQUEST_METHOD"] not in LOOKED_AT:
            return None
        try:
            answer = self._answer(route, Ask(environ), self._at_hand)
        except NotAtHand:
            return None
        answer.headers.append(FOR_BROWSERS)
        self.tally.note(route.kind.value, answer.status, time.monotonic() - began)
        return answer

    def _route_of(self, environ: Environ) -> Route | None:
        """The public address that is asked for; none at the probe port."""
        if mark_port(environ, self._probe_port):
            return None
        return route_of(environ["PATH_INFO"], PAGES)

    def _answer(self, route: Route, ask: Ask, library: Library) -> Answer:
        if ask.method == "OPTIONS":
            return allowed_methods()
        if ask.method not in LOOKED_AT and not (
            ask.method == "POST" and route.kind in POSTED
        ):
            return plain_text("405 Method Not Allowed", "Ask with GET or HEAD.\n")
        now = self._clock.now()
        if route.kind is Kind.CHECK:
            return self._check(ask, library, now)
        member = self.admission.admit(route, ask, library)
        if isinstance(member, Answer):
            return member
        try:
            return self._served(route, ask, library, member, now)
        except NotAtHand:
            self.admission.give_back(member, ask)
            raise

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
        address = self.admission.address_of(ask)
        watching = Watching(library, member, now, address)
        if route.kind is Kind.ARCHIVE_CALL:
            stream_id, start = (
                ask.get("stream") or ask.get("stream_id"),
                ask.get("start"),
            )
            minutes = ask.get("duration")
            return self._streams.archive(watching, stream_id, start, minutes)
        stream_id, start = route.stream_id, route.start or ask.get("utc")
        if start:
            return self._streams.archive(watching, stream_id, start, route.minutes)
        return self._streams.live(watching, stream_id)

    def _check(self, ask: Ask, library: Library, now: datetime) -> Answer:
        """What a streaming server is told of a grant that it was shown."""
        came = presented(ask.original_uri, ask.real_ip)
        if came is None:
            return self.admission.wrong_grant(ask)
        member = library.by_username(came.grant.username)
        if member is None:
            return self.admission.wrong_grant(ask)
        watching = Watching(library, member, now, ask.real_ip)
        if not watching.secret or not came.is_marked_by(watching.secret):
            return self.admission.wrong_grant(ask)
        return self._streams.check(watching, came)


def _count(route: Route, answer: Answer, seconds: float) -> None:
    outcome = metrics.outcome_of_status(int(answer.status[:3]))
    metrics.count(SERVICE, KIND, route.kind.value, outcome, seconds)
