"""Who is behind a token: asked of accounts, remembered for seconds, forgotten at once
when accounts says that the session ended or the account changed.

While accounts is away, whom it named before are still who they were: nobody can end a
session then, and the rest of the platform is of use to them.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

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
        identify: Callable[[str, float, UUID | None], Actor],
        *,
        timer: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """`identify` takes a token, how many seconds there are to find out, and through
        which link a reseller acts.
        """
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
        digest = digest_of(token)
        key = f"{digest}/{link_id}" if link_id else digest
        with self._lock:
            sure, kept = self._sure.get(key), self._kept.get(key)
        if sure is not None and sure[1] >= changed_at:
            return sure[0]
        requested_at = self._wall_clock()
        try:
            seconds = AGAIN_SECONDS if kept else FIRST_SECONDS
            actor = self._identify(token, seconds, link_id)
        except (Unauthenticated, Forbidden):
            self.evict(digest)
            raise
        except Unavailable:
            if kept is None:
                raise
            self._remember(key, kept, requested_at)
            return kept
        self._remember(key, actor, requested_at)
        return actor

    def refresh(self, token: str) -> None:
        """Ask accounts again when this token comes next: it may have changed itself."""
        digest = digest_of(token)
        with self._lock:
            for key in _keys_of(digest, self._sure):
                self._sure.pop(key, None)

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
        """Remember this token no longer, through whichever link it acted."""
        with self._lock:
            for memory in (self._sure, self._kept):
                for key in _keys_of(digest, memory):
                    memory.pop(key, None)

    def _remember(self, key: str, actor: Actor, requested_at: float) -> None:
        with self._lock:
            self._sure[key] = actor, requested_at
            if not actor.on_behalf_of:
                self._kept[key] = actor


def _keys_of(digest: str, memory: Mapping[str, Any]) -> list[str]:
    """Under which keys a token is remembered: alone, and with each of its links."""
    return [key for key in memory if key.startswith(digest)]


def _below(scope: str, memory: Mapping[str, Actor]) -> list[str]:
    """The digests of those at or below an account."""
    return [
        digest
        for digest, actor in memory.items()
        if any(own.startswith(scope) for own in actor.scopes)
    ]
