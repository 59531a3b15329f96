"""Typed clients: `billing.stop_subscription(context, request) -> StopReceipt`."""

from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

from lineup.context import Context
from lineup.rpc.answers import Answer
from lineup.rpc.client import DEFAULT_SECONDS, RpcClient

Q = TypeVar("Q")
R = TypeVar("R")


class ServiceClient:
    """Everything that one service can be asked; subclasses list it as Remotes."""

    service: ClassVar[str]

    def __init__(self, rpc: RpcClient) -> None:
        self.rpc = rpc

    def make(self, _verb: str, _request: Any, ask: Callable[[], R], /) -> R:
        """Make a call that is waited for: `ask` makes it, as often as it is called.

        Whoever has a rule for all calls (what goes before, what is tried again) gives
        a client another `make`.
        """
        return ask()


class RemoteCall(Generic[Q, R]):
    """One verb of one service, ready to be asked."""

    def __init__(self, client: ServiceClient, verb: str, reply_type: Any) -> None:
        self._client = client
        self._verb = verb
        self._reply_type = reply_type

    def __call__(
        self, context: Context, request: Q, *, timeout: float = DEFAULT_SECONDS
    ) -> R:
        """Ask and wait; see `Answer.reply` for what may rise."""
        return self._client.make(
            self._verb,
            request,
            lambda: self.later(context, request, timeout=timeout).reply(),
        )

    def later(
        self, context: Context, request: Q, *, timeout: float = DEFAULT_SECONDS
    ) -> Answer[R]:
        """Ask now, go on, take the answer when it is needed."""
        return self._client.rpc.call(
            self._client.service,
            self._verb,
            context,
            request,
            reply_type=self._reply_type,
            timeout=timeout,
        )


class Remote(Generic[Q, R]):
    """Declares a verb: `stop_subscription = Remote(StopSubscription, StopReceipt)`."""

    def __init__(self, request_type: type[Q], reply_type: type[R]) -> None:
        self.request_type = request_type
        self.reply_type = reply_type
        self.verb = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.verb = name

    def __get__(
        self, client: ServiceClient, owner: type[ServiceClient]
    ) -> RemoteCall[Q, R]:
        return RemoteCall(client, self.verb, self.reply_type)


def remotes(client: type[ServiceClient]) -> "dict[str, Remote[Any, Any]]":
    """Every verb a client declares, to be compared with the service's doors."""
    found: dict[str, Remote[Any, Any]] = {}
    for owner in reversed(client.__mro__):
        found |= {n: r for n, r in vars(owner).items() if isinstance(r, Remote)}
    return found
