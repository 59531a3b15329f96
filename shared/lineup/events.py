"""Events carry the whole public state of one aggregate, with a version that rises."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar
from uuid import UUID

import msgspec

from lineup.context import Context
from lineup.ids import event_id


class State(Protocol):
    """What an event's dataclass has: an aggregate's id and version, and its source."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]

    @property
    def id(self) -> UUID:
        """The aggregate's id."""
        ...

    @property
    def version(self) -> int:
        """Rises with every change of the aggregate."""
        ...


C = TypeVar("C", bound=type)

EVENTS: dict[tuple[str, str], type] = {}
"""Every event contract by source and type."""


def event(source: str) -> Callable[[C], C]:
    """Declare a frozen dataclass to be the state that `source` announces."""

    def declare(contract: C) -> C:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", contract.__name__).lower()
        contract.event_source, contract.event_type = source, name  # type: ignore[attr-defined]
        EVENTS[source, name] = contract
        return contract

    return declare


def exchange_of(source: str) -> str:
    """The topic exchange that carries the events of a service, keyed by type."""
    return f"{source}.events"


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """An event as it lies in the outbox and travels over the bus."""

    id: UUID
    source: str
    type: str
    occurred_at: datetime
    state: dict[str, Any]
    context: dict[str, Any]


def envelope(state: State, occurred_at: datetime, context: Context) -> Envelope:
    """Wrap a state; the same version of an aggregate always gets the same id."""
    return Envelope(
        id=event_id(state.event_type, state.id, state.version),
        source=state.event_source,
        type=state.event_type,
        occurred_at=occurred_at,
        state=msgspec.to_builtins(state),
        context=replace(context, after=(), origin=None).to_wire(),
    )
