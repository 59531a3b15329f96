"""The decorators that hang a method on the bus."""

from collections.abc import Callable
from typing import Any, TypeVar, overload

from nameko.extensions import register_entrypoint

from lineup.bus.calls import RpcEntrypoint
from lineup.bus.endpoints import Endpoint, EndpointKind, event_endpoint
from lineup.bus.eventing import EventEntrypoint
from lineup.bus.timers import TimerEntrypoint
from lineup.bus.web import HttpEntrypoint
from lineup.verbs import Verb

F = TypeVar("F", bound=Callable[..., Any])

AT_ONCE = 200
"""Events that one transaction takes at most: more would gain little, and lock long."""


def answering(verb: Verb, function: Callable[..., Any]) -> Callable[..., Any]:
    """Answer a verb's calls by `def method(self, call: Call[Request]) -> Reply`.

    Who is not in `allowed` is refused as Forbidden, who has not signed in as
    Unauthenticated. A refusal that rises is the answer; anything else is logged and
    the caller gets the request's id.
    """
    function.__name__ = verb.name
    endpoint = Endpoint(
        name=verb.name,
        kind=EndpointKind.RPC,
        access=verb.access,
        request_type=verb.request,
        reply_type=verb.reply,
    )
    return _registered(function, endpoint, RpcEntrypoint(endpoint))


@overload
def on_event(function: F) -> F: ...
@overload
def on_event(*, at_once: int) -> Callable[[F], F]: ...
def on_event(
    function: Callable[..., Any] | None = None, *, at_once: int = AT_ONCE
) -> Callable[..., Any]:
    """Take the events that `def on_fact(self, event: Event[Fact]) -> None` names.

    Each service gets each event at least once, from a queue named after the method.
    What rises is tried again later, a limited number of times, then put aside.

    `events: Sequence[Event[Fact]]` takes many at once: whatever waits, up to `at_once`,
    and never waits for more. Where that raises, each is taken again by itself.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        endpoint = event_endpoint(function, at_once)
        return _registered(function, endpoint, EventEntrypoint(endpoint))

    return register if function is None else register(function)


def every(
    *, seconds: float, alone: bool = False, side_by_side: int = 1
) -> Callable[[F], F]:
    """Run `def verb(self) -> None` every so often, in every copy of the service.

    `alone` skips a turn while another copy is at it (an advisory lock). Without it
    the work must claim its rows. What rises is logged; the next turn comes anyway.
    `side_by_side` turns go on at the same time, for work that waits for others: one
    more begins where all before it are still at work.
    """

    def register(function: F) -> F:
        endpoint = Endpoint(name=function.__name__, kind=EndpointKind.TIMER)
        timer = TimerEntrypoint(
            endpoint, seconds, alone=alone, side_by_side=side_by_side
        )
        return _registered(function, endpoint, timer)

    return register


def http(method: str, path: str) -> Callable[[F], F]:
    """Answer HTTP: `def verb(self, request, <path arguments>)`, werkzeug in and out.

    The address is the setting `webhook_address`. What rises is logged once and
    answered 500 with the request's id; a refusal is answered with its own status.
    """

    def register(function: F) -> F:
        endpoint = Endpoint(
            name=function.__name__, kind=EndpointKind.HTTP, address=(method, path)
        )
        return _registered(function, endpoint, HttpEntrypoint(endpoint))

    return register


def _registered(function: F, endpoint: Endpoint, entrypoint: Any) -> F:
    register_entrypoint(function, entrypoint)
    function.endpoint = endpoint  # type: ignore[attr-defined]
    return function
