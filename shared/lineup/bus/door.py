"""A door: one way into a service, and what a test or a page may know about it."""

import enum
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args, get_origin, get_type_hints

from lineup.context import Event, Role


class Kind(enum.StrEnum):
    """What knocks at a door."""

    RPC = "rpc"
    EVENT = "event"
    TIMER = "timer"
    HTTP = "http"


@dataclass(frozen=True, kw_only=True)
class Door:
    """One way into a service.

    `allowed` says which roles may use an RPC door, nobody named meaning everybody,
    even before sign-in; other doors have None. `address` is what a door listens to:
    the event's source and type, or the HTTP method and path.
    """

    name: str
    kind: Kind
    allowed: frozenset[Role] | None = None
    request_type: Any = None
    reply_type: Any = None
    address: tuple[str, str] | None = None


def doors(service: type) -> list[Door]:
    """Every door of a service, by name."""
    methods = inspect.getmembers(service, inspect.isfunction)
    return [method.door for _, method in methods if hasattr(method, "door")]


def queue_of(service: str, door: Door) -> str:
    """The queue of an event's door; its name is a promise, renaming is a migration."""
    source, event_type = door.address or ("", "")
    return f"evt-{source}-{event_type}--{service}.{door.name}"


def event_door(function: Callable[..., Any]) -> Door:
    """The door that `def on_fact(self, event: Event[Fact]) -> None` describes."""
    hints = get_type_hints(function).values()
    found = [get_args(hint)[0] for hint in hints if get_origin(hint) is Event]
    if not found:
        raise TypeError(f"{function.__qualname__} takes no Event[...].")
    (state,) = found
    if not hasattr(state, "event_source"):
        raise TypeError(f"{state.__name__} is not declared as an @event.")
    return Door(
        name=function.__name__,
        kind=Kind.EVENT,
        request_type=state,
        address=(state.event_source, state.event_type),
    )
