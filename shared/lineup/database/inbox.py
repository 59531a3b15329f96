"""The inbox: which events a consumer has acted on already."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Text, Uuid, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from lineup.context import Event
from lineup.database.records import INBOX

T = TypeVar("T")


def note_new(session: Session, events: Sequence[Event[T]]) -> Sequence[Event[T]]:
    """Those of a consumer's events that it has not acted on yet, each of them once.

    They are noted, if this transaction commits; what another transaction is acting on
    is waited for.
    """
    first = {event.id: event for event in reversed(events)}
    noted = select(
        literal(events[0].consumer, Text()),
        func.unnest(literal(sorted(first), ARRAY(Uuid()))),
    )
    statement = (
        insert(INBOX)
        .from_select(["consumer", "event_id"], noted)
        .on_conflict_do_nothing()
        .returning(INBOX.c.event_id)
    )
    new = set(session.scalars(statement))
    return [event for event in events if event.id in new and first[event.id] is event]
