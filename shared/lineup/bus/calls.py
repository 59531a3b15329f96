"""RPC endpoints: decode, let in or refuse, run, answer."""

import time
from collections import deque
from dataclasses import replace
from datetime import datetime
from typing import Any

import amqp
import structlog
from nameko.extensions import ProviderCollector, SharedExtension

from lineup import broker, call_queues, wire
from lineup.bus.consumer import Consumer, QueueSubscription
from lineup.bus.delivery import IncomingMessage
from lineup.bus.endpoints import Endpoint
from lineup.bus.entrypoint import Failure, LineupEntrypoint, log_failure
from lineup.bus.replication import ReplicationWaiter
from lineup.bus.service_context import ServiceContext
from lineup.call_queues import CallQueue
from lineup.clock import SystemClock
from lineup.context import Call, Context, newest
from lineup.database.faults import is_away
from lineup.errors import (
    Malformed,
    Refusal,
    ServiceUnavailable,
    TimedOut,
    UnknownVerb,
)

log = structlog.get_logger(__name__)

STOP_SECONDS = 25.0
MOST_LATE_ANSWERS = 1000


class TooLate(TimedOut):
    """The request timed out."""


class DatabaseAway(ServiceUnavailable):
    """The service cannot reach its database right now."""


class Calls(SharedExtension, ProviderCollector):
    """The one queue of all RPC endpoints of a service, and the one that former callers
    know.
    """

    service_context = ServiceContext()

    def setup(self) -> None:
        """Say what to consume: keys `<service>.*` of the exchange of all calls."""
        service = self.container.service_name
        uri = self.service_context.settings.amqp_uri
        self.late: deque[tuple[str, amqp.Message]] = deque(maxlen=MOST_LATE_ANSWERS)
        self.consumer = Consumer(uri, f"{service} calls")
        self.consumer.declare_more = self._connected
        self.former = Consumer(uri, f"{service} calls of former callers")
        self.former.subscriptions = [self._subscription(call_queues.FORMER)]
        self.service_context.checks["calls"] = self.consumer.is_well

    def start(self) -> None:
        """Connect and take calls."""
        self.container.spawn_managed_thread(self.former.run)
        self.container.spawn_managed_thread(self.consumer.run)
        self.consumer.ready.wait()

    def unregister_provider(self, provider: "RpcEntrypoint") -> None:
        """Drain when the first endpoint closes: they share the queues."""
        end = time.monotonic() + STOP_SECONDS
        self.former.stop(0)
        self.consumer.stop(STOP_SECONDS)
        self.former.stop(max(0.0, end - time.monotonic()))
        super().unregister_provider(provider)

    def _connected(self, channel: amqp.Channel) -> None:
        """Choose the queue that this broker takes; send what was answered meanwhile.

        Who asked may still be there when the queue is not: it went with a node.
        """
        version = channel.connection.server_properties.get("version", "")
        wanted = self.service_context.settings.call_queues
        kind = call_queues.kind_for(version, wanted)
        self.consumer.subscriptions = [self._subscription(kind)]
        for other in call_queues.CHOICES.values():
            if other is not kind:
                self._retire(channel, other)
        while self.late:
            reply_to, content = self.late[0]
            broker.publish(channel, wire.RPC_EXCHANGE, reply_to, content)
            self.late.popleft()

    def _retire(self, channel: amqp.Channel, kind: CallQueue) -> None:
        """Have no more calls put into a queue of a kind that is used no longer: when
        its last copy is gone they would wait in it for nobody.
        """
        service = self.container.service_name
        key = kind.key_for(f"{service}.*")
        channel.queue_unbind(kind.name_for(service), wire.RPC_EXCHANGE, key)

    def _subscription(self, kind: CallQueue) -> QueueSubscription:
        service = self.container.service_name
        return QueueSubscription(
            queue=kind.name_for(service),
            take=self.take,
            bindings=[(wire.RPC_EXCHANGE, kind.key_for(f"{service}.*"))],
            arguments=kind.arguments,
            prefetch=self.service_context.settings.max_workers,
            durable=kind.durable,
        )

    def answer(self, delivery: IncomingMessage, body: bytes) -> None:
        """Answer a call and settle it; by the next connection when this one is lost."""
        reply_to = delivery.property("reply_to")
        if not reply_to:
            delivery.acknowledge()
            return
        content = broker.message(
            body,
            correlation_id=delivery.property("correlation_id") or "",
            delivery_mode=broker.TRANSIENT,
        )
        if not delivery.answer(wire.RPC_EXCHANGE, reply_to, content):
            self.late.append((reply_to, content))

    def take(self, delivery: IncomingMessage) -> None:
        """Give a call to the endpoint it names."""
        verb = delivery.key.rpartition(".")[2]
        for endpoint in self._providers:
            if endpoint.method_name == verb:
                endpoint.take(delivery)
                return
        self.refuse(delivery, UnknownVerb())

    def refuse(self, delivery: IncomingMessage, refusal: Refusal) -> None:
        """Answer that this is not done, and why."""
        kind, code = refusal.kind, refusal.code
        log.info("refused", endpoint=delivery.key, kind=kind, code=code)
        self.answer(delivery, wire.encode_refusal(refusal))


class RpcEntrypoint(LineupEntrypoint):
    """One RPC endpoint."""

    calls = Calls()
    replication = ReplicationWaiter()

    def setup(self) -> None:
        """Join the service's queue."""
        self.calls.register_provider(self)

    def stop(self) -> None:
        """Leave it, once all calls taken are answered."""
        self.calls.unregister_provider(self)

    def take(self, delivery: IncomingMessage) -> None:
        """Decode and authorise a call, then have it answered."""
        try:
            context = _context(delivery)
            authorize(self.endpoint, context)
            request = wire.decode_request(delivery.body, self.endpoint.request_type)
        except Refusal as refusal:
            self.calls.refuse(delivery, refusal)
            self.tell("refused", 0.0)
            return
        except Exception:
            log.exception("call_malformed", endpoint=self.endpoint.name)
            self.calls.refuse(delivery, Malformed())
            self.tell("failed", 0.0)
            return
        if context.after:
            self.container.spawn_managed_thread(
                lambda: self._once_arrived(delivery, context, request)
            )
        else:
            self._work(delivery, context, request)

    def _once_arrived(
        self, delivery: IncomingMessage, context: Context, request: Any
    ) -> None:
        """Answer when the copies carry what the caller has written. The wait takes no
        worker: the events it waits for need them.
        """
        is_behind = not self.replication.wait(context)
        self._work(delivery, context, request, is_behind=is_behind)

    def _work(
        self,
        delivery: IncomingMessage,
        context: Context,
        request: Any,
        *,
        is_behind: bool = False,
    ) -> None:
        span = self.span(context.traceparent, context.request_id)
        context = replace(context, traceparent=span.traceparent)
        call = Call(name=self.endpoint.name, request=request, context=context)

        def answer(result: Any, failure: Failure | None) -> Failure | None:
            reply, failure = self._reply(result, failure, call, is_behind=is_behind)
            self.calls.answer(delivery, reply)
            return failure

        self.begin(
            (call,),
            context.request_id,
            span=span,
            on_end=answer,
            on_killed=delivery.give_back,
        )

    def refusal(self, worker_ctx: Any) -> Refusal | None:
        """Nobody waits any longer: nothing is begun."""
        (call,) = worker_ctx.args
        return TooLate() if is_late(call.context) else None

    def _reply(
        self, result: Any, failure: Failure | None, call: Call[Any], *, is_behind: bool
    ) -> tuple[bytes, Failure | None]:
        """The body of the reply, and how it ended: a result may be none after all."""
        try:
            if failure is None:
                written = newest(call.written)
                return wire.encode_result(result, written, is_behind=is_behind), None
        except (TypeError, ValueError) as error:
            failure = (type(error), error, error.__traceback__)
        return self._excuse(failure, call.context), failure

    def _excuse(self, failure: Failure, context: Context) -> bytes:
        if is_away(failure[1]):
            log.warning("database_away", endpoint=self.endpoint.name)
            return wire.encode_refusal(DatabaseAway())
        log_failure(self.endpoint, failure)
        if isinstance(failure[1], Refusal):
            return wire.encode_refusal(failure[1])
        return wire.encode_fault(context.request_id)


def _context(delivery: IncomingMessage) -> Context:
    """Who asks. A call without a key gets one of its own, which it keeps when it
    comes again after a crash: `database.run_idempotent` then acts once all the same.
    """
    context = wire.decode_context(delivery.headers.get(wire.CONTEXT_HEADER))
    if context.idempotency_key is None:
        own = delivery.property("correlation_id")
        return replace(context, idempotency_key=own and f"call {own}")
    return context


def authorize(endpoint: Endpoint, context: Context) -> None:
    """Refuse who may not use this endpoint."""
    if endpoint.access is not None:
        endpoint.access.check(context.actor)


def is_late(context: Context, now: datetime | None = None) -> bool:
    """Whether the caller's deadline is over, by the machine's own clock."""
    if context.deadline_at is None:
        return False
    return (now or SystemClock().now()) >= context.deadline_at
