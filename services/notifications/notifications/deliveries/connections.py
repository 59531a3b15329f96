"""How many mail servers one process talks to at once, and what for."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from notifications.deliveries.queues import Room, Turn

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
        self._part = max(1, most * 3 // 8)
        self._choosing = threading.Lock()
        self._idle_until = 0.0
        self._turns: list[Turn] = []

    @contextmanager
    def taken(
        self, choose: Callable[[Room], Turn | None], *, rests: bool = False
    ) -> Iterator[Turn | None]:
        """Take a connection for the turn that is chosen, until the end.

        None when nothing is due; who `rests` does not ask while nothing was due a
        moment ago.
        """
        with self._choosing:
            turn = None if rests and self._is_idle() else self._chosen(choose)
        try:
            yield turn
        finally:
            if turn is not None:
                self._turns.remove(turn)

    def _is_idle(self) -> bool:
        return time.monotonic() < self._idle_until

    def _chosen(self, choose: Callable[[Room], Turn | None]) -> Turn | None:
        turn = choose(self._room())
        if turn is None:
            self._idle_until = time.monotonic() + IDLE_SECONDS
        else:
            self._turns.append(turn)
        return turn

    def _room(self) -> Room:
        shared = sum(turn.is_shared for turn in self._turns)
        doubtful = sum(turn.is_doubtful for turn in self._turns)
        return Room(
            busy=[turn.partner_id for turn in self._turns],
            for_shared=shared < self._part,
            for_doubtful=doubtful < self._part,
        )
