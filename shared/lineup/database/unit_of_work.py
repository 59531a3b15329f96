"""UnitOfWork: what every operation is given to work with."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from lineup.context import Actor, Context, Written
from lineup.database.records import OUTBOX
from lineup.events import State, envelope


@dataclass
class UnitOfWork:
    """One transaction: its session, its one instant, who asks.

    `now` stands still, so that everything one operation writes agrees.
    """

    session: Session
    now: datetime
    context: Context
    announced: list[Written] = field(default_factory=list)
    announced_before: list[Written] = field(default_factory=list)
    """By the first call with the key, where this one repeats it."""
    _gathered: list[dict[str, Any]] | None = None

    @property
    def actor(self) -> Actor:
        """The login that asks."""
        return self.context.actor

    def announce(self, state: State) -> None:
        """Write an event to the outbox: it leaves if and only if this commits."""
        self.announce_all([state])

    def announce_all(self, states: Sequence[State]) -> None:
        """Write many events to the outbox in one statement, in the order given."""
        if not states:
            return
        rows = [self._row(state) for state in states]
        if self._gathered is None or self.session.in_nested_transaction():
            self.session.execute(insert(OUTBOX), rows)
        else:
            self._gathered += rows
        self.announced += [
            Written(state.event_type, state.id, state.version) for state in states
        ]

    @contextmanager
    def announcing_together(self) -> Iterator[None]:
        """Write to the outbox in one statement, at the end, what the body announces.

        What is announced within a savepoint is written at once, for it may be undone.
        """
        if self._gathered is not None:  # the outer one writes it
            yield
            return
        self._gathered = []
        try:
            yield
            if self._gathered:
                self.session.execute(insert(OUTBOX), self._gathered)
        finally:
            self._gathered = None

    def _row(self, state: State) -> dict[str, Any]:
        wrapped = envelope(state, self.now, self.context)
        return {
            "event_id": wrapped.id,
            "source": wrapped.source,
            "type": wrapped.type,
            "envelope": {
                "id": str(wrapped.id),
                "source": wrapped.source,
                "type": wrapped.type,
                "occurred_at": wrapped.occurred_at.isoformat(),
                "state": wrapped.state,
                "context": wrapped.context,
            },
        }
