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

from gateway.clients import AccountsClient
from lineup.context import Actor, Context
from lineup.contracts.accounts import Identify
from lineup.errors import Forbidden, Unauthenticated, Unavailable

REMEMBERED_SECONDS = 8
"""Below the 10 in which whoever was switched off must be out (AH-34)."""
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
    ) -> None:
        """`identify` takes a token and how many seconds there are to find out."""
        self._identify = identify
        self._sure: TTLCache[str, Actor] = TTLCache(
            REMEMBERED_TOKENS, REMEMBERED_SECONDS, timer
        )
        self._kept: TTLCache[str, Actor] = TTLCache(
            REMEMBERED_TOKENS, KEPT_SECONDS, timer
        )
        self._lock = threading.Lock()

    @classmethod
    def of(cls, accounts: AccountsClient) -> "Identities":
        """Identities as accounts tells them."""

        def identify(token: str, seconds: float) -> Actor:
            return accounts.identify(Context(), Identify(token=token), timeout=seconds)

        return cls(identify)

    def actor_of(self, token: str) -> Actor:
        """The actor; Unauthenticated when the token is unknown or has ended.

        Unavailable when accounts is away and has not named it before.
        """
        digest = digest_of(token)
        with self._lock:
            sure, kept = self._sure.get(digest), self._kept.get(digest)
        if sure is not None:
            return sure
        try:
            actor = self._identify(token, AGAIN_SECONDS if kept else FIRST_SECONDS)
        except (Unauthenticated, Forbidden):
            self.forget(digest)
            raise
        except Unavailable:
            if kept is None:
                raise
            self._remember(self._sure, digest, kept)
            return kept
        self._remember(self._sure, digest, actor)
        if not actor.on_behalf_of:
            self._remember(self._kept, digest, actor)
        return actor

    def forget_all(self) -> None:
        """Remember nobody: anything may have ended while nothing was heard."""
        with self._lock:
            self._sure.clear()
            self._kept.clear()

    def forget_below(self, scope: str) -> None:
        """Remember nobody at or below an account: it has changed."""
        with self._lock:
            for memory in (self._sure, self._kept):
                for digest in _below(scope, memory):
                    memory.pop(digest, None)

    def forget(self, digest: str) -> None:
        """Remember this token no longer."""
        with self._lock:
            self._sure.pop(digest, None)
            self._kept.pop(digest, None)

    def _remember(
        self, memory: "TTLCache[str, Actor]", digest: str, actor: Actor
    ) -> None:
        with self._lock:
            memory[digest] = actor


def _below(scope: str, memory: Mapping[str, Actor]) -> list[str]:
    """The digests of those at or below an account."""
    return [
        digest
        for digest, actor in memory.items()
        if any(own.startswith(scope) for own in actor.scopes)
    ]
