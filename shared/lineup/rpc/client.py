"""RpcClient: calls services from many threads over few connections."""

import math
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from queue import Empty, LifoQueue
from typing import Any, TypeVar

import amqp

from lineup import broker, metrics, tracing, wire
from lineup.context import Context
from lineup.errors import Refusal, TimedOut
from lineup.rpc.answers import Answer, Body, ReplyObserver
from lineup.rpc.replies import BrokerAway, ReplyRouter
from lineup.tracing import Span, SpanKind
from lineup.verbs import Request, verb_of

DEFAULT_SECONDS = 5.0
CONNECT_SECONDS = 1.0
"""How long a call waits for the broker when the connection is just being made."""
MAX_IDLE_SECONDS = 60.0
"""After a peak, publishers that nobody needs any more are closed."""

R = TypeVar("R")


class RpcConnections:
    """What one process holds: the replies' thread and idle publishers."""

    def __init__(self, uri: str) -> None:
        self.pid = os.getpid()
        self.replies = ReplyRouter(uri)
        self._uri = uri
        self._idle: LifoQueue[tuple[float, broker.ConfirmingPublisher]] = LifoQueue()

    @contextmanager
    def publisher(self) -> Iterator[broker.ConfirmingPublisher]:
        """A publisher for one thread; it is dropped when anything goes wrong."""
        publisher = self._take()
        try:
            yield publisher
        except BaseException:
            publisher.close()
            raise
        self._idle.put((time.monotonic(), publisher))

    def close(self) -> None:
        """Let everything go."""
        self.replies.close()
        while not self._idle.empty():
            self._idle.get()[1].close()

    def _take(self) -> broker.ConfirmingPublisher:
        while True:
            try:
                since, publisher = self._idle.get_nowait()
            except Empty:
                return broker.ConfirmingPublisher(self._uri, name="calls")
            if time.monotonic() - since < MAX_IDLE_SECONDS and publisher.is_usable():
                return publisher
            publisher.close()


class CallTrace:
    """Counts one call, and ends its span, when its answer is taken."""

    def __init__(
        self,
        labels: tuple[str, str, str],
        span: Span,
        future: "Future[Any]",
        began: float,
    ) -> None:
        self._labels = labels
        self._span = span
        self._began = began
        self._came_at: float | None = None
        future.add_done_callback(self._note)

    def _note(self, _future: "Future[Any]") -> None:
        self._came_at = time.monotonic()

    def __call__(self, error: BaseException | None) -> None:
        """The answer, or why there is none."""
        outcome = metrics.outcome_of(error)
        seconds = (self._came_at or time.monotonic()) - self._began
        metrics.count_call(*self._labels, outcome, seconds)
        self._span.end(outcome)


class RpcClient:
    """Calls services; safe to share between threads and to make before a fork."""

    def __init__(self, amqp_uri: str, *, name: str = "gateway") -> None:
        self._uri = amqp_uri
        self._name = name
        self.heed: ReplyObserver | None = None
        """Whoever keeps in mind what callers have written, in the caller's thread."""
        self._lock = threading.Lock()
        self._link: RpcConnections | None = None

    def ask(
        self,
        context: Context,
        request: Request[R],
        *,
        timeout: float = DEFAULT_SECONDS,
    ) -> R:
        """Ask the service that a request is declared for, and wait for the reply.

        See `Answer.reply` for what may rise.
        """
        return self.ask_later(context, request, timeout=timeout).reply()

    def ask_later(
        self,
        context: Context,
        request: Request[R],
        *,
        timeout: float = DEFAULT_SECONDS,
    ) -> Answer[R]:
        """Ask now and go on; the answer is taken when it is needed."""
        verb = verb_of(type(request))
        return self.call(
            verb.service,
            verb.name,
            context,
            request,
            reply_type=verb.reply,
            timeout=timeout,
        )

    def call(
        self,
        service: str,
        verb: str,
        context: Context,
        request: Any,
        *,
        reply_type: Any,
        timeout: float = DEFAULT_SECONDS,
    ) -> Answer[Any]:
        """Ask now, get the answer later; `timeout` is in seconds.

        No call outlives the deadline of the context it is made in: one whose time is
        over is not sent, and the service will not begin one that comes too late.
        Nothing rises here: a broker that is away and a value that cannot be right
        (Invalid), too, are told by the answer.
        """
        timeout = min(timeout, _seconds_left(context))
        deadline = time.monotonic() + timeout
        name, traceparent = f"{service}.{verb}", context.traceparent
        span = tracing.begin(name, SpanKind.CLIENT, traceparent, context.request_id)
        until = _until(replace(context, traceparent=span.traceparent), timeout)
        future, forget = self._sent(name, request, until, timeout)
        answer: Answer[Any] = Answer(
            future,
            service=service,
            reply_type=reply_type,
            deadline=deadline,
            forget=forget,
            over=CallTrace(
                (self._name, service, verb), span, future, deadline - timeout
            ),
        )
        answer.heed = self.heed
        return answer

    def is_ready(self) -> bool:
        """Whether the broker can be reached now."""
        return self._linked().replies.wait_until_ready(CONNECT_SECONDS)

    def close(self) -> None:
        """Let the connections of this process go; calls that wait fail."""
        with self._lock:
            link, self._link = self._link, None
        if link is not None and link.pid == os.getpid():
            link.close()

    def _sent(
        self, key: str, request: Any, context: Context, timeout: float
    ) -> "tuple[Future[Body], Callable[[], None]]":
        """What will hold the body of the reply, and how to wait for it no longer."""
        correlation_id = uuid.uuid4().hex
        link = self._linked()
        future = link.replies.expect(correlation_id)
        try:
            content = _message(
                wire.encode_request(request),
                context,
                reply_to=link.replies.address,
                correlation_id=correlation_id,
                seconds=timeout,
            )
            self._send(link, key, content, timeout)
        except Refusal as refusal:
            link.replies.forget(correlation_id)
            future = Future()
            future.set_exception(refusal)
        return future, lambda: link.replies.forget(correlation_id)

    def _send(
        self, link: RpcConnections, key: str, content: amqp.Message, timeout: float
    ) -> None:
        if timeout <= 0:
            raise TimedOut
        if not link.replies.wait_until_ready(min(timeout, CONNECT_SECONDS)):
            raise BrokerAway
        try:
            with link.publisher() as publisher:
                publisher.publish(wire.RPC_EXCHANGE, key, content, mandatory=True)
                publisher.confirm(timeout)
        except broker.LOST:
            raise BrokerAway from None

    def _linked(self) -> RpcConnections:
        link = self._link
        if link is None or link.pid != os.getpid():
            with self._lock:
                if self._link is None or self._link.pid != os.getpid():
                    self._link = RpcConnections(self._uri)
                link = self._link
        return link


def _message(
    body: bytes, context: Context, *, reply_to: str, correlation_id: str, seconds: float
) -> amqp.Message:
    return broker.message(
        body,
        application_headers={wire.CONTEXT_HEADER: wire.encode_context(context)},
        reply_to=reply_to,
        correlation_id=correlation_id,
        expiration=str(max(1, round(seconds * 1000))),
        delivery_mode=broker.TRANSIENT,
    )


def _until(context: Context, timeout: float) -> Context:
    deadline_at = datetime.now(UTC) + timedelta(seconds=timeout)
    return replace(context, deadline_at=deadline_at)


def _seconds_left(context: Context) -> float:
    if context.deadline_at is None:
        return math.inf
    return max(0.0, (context.deadline_at - datetime.now(UTC)).total_seconds())
