"""The decorators that hang a method on the bus."""

from collections.abc import Callable
from typing import Any, TypeVar

from nameko.extensions import register_entrypoint

from lineup.bus.calls import CallDoor
from lineup.bus.door import Door, Kind, event_door
from lineup.bus.eventing import EventDoor
from lineup.bus.timers import TimerDoor
from lineup.bus.web import HttpDoor
from lineup.verbs import Verb

F = TypeVar("F", bound=Callable[..., Any])


def answering(verb: Verb, function: Callable[..., Any]) -> Callable[..., Any]:
    """Answer a verb's calls by `def method(self, call: Call[Request]) -> Reply`.

    Who is not in `allowed` is refused as Forbidden, who has not signed in as
    Unauthenticated. A refusal that rises is the answer; anything else is logged and
    the caller gets the request's id.
    """
    function.__name__ = verb.name
    door = Door(
        name=verb.name,
        kind=Kind.RPC,
        allowed=verb.allowed,
        request_type=verb.request,
        reply_type=verb.reply,
    )
    return _hung(function, door, CallDoor(door))


def on_event(function: F) -> F:
    """Take the events that `def on_fact(self, event: Event[Fact]) -> None` names.

    Each service gets each event at least once, from a queue named after the method.
    What rises is tried again later, a limited number of times, then put aside.
    """
    door = event_door(function)
    return _hung(function, door, EventDoor(door))


def every(
    *, seconds: float, alone: bool = False, side_by_side: int = 1
) -> Callable[[F], F]:
    """Run `def verb(self) -> None` every so often, in every copy of the service.

    `alone` skips a turn while another copy is at it (an advisory lock). Without it
    the work must claim its rows. What rises is logged; the next turn comes anyway.
    `side_by_side` turns go on at the same time, for work that waits for others.
    """

    def hang(function: F) -> F:
        door = Door(name=function.__name__, kind=Kind.TIMER)
        timer = TimerDoor(door, seconds, alone=alone, side_by_side=side_by_side)
        return _hung(function, door, timer)

    return hang


def http(method: str, path: str) -> Callable[[F], F]:
    """Answer HTTP: `def verb(self, request, <path arguments>)`, werkzeug in and out.

    The address is the setting `webhook_address`. What rises is logged once and
    answered 500 with the request's id; a refusal is answered with its own status.
    """

    def hang(function: F) -> F:
        door = Door(name=function.__name__, kind=Kind.HTTP, address=(method, path))
        return _hung(function, door, HttpDoor(door))

    return hang


def _hung(function: F, door: Door, entrypoint: Any) -> F:
    register_entrypoint(function, entrypoint)
    function.door = door  # type: ignore[attr-defined]
    return function
