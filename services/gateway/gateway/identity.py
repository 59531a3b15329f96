"""Who is behind a token: asked of accounts, remembered for seconds, forgotten at once
when accounts says that the session ended or the account changed.

While accounts is away, whom it named before are still who they were: nobody can end a
session then, and the rest of the platform is of use to them.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping

from cachetools import TTLCache

from lineup.context import Actor, Context
from lineup.contracts.accounts.sessions import Identify
from lineup.errors import Forbidden, Invalid, Unauthenticated, Unavailable
from lineup.rpc import RpcClient
from lineup.values import checked

REMEMBERED_SECONDS = 8
"""Below the 10 in which whoever was switched off must be out."""
KEPT_SECONDS = 1800
"""How long somebody stays who they were while accounts is away."""
REMEMBERED_TOKENS = 10_000
FIRST_SECONDS, AGAIN_SECONDS = 2.0, 0.5
"""How long accounts is waited for: for somebody new, for somebody known."""


def digest_of(token: str) -> str:
    """The name by which `SessionEnded` speaks of a token: SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


class Identities:
    """A bounded memory of actors by their token's digest; safe between threads."""

    def __init__(
        self,
        identify: Callable[[str, float], Actor],
        *,
        timer: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """`identify` takes a token and how many seconds there are to find out."""
        self._identify = identify
        self._wall_clock = wall_clock
        self._sure: TTLCache[str, tuple[Actor, float]] = TTLCache(
            REMEMBERED_TOKENS, REMEMBERED_SECONDS, timer
        )
        self._kept: TTLCache[str, Actor] = TTLCache(
            REMEMBERED_TOKENS, KEPT_SECONDS, timer
        )
        self._lock = threading.Lock()

    @classmethod
    def of(cls, rpc: RpcClient) -> "Identities":
        """Identities as accounts tells them."""

        def identify(token: str, seconds: float) -> Actor:
            try:
                rpc_request = checked(Identify(token=token))
            except Invalid:
                raise Unauthenticated from None  # no token of ours looks like this
            return rpc.ask(Context(), rpc_request, timeout=seconds)

        return cls(identify)

    def actor_of(self, token: str, changed_at: float = 0.0) -> Actor:
        """The actor; Unauthenticated when the token is unknown or has ended.

        What was asked before `changed_at` (seconds since 1970) is asked again.
        Unavailable when accounts is away and has not named it before.
        """
        digest = digest_of(token)
        with self._lock:
            sure, kept = self._sure.get(digest), self._kept.get(digest)
        if sure is not None and sure[1] >= changed_at:
            return sure[0]
        requested_at = self._wall_clock()
        try:
            actor = self._identify(token, AGAIN_SECONDS if kept else FIRST_SECONDS)
        except (Unauthenticated, Forbidden):
            self.evict(digest)
            raise
        except Unavailable:
            if kept is None:
                raise
            self._remember(digest, kept, requested_at)
            return kept
        self._remember(digest, actor, requested_at)
        return actor

    def refresh(self, token: str) -> None:
        """Ask accounts again when this token comes next: it may have changed itself."""
        with self._lock:
            self._sure.pop(digest_of(token), None)

    def evict_all(self) -> None:
        """Remember nobody: anything may have ended while nothing was heard."""
        with self._lock:
            self._sure.clear()
            self._kept.clear()

    def evict_below(self, scope: str) -> None:
        """Remember nobody at or below an account: it has changed."""
        with self._lock:
            sure = {digest: actor for digest, (actor, _) in self._sure.items()}
            for digest in _below(scope, sure) + _below(scope, self._kept):
                self._sure.pop(digest, None)
                self._kept.pop(digest, None)

    def evict(self, digest: str) -> None:
        """Remember this token no longer."""
        with self._lock:
            self._sure.pop(digest, None)
            self._kept.pop(digest, None)

    def _remember(self, digest: str, actor: Actor, requested_at: float) -> None:
        with self._lock:
            self._sure[digest] = actor, requested_at
            if not actor.on_behalf_of:
                self._kept[digest] = actor


def _below(scope: str, memory: Mapping[str, Actor]) -> list[str]:
    """The digests of those at or below an account."""
    return [
        digest
        for digest, actor in memory.items()
        if any(own.startswith(scope) for own in actor.scopes)
    ]
