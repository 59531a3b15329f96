"""RpcClient: calls services from many threads over few connections."""

import math
import os
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import amqp

from lineup import broker, metrics, tracing, wire
from lineup.context import Context
from lineup.rpc.answers import Answer, ReplyObserver
from lineup.rpc.connections import RpcConnections
from lineup.rpc.sending import CONNECT_SECONDS, Content, Sending
from lineup.tracing import Span, SpanKind
from lineup.verbs import Request, verb_of

DEFAULT_SECONDS = 5.0

R = TypeVar("R")


class CallTrace:
    """Counts one call, and ends its span, when its answer is taken."""

    def __init__(
        self, labels: tuple[str, str, str], span: Span, sending: Sending, began: float
    ) -> None:
        self._labels = labels
        self._span = span
        self._sending = sending
        self._began = began

    def __call__(self, error: BaseException | None) -> None:
        """The answer, or why there is none."""
        outcome = metrics.outcome_of(error)
        seconds = (self._sending.came_at or time.monotonic()) - self._began
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
        service: str = "",
        timeout: float = DEFAULT_SECONDS,
    ) -> Answer[R]:
        """Ask now and go on; the answer is taken when it is needed.

        `service` names one for what every service can be asked.
        """
        verb = verb_of(type(request))
        return self.call(
            service or verb.service,
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
        over is not sent, and the service will not begin one that comes too late. One
        that a node of the broker took with it is sent again under the same id, by which
        the service acts once.
        Nothing rises here: a broker that is away and a value that cannot be right
        (Invalid), too, are told by the answer.
        """
        timeout = min(timeout, _seconds_left(context))
        deadline = time.monotonic() + timeout
        name, traceparent = f"{service}.{verb}", context.traceparent
        span = tracing.begin(name, SpanKind.CLIENT, traceparent, context.request_id)
        until = _until(replace(context, traceparent=span.traceparent), timeout)
        sending = self._send(name, request, until, deadline)
        answer: Answer[Any] = Answer(
            sending,
            service=service,
            reply_type=reply_type,
            over=CallTrace(
                (self._name, service, verb), span, sending, deadline - timeout
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

    def _send(
        self, call: str, request: Any, context: Context, deadline: float
    ) -> Sending:
        sending = Sending(self._linked(), call, deadline)
        sending.begin(lambda: _content_of(request, context))
        return sending

    def _linked(self) -> RpcConnections:
        link = self._link
        if link is None or link.pid != os.getpid():
            with self._lock:
                if self._link is None or self._link.pid != os.getpid():
                    self._link = RpcConnections(self._uri)
                link = self._link
        return link


def _content_of(request: Any, context: Context) -> Content:
    """Makes the message of a call; Invalid when its values cannot be right."""
    body, encoded = wire.encode_request(request), wire.encode_context(context)

    def content(reply_to: str, correlation_id: str, seconds: float) -> amqp.Message:
        return broker.message(
            body,
            application_headers={wire.CONTEXT_HEADER: encoded},
            reply_to=reply_to,
            correlation_id=correlation_id,
            expiration=str(max(1, round(seconds * 1000))),
            delivery_mode=broker.TRANSIENT,
        )

    return content


def _until(context: Context, timeout: float) -> Context:
    deadline_at = datetime.now(UTC) + timedelta(seconds=timeout)
    return replace(context, deadline_at=deadline_at)


def _seconds_left(context: Context) -> float:
    if context.deadline_at is None:
        return math.inf
    return max(0.0, (context.deadline_at - datetime.now(UTC)).total_seconds())
