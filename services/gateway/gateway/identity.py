"""Who is behind a token: asked of accounts, remembered for seconds, forgotten at once
when accounts says that the session ended.
"""

import hashlib
import threading
import time
from collections.abc import Callable

from cachetools import TTLCache

from gateway.clients import AccountsClient
from lineup.context import Actor, Context
from lineup.contracts.accounts import Identify

REMEMBERED_SECONDS = 15
REMEMBERED_TOKENS = 10_000


def digest_of(token: str) -> str:
    """The name by which `SessionEnded` speaks of a token: SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


class Identities:
    """A bounded memory of actors by their token's digest; safe between threads."""

    def __init__(
        self,
        identify: Callable[[str], Actor],
        *,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._identify = identify
        self._actors: TTLCache[str, Actor] = TTLCache(
            REMEMBERED_TOKENS, REMEMBERED_SECONDS, timer
        )
        self._lock = threading.Lock()

    @classmethod
    def of(cls, accounts: AccountsClient) -> "Identities":
        """Identities as accounts tells them."""
        return cls(lambda token: accounts.identify(Context(), Identify(token=token)))

    def actor_of(self, token: str) -> Actor:
        """The actor; Unauthenticated when the token is unknown or has ended."""
        digest = digest_of(token)
        with self._lock:
            known = self._actors.get(digest)
        if known is not None:
            return known
        actor = self._identify(token)
        with self._lock:
            self._actors[digest] = actor
        return actor

    def forget_all(self) -> None:
        """Remember nobody: anything may have ended while nothing was heard."""
        with self._lock:
            self._actors.clear()

    def forget(self, digest: str) -> None:
        """Remember this token no longer."""
        with self._lock:
            self._actors.pop(digest, None)
