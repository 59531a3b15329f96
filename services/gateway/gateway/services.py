"""The services that the gateway asks, over one connection."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from lineup.context import Context
from lineup.rpc import RpcClient
from lineup.verbs import Request

R = TypeVar("R")


class Around(Protocol):
    """What goes on around a call that is waited for; it makes the call itself."""

    def __call__(self, request: Request[R], call: Callable[[], R], /) -> R:
        """The reply, as `call` gives it."""
        ...


@dataclass(frozen=True)
class Services:
    """Calls of services; `around` is done around each that is waited for."""

    rpc: RpcClient
    around: Around

    def ask(self, who: Context, request: Request[R]) -> R:
        """The reply to a request; see `Answer.reply` for what may rise."""
        return self.around(request, lambda: self.rpc.ask(who, request))
