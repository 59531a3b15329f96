"""How many mail servers one process talks to at once, and what for."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from notifications.deliveries.queues import QueueClaim, Room

MOST = 16
IDLE_SECONDS = 0.9
"""How long nobody asks again when nothing was due: a little less than the timer waits,
so that a process asks once a second, not once a second for each connection."""


class ConnectionPool:
    """The connections of one process: bounded, one a partner, some kept free.

    Neither the mail server that partners share nor all the slow and unproven ones
    together may take more than three eighths: a quarter is always for servers of
    partners that are known to be quick.
    """

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._share = max(1, most * 3 // 8)
        self._choosing = threading.Lock()
        self._idle_until = 0.0
        self._claims: list[QueueClaim] = []

    @contextmanager
    def acquire(
        self, choose: Callable[[Room], QueueClaim | None], *, rests: bool = False
    ) -> Iterator[QueueClaim | None]:
        """Take a connection for the turn that is chosen, until the end.

        None when nothing is due; who `rests` does not ask while nothing was due a
        moment ago.
        """
        with self._choosing:
            claim = None if rests and self._is_idle() else self._chosen(choose)
        try:
            yield claim
        finally:
            if claim is not None:
                self._claims.remove(claim)

    def _is_idle(self) -> bool:
        return time.monotonic() < self._idle_until

    def _chosen(self, choose: Callable[[Room], QueueClaim | None]) -> QueueClaim | None:
        claim = choose(self._room())
        if claim is None:
            self._idle_until = time.monotonic() + IDLE_SECONDS
        else:
            self._claims.append(claim)
        return claim

    def _room(self) -> Room:
        shared = sum(claim.is_shared for claim in self._claims)
        doubtful = sum(claim.is_doubtful for claim in self._claims)
        return Room(
            busy=[claim.partner_id for claim in self._claims],
            for_shared=shared < self._share,
            for_doubtful=doubtful < self._share,
        )
