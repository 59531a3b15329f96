"""Whose turn it is to be rendered, within one process: nobody twice, all in turn."""

import threading
from collections.abc import Iterable
from uuid import UUID


class RoundRobin:
    """Which partners are in hand, and in what order they were served."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_hand: set[UUID] = set()
        self._served: dict[UUID, int] = {}
        self._count = 0

    def least_recent(self, partner_ids: Iterable[UUID]) -> list[UUID]:
        """Those not in hand, the longest unserved first; else as they are given."""
        with self._lock:
            free = [id_ for id_ in partner_ids if id_ not in self._in_hand]
            return sorted(free, key=lambda id_: self._served.get(id_, 0))

    def take(self, partner_id: UUID) -> bool:
        """Serve a partner, unless another thread does so."""
        with self._lock:
            if partner_id in self._in_hand:
                return False
            self._in_hand.add(partner_id)
            self._count += 1
            self._served[partner_id] = self._count
            return True

    def give_back(self, partner_id: UUID) -> None:
        """The partner is served, for now."""
        with self._lock:
            self._in_hand.discard(partner_id)
