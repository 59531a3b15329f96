"""Lanes: how messages of one queue wait for their turn, together or each alone."""

import random
from collections.abc import Iterable

from lineup.bus.delivery import IncomingMessage


class Lane:
    """Messages that wait, and the turns in which they are worked on.

    Of those that are worked on alone chance says which is next: one that ends the
    process each time must not always be the first.
    """

    def __init__(self, *, at_once: int, side_by_side: int) -> None:
        self._waiting: list[IncomingMessage] = []
        self._at_once = at_once
        self._side_by_side = side_by_side
        self._turns = 0
        self._begun = 0

    def put(self, deliveries: Iterable[IncomingMessage]) -> None:
        """Let messages wait."""
        self._waiting += deliveries

    def begin(self) -> bool:
        """Begin a turn, if there may be one more and it would find messages waiting."""
        if self._turns == self._side_by_side:
            return False
        if len(self._waiting) <= self._begun * self._at_once:
            return False
        self._turns += 1
        self._begun += 1
        return True

    def take(self) -> list[IncomingMessage]:
        """What a turn that began works on: as much as waits now, up to the limit."""
        self._begun -= 1
        if self._at_once == 1:
            return [self._waiting.pop(random.randrange(len(self._waiting)))]  # noqa: S311
        taken = self._waiting[: self._at_once]
        del self._waiting[: self._at_once]
        return taken

    def end(self) -> None:
        """A turn is over."""
        self._turns -= 1
