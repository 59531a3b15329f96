"""Admission: who asks, whether it proves it, and whether it asks too often."""

from gateway.public import xtream
from gateway.public.answers import (
    PlayerResponse,
    forbidden,
    no_such_link,
    too_many,
    unauthorised,
)
from gateway.public.content_store import ContentStore
from gateway.public.limits import Guess, PlayerLimits, usual_limits
from gateway.public.requests import PlayerRequest
from gateway.public.routes import PlayerRoute, PlayerRouteKind
from gateway.public.subscribers import Subscriber


class Admission:
    """Lets subscribers pass, and answers everybody else."""

    def __init__(self, limits: PlayerLimits | None = None, proxies: int = 0) -> None:
        limits = limits or usual_limits()
        self._guesses, self._rates = limits.guesses, limits.rates
        self._proxies = proxies

    def address_of(self, request: PlayerRequest) -> str:
        """The network address that asks."""
        return request.peer(self._proxies)

    def admit(
        self, route: PlayerRoute, request: PlayerRequest, content_store: ContentStore
    ) -> Subscriber | PlayerResponse:
        """The subscriber that asks, or what it is told in place of an answer."""
        address = request.address(self._proxies)
        if route.token:
            subscriber = self._by_link(route, address, content_store)
        else:
            subscriber = self._by_name(route, request, address, content_store)
        if isinstance(subscriber, PlayerResponse):
            return subscriber
        wait = self._rates.take(subscriber.fact.username, address)
        return too_many(wait) if wait else subscriber

    def wrong_grant(self, request: PlayerRequest) -> PlayerResponse:
        """What is told about a grant that is not ours; one of ours always passes."""
        uri, address = request.original_uri, request.address(self._proxies)
        guess = Guess(username=None, secret=uri, address=address)
        return self._wrong(guess, forbidden(), is_known=False)

    def give_back(self, subscriber: Subscriber, request: PlayerRequest) -> None:
        """Count its request no longer: a thread is going to answer it."""
        self._rates.give_back(subscriber.fact.username, request.address(self._proxies))

    def _by_link(
        self, route: PlayerRoute, address: str, content_store: ContentStore
    ) -> Subscriber | PlayerResponse:
        """A link that exists always passes: none can be guessed (192 bits)."""
        subscriber = content_store.by_token(route.token)
        if subscriber is not None:
            return subscriber
        guess = Guess(username=None, secret=route.token, address=address)
        return self._wrong(guess, no_such_link(), is_known=False)

    def _by_name(
        self,
        route: PlayerRoute,
        request: PlayerRequest,
        address: str,
        content_store: ContentStore,
    ) -> Subscriber | PlayerResponse:
        """A password is looked at where it worked lately, else when its turn comes."""
        username = route.first.strip() or request.get("username")
        password = route.password.strip() or request.get("password")
        guess = Guess(username=username.lower(), secret=password, address=address)
        is_known = self._guesses.is_known(guess)
        if not is_known and (wait := self._guesses.wait_seconds(guess, is_known=False)):
            return too_many(wait)
        subscriber = content_store.by_username(username)
        if subscriber is not None and subscriber.knows(password):
            self._guesses.right(guess)
            return subscriber
        return self._wrong(guess, _no_entry(route, request), is_known=is_known)

    def _wrong(
        self, guess: Guess, answer: PlayerResponse, *, is_known: bool
    ) -> PlayerResponse:
        wait = self._guesses.wait_seconds(guess, is_known=is_known)
        if wait:
            return too_many(wait)
        self._guesses.wrong(guess, is_known=is_known)
        return answer


def _no_entry(route: PlayerRoute, request: PlayerRequest) -> PlayerResponse:
    """What a stranger is told who names somebody."""
    if route.kind in {PlayerRouteKind.PLAYER, PlayerRouteKind.PANEL}:
        return xtream.refused(request)
    return unauthorised()
