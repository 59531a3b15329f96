"""Who is behind a token: asked of accounts, remembered for seconds, forgotten at once
when accounts says that the session ended or the account changed.

While accounts is away, whom it named before are still who they were: nobody can end a
session then, and the rest of the platform is of use to them.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from cachetools import LRUCache, TTLCache

from lineup.context import Actor, Context
from lineup.contracts.accounts.sessions import Identify
from lineup.errors import Forbidden, Invalid, Unauthenticated, Unavailable
from lineup.rpc import RpcClient
from lineup.values import checked

REMEMBERED_SECONDS = 8
"""Below the 10 in which whoever was switched off must be out."""
KEPT_SECONDS = 1800
"""How long somebody stays who they were while accounts is away."""
REMEMBERED_TOKENS, REMEMBERED_LINKS = 10_000, 100
"""How many tokens are remembered, and through how many links each of them."""
FIRST_SECONDS, AGAIN_SECONDS = 2.0, 0.5
"""How long accounts is waited for: for somebody new, for somebody known."""


def digest_of(token: str) -> str:
    """The name by which `SessionEnded` speaks of a token: SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class Known:
    """An actor that accounts has named, until when that is sure, and until when it
    counts while accounts is away; both by the timer.
    """

    actor: Actor
    requested_at: float
    """When accounts was asked, in seconds since 1970."""
    sure_until: float
    kept_until: float


Links = LRUCache[UUID | None, Known]
"""Who a token acts as: by itself, and through each of its links."""


class Identities:
    """A bounded memory of actors by their token's digest; safe between threads."""

    def __init__(
        self,
        identify: Callable[[str, float, UUID | None], Actor],
        *,
        timer: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """`identify` takes a token, how many seconds there are to find out, and through
        which link a reseller acts.
        """
        self._identify = identify
        self._timer, self._wall_clock = timer, wall_clock
        self._known: TTLCache[str, Links] = TTLCache(
            REMEMBERED_TOKENS, KEPT_SECONDS, timer
        )
        self._lock = threading.Lock()

    @classmethod
    def of(cls, rpc: RpcClient) -> "Identities":
        """Identities as accounts tells them."""

        def identify(token: str, seconds: float, link_id: UUID | None) -> Actor:
            try:
                rpc_request = checked(Identify(token=token, link_id=link_id))
            except Invalid:
                raise Unauthenticated from None  # no token of ours looks like this
            return rpc.ask(Context(), rpc_request, timeout=seconds)

        return cls(identify)

    def actor_of(
        self, token: str, changed_at: float = 0.0, link_id: UUID | None = None
    ) -> Actor:
        """The actor; Unauthenticated when the token is unknown or has ended.

        What was asked before `changed_at` (seconds since 1970) is asked again.
        Unavailable when accounts is away and has not named it before.
        """
        digest, now = digest_of(token), self._timer()
        known = self._find(digest, link_id)
        if known and now < known.sure_until and known.requested_at >= changed_at:
            return known.actor
        kept = known.actor if known and now < known.kept_until else None
        requested_at = self._wall_clock()
        try:
            seconds = AGAIN_SECONDS if kept else FIRST_SECONDS
            actor = self._identify(token, seconds, link_id)
        except (Unauthenticated, Forbidden):
            self._forget(digest, link_id)
            raise
        except Unavailable:
            if kept is None:
                raise
            actor = kept
        self._remember(digest, link_id, actor, requested_at)
        return actor

    def refresh(self, token: str) -> None:
        """Ask accounts again when this token comes next: it may have changed itself."""
        with self._lock:
            links = self._links_of(digest_of(token))
            for link_id, known in list(links.items()):
                links[link_id] = replace(known, sure_until=0.0)

    def evict_all(self) -> None:
        """Remember nobody: anything may have ended while nothing was heard."""
        with self._lock:
            self._known.clear()

    def evict_below(self, scope: str) -> None:
        """Remember nobody at or below an account: it has changed."""
        with self._lock:
            for links in self._known.values():
                for link_id, known in list(links.items()):
                    if any(own.startswith(scope) for own in known.actor.scopes):
                        del links[link_id]

    def evict(self, digest: str) -> None:
        """Remember this token no longer, through whichever link it acted."""
        with self._lock:
            self._known.pop(digest, None)

    def _find(self, digest: str, link_id: UUID | None) -> Known | None:
        with self._lock:
            return self._links_of(digest).get(link_id)

    def _forget(self, digest: str, link_id: UUID | None) -> None:
        """Remember a refused token no longer; one refused link ends no other."""
        if link_id is None:
            self.evict(digest)
            return
        with self._lock:
            self._links_of(digest).pop(link_id, None)

    def _remember(
        self, digest: str, link_id: UUID | None, actor: Actor, requested_at: float
    ) -> None:
        """Remember an actor by the link it acts through: who has no use for a link acts
        as without it.
        """
        now = self._timer()
        kept_until = now + (0 if actor.on_behalf_of else KEPT_SECONDS)
        known = Known(actor, requested_at, now + REMEMBERED_SECONDS, kept_until)
        with self._lock:
            links = self._links_of(digest)
            links[link_id if actor.account_id == link_id else None] = known
            self._known[digest] = links

    def _links_of(self, digest: str) -> Links:
        """What is remembered of a token; nothing of one that is new."""
        return self._known.get(digest) or LRUCache(REMEMBERED_LINKS)
