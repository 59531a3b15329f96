"""Reading events from messages: into their types at once, nothing in between."""

from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from lineup import wire
from lineup.context import Context, Event

T = TypeVar("T")


class WireEvent(msgspec.Struct, Generic[T]):
    """An event as it travels (see `lineup.events.Envelope`), its state of a type."""

    id: UUID
    source: str
    type: str
    occurred_at: datetime
    state: T
    context: Context


class EventReader:
    """Reads the events of one type for one consumer."""

    def __init__(self, state_type: Any, consumer: str) -> None:
        self._decoder = msgspec.json.Decoder(WireEvent[state_type])
        self._consumer = consumer

    def read(self, body: bytes | str) -> Event[Any]:
        """The event in a message's body; Invalid names the field that does not fit."""
        try:
            said = self._decoder.decode(body)
        except msgspec.DecodeError as error:
            raise wire.misfit(error) from None
        return Event(
            id=said.id,
            type=said.type,
            occurred_at=said.occurred_at,
            state=said.state,
            consumer=self._consumer,
            context=said.context,
        )
