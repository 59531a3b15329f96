"""An endpoint: one way into a service, and what a test or a page may know about it."""

import enum
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin, get_type_hints

from lineup.access import AccessRule
from lineup.context import Event, Role


class EndpointKind(enum.StrEnum):
    """What starts the work: a call, an event, a timer or HTTP."""

    RPC = "rpc"
    EVENT = "event"
    TIMER = "timer"
    HTTP = "http"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One way into a service.

    `access` says who may use an RPC endpoint; other endpoints have None. `address` is
    what an endpoint listens to: the event's source and type, or the HTTP method and
    path. `at_once` is how many events the method takes together; None: it takes each
    by itself.
    """

    name: str
    kind: EndpointKind
    access: AccessRule | None = None
    request_type: Any = None
    reply_type: Any = None
    address: tuple[str, str] | None = None
    at_once: int | None = None

    @property
    def allowed(self) -> frozenset[Role]:
        """The roles that may use it; nobody named: everybody."""
        return self.access.allowed if self.access else frozenset()


def endpoints_of(service: type) -> list[Endpoint]:
    """Every endpoint of a service, by name."""
    methods = inspect.getmembers(service, inspect.isfunction)
    return [method.endpoint for _, method in methods if hasattr(method, "endpoint")]


def queue_of(service: str, endpoint: Endpoint) -> str:
    """The queue of an event's endpoint; to give it another name is a migration."""
    source, event_type = endpoint.address or ("", "")
    return f"evt-{source}-{event_type}--{service}.{endpoint.name}"


def event_endpoint(function: Callable[..., Any], at_once: int) -> Endpoint:
    """The endpoint that `def on_fact(self, event: Event[Fact]) -> None` describes, or
    `events: Sequence[Event[Fact]]`, which takes up to `at_once` together.
    """
    hints = list(get_type_hints(function).values())
    many = [get_args(hint)[0] for hint in hints if get_origin(hint) is Sequence]
    found = [get_args(hint)[0] for hint in hints + many if get_origin(hint) is Event]
    if not found:
        raise TypeError(f"{function.__qualname__} takes no Event[...].")
    (state,) = found
    if not hasattr(state, "event_source"):
        raise TypeError(f"{state.__name__} is not declared as an @event.")
    return Endpoint(
        name=function.__name__,
        kind=EndpointKind.EVENT,
        request_type=state,
        address=(state.event_source, state.event_type),
        at_once=at_once if many else None,
    )
