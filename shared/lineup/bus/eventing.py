"""Event endpoints: every event reaches its consumer, again and again if need be."""

import threading
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec
import structlog
from nameko.extensions import ProviderCollector, SharedExtension

from lineup import wire
from lineup.bus import retries
from lineup.bus.calls import STOP_SECONDS
from lineup.bus.consumer import Consumer, QueueSubscription
from lineup.bus.delivery import IncomingMessage
from lineup.bus.endpoints import queue_of
from lineup.bus.entrypoint import Failure, LineupEntrypoint, log_failure
from lineup.bus.faults import is_away
from lineup.bus.service_context import ServiceContext
from lineup.context import Context, Event
from lineup.errors import Refusal
from lineup.events import Envelope, exchange_of

log = structlog.get_logger(__name__)

PREFETCH = 5


class Events(SharedExtension, ProviderCollector):
    """One connection for all event endpoints of a service, a queue for each.

    Events fill at most half of the workers, so that calls always find one.
    """

    service_context = ServiceContext()

    def setup(self) -> None:
        """Prepare the connection; the endpoints add their queues."""
        settings = self.service_context.settings
        name = f"{self.container.service_name} events"
        self.delays = settings.event_retry_delays()
        self.room = threading.BoundedSemaphore(max(1, settings.max_workers // 2))
        self.retries = retries.Retries(
            settings.amqp_uri, f"{name} retries", self.delays
        )
        self.consumer = Consumer(settings.amqp_uri, name)
        self.consumer.declare_more = self._declare_retries
        self.service_context.checks["events"] = self.consumer.is_well

    def start(self) -> None:
        """Connect and take events."""
        self.consumer.subscriptions = [
            endpoint.subscription() for endpoint in self._providers
        ]
        self.container.spawn_managed_thread(self.consumer.run)
        self.consumer.ready.wait()

    def unregister_provider(self, provider: "EventEntrypoint") -> None:
        """Drain when the first endpoint closes: they share one connection."""
        self.consumer.stop(STOP_SECONDS)
        super().unregister_provider(provider)

    def stop(self) -> None:
        """Let the retries' connection go."""
        super().stop()
        self.retries.close()

    def _declare_retries(self, channel: Any) -> None:
        queues = [subscription.queue for subscription in self.consumer.subscriptions]
        retries.declare(channel, queues, self.delays)


class EventEntrypoint(LineupEntrypoint):
    """One consumer of one event."""

    events = Events()

    def setup(self) -> None:
        """Join the service's connection."""
        self.queue = queue_of(self.container.service_name, self.endpoint)
        self.events.register_provider(self)

    def stop(self) -> None:
        """Leave it, once all events taken are settled."""
        self.events.unregister_provider(self)

    def subscription(self) -> QueueSubscription:
        """The queue of this endpoint, bound to its event."""
        source, event_type = self.endpoint.address or ("", "")
        return QueueSubscription(
            queue=self.queue,
            take=self.take,
            bindings=[(exchange_of(source), event_type)],
            arguments=retries.work_arguments(self.queue),
            prefetch=PREFETCH,
        )

    def take(self, delivery: IncomingMessage) -> None:
        """Start the work on an event when there is room; aside when it is no event."""
        self.container.spawn_managed_thread(lambda: self._take(delivery))

    def _take(self, delivery: IncomingMessage) -> None:
        event = self._read(delivery)
        if event is None:
            self.events.retries.dead_letter(delivery, self.queue, "malformed")
            self.tell("failed", 0.0)
            return
        room = self.events.room
        room.acquire()
        context = event.context
        span = self.span(context.traceparent, context.request_id)
        event = replace(event, context=replace(context, traceparent=span.traceparent))

        def on_end(_result: Any, failure: Failure | None) -> Failure | None:
            room.release()
            self._settle(delivery, failure)
            return failure

        def on_killed() -> None:
            room.release()
            delivery.give_back()

        self.begin(
            (event,),
            context.request_id,
            span=span,
            on_end=on_end,
            on_killed=on_killed,
        )

    def _read(self, delivery: IncomingMessage) -> Event[Any] | None:
        """The event in a message; None where there is none, whatever is wrong with it:
        a message that cannot be read must not end the service.
        """
        try:
            return self._event(delivery)
        except Refusal as misfit:
            fields = misfit.fields
            log.error("event_malformed", queue=self.queue, fields=fields)  # noqa: TRY400
        except Exception:
            log.exception("event_malformed", queue=self.queue)
        return None

    def _event(self, delivery: IncomingMessage) -> Event[Any]:
        try:
            wrapped = msgspec.json.decode(delivery.body, type=Envelope)
            state = msgspec.convert(wrapped.state, self.endpoint.request_type)
            context = msgspec.convert(wrapped.context, Context)
        except msgspec.DecodeError as error:
            raise wire.misfit(error) from None
        return Event(
            id=UUID(str(wrapped.id)),
            type=wrapped.type,
            occurred_at=wrapped.occurred_at,
            state=state,
            consumer=f"{self.container.service_name}.{self.method_name}",
            context=context,
        )

    def _settle(self, delivery: IncomingMessage, failure: Failure | None) -> None:
        if failure is None:
            delivery.acknowledge()
        elif is_away(failure[1]):
            log.warning("event_waits", queue=self.queue, error=str(failure[1]))
            self.events.retries.wait(delivery, self.queue)
        else:
            log_failure(self.endpoint, failure)
            reason = getattr(failure[1], "code", type(failure[1]).__name__)
            if not self.events.retries.again(delivery, self.queue, str(reason)):
                log.error("event_put_aside", queue=self.queue, reason=reason)
