"""The public layer: a thin WSGI application before the one that shows pages."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

import structlog

from gateway.public import xtream
from gateway.public.admission import Admission
from gateway.public.answers import (
    FOR_BROWSERS,
    PlayerResponse,
    allowed_methods,
    plain_text,
    sendable,
    unavailable,
)
from gateway.public.connection_limits import (
    ConnectionLimits,
    LongestBody,
    ordinary_body,
)
from gateway.public.content_cache import NotInMemory
from gateway.public.content_store import ContentStore, MemoryOnlyStore
from gateway.public.counters import KIND, SERVICE, Counters
from gateway.public.grants import presented
from gateway.public.guides import GuideDesk
from gateway.public.playlists import playlist
from gateway.public.requests import Environ, PlayerRequest, mark_port
from gateway.public.routes import PlayerRoute, PlayerRouteKind, route_of
from gateway.public.streams import ActiveStream, StreamDesk
from gateway.public.subscribers import Subscriber
from lineup import metrics
from lineup.clock import Clock

log = structlog.get_logger(__name__)

StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

PAGES = frozenset(
    {
        "admin",
        "api",
        "docs",
        "health",
        "join",
        "package",
        "partner-export",
        "personal-data",
        "portal",
        "reselling",
        "static",
        "uploads",
        "webhooks",
    }
)
"""First parts of paths that are never a user's name."""
LOOKED_AT = frozenset({"GET", "HEAD"})
POSTED = frozenset(
    {
        PlayerRouteKind.PLAYER,
        PlayerRouteKind.PANEL,
        PlayerRouteKind.GET,
        PlayerRouteKind.GUIDE,
    }
)


class RequestPolicy(NamedTuple):
    """What holds for every request, whatever it asks."""

    probe_port: int = 0
    """Where only probes are served; 0: nowhere."""
    connection_limits: ConnectionLimits = ConnectionLimits()
    longest_body: LongestBody = ordinary_body
    admission: Admission | None = None
    """Who may pass; None: by the usual limits, counted in this process."""


class PublicLayer:
    """Answers public addresses from blobs; everything else goes to `pages`."""

    def __init__(
        self,
        pages: Application,
        content_store: ContentStore,
        clock: Clock,
        *,
        guides: GuideDesk,
        streams: StreamDesk,
        policy: RequestPolicy | None = None,
    ) -> None:
        self._pages = pages
        self.content_store = content_store
        self.counters = Counters()
        self._memory_only = MemoryOnlyStore(content_store)
        self._clock = clock
        self._guides = guides
        self._streams = streams
        policy = policy or RequestPolicy()
        self._probe_port = policy.probe_port
        self.admission = policy.admission or Admission()
        self.connection_limits, self.longest_body = (
            policy.connection_limits,
            policy.longest_body,
        )
        """What the worker asks for."""

    def __call__(
        self, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Serve one request (PEP 3333)."""
        began = time.monotonic()
        route = self._route_of(environ)
        if route is None:
            return self._pages(environ, start_response)
        answer = sendable(self._answer_or_excuse(route, PlayerRequest(environ)))
        answer.headers.append(FOR_BROWSERS)
        _count(route, answer, time.monotonic() - began)
        start_response(answer.status, answer.headers)
        if environ["REQUEST_METHOD"] == "HEAD":
            return ()
        return answer.body

    def answer_from_memory(self, environ: Environ) -> PlayerResponse | None:
        """The answer if memory alone can give it; never reads, never waits."""
        began = time.monotonic()
        route = self._route_of(environ)
        if route is None or environ["REQUEST_METHOD"] not in LOOKED_AT:
            return None
        try:
            answer = self._answer(route, PlayerRequest(environ), self._memory_only)
        except NotInMemory:
            return None
        answer.headers.append(FOR_BROWSERS)
        self.counters.note(route.kind.value, answer.status, time.monotonic() - began)
        return answer

    def _route_of(self, environ: Environ) -> PlayerRoute | None:
        """The public address that is asked for; none at the probe port."""
        if mark_port(environ, self._probe_port):
            return None
        return route_of(environ["PATH_INFO"], PAGES)

    def _answer_or_excuse(
        self, route: PlayerRoute, request: PlayerRequest
    ) -> PlayerResponse:
        """The answer; 503 where the store is away, or a file of it is not whole."""
        try:
            return self._answer(route, request, self.content_store)
        except OSError:
            log.exception("content_store_unavailable")
            return unavailable()

    def _answer(
        self, route: PlayerRoute, request: PlayerRequest, content_store: ContentStore
    ) -> PlayerResponse:
        if request.method == "OPTIONS":
            return allowed_methods()
        if request.method not in LOOKED_AT and not (
            request.method == "POST" and route.kind in POSTED
        ):
            return plain_text("405 Method Not Allowed", "Ask with GET or HEAD.\n")
        now = self._clock.now()
        if route.kind is PlayerRouteKind.CHECK:
            return self._check(request, content_store, now)
        subscriber = self.admission.admit(route, request, content_store)
        if isinstance(subscriber, PlayerResponse):
            return subscriber
        try:
            return self._served(route, request, content_store, subscriber, now)
        except NotInMemory:
            self.admission.give_back(subscriber, request)
            raise

    def _served(
        self,
        route: PlayerRoute,
        request: PlayerRequest,
        content_store: ContentStore,
        subscriber: Subscriber,
        now: datetime,
    ) -> PlayerResponse:
        match route.kind:
            case PlayerRouteKind.LINK | PlayerRouteKind.GET:
                return playlist(request, content_store, subscriber, now)
            case PlayerRouteKind.PLAYER:
                return xtream.player_api(request, content_store, subscriber, now)
            case PlayerRouteKind.PANEL:
                return xtream.panel_api(content_store, subscriber, now)
            case PlayerRouteKind.GUIDE | PlayerRouteKind.GUIDE_PATH:
                return self._guides.guide(request, content_store, subscriber, now)
            case PlayerRouteKind.GUIDE_PACKED:
                return self._guides.packed(request, content_store, subscriber, now)
            case _:
                return self._stream(route, request, content_store, subscriber, now)

    def _stream(
        self,
        route: PlayerRoute,
        request: PlayerRequest,
        content_store: ContentStore,
        subscriber: Subscriber,
        now: datetime,
    ) -> PlayerResponse:
        address = self.admission.address_of(request)
        active_stream = ActiveStream(content_store, subscriber, now, address)
        if route.kind is PlayerRouteKind.ARCHIVE_CALL:
            stream_id, start = (
                request.get("stream") or request.get("stream_id"),
                request.get("start"),
            )
            minutes = request.get("duration")
            return self._streams.archive(active_stream, stream_id, start, minutes)
        stream_id, start = route.stream_id, route.start or request.get("utc")
        if start:
            return self._streams.archive(active_stream, stream_id, start, route.minutes)
        return self._streams.live(active_stream, stream_id)

    def _check(
        self, request: PlayerRequest, content_store: ContentStore, now: datetime
    ) -> PlayerResponse:
        """What a streaming server is told of a grant that it was shown."""
        came = presented(request.original_uri, request.real_ip)
        if came is None:
            return self.admission.wrong_grant(request)
        subscriber = content_store.by_username(came.grant.username)
        if subscriber is None:
            return self.admission.wrong_grant(request)
        active_stream = ActiveStream(content_store, subscriber, now, request.real_ip)
        if not active_stream.secret or not came.is_marked_by(active_stream.secret):
            return self.admission.wrong_grant(request)
        return self._streams.check(active_stream, came)


def _count(route: PlayerRoute, answer: PlayerResponse, seconds: float) -> None:
    outcome = metrics.outcome_of_status(int(answer.status[:3]))
    metrics.count(SERVICE, KIND, route.kind.value, outcome, seconds)
