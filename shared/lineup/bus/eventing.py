"""Event endpoints: every event reaches its consumer, again and again if need be."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from nameko.extensions import ProviderCollector, SharedExtension

from lineup.bus import retries
from lineup.bus.calls import STOP_SECONDS
from lineup.bus.consumer import Consumer, QueueSubscription
from lineup.bus.delivery import IncomingMessage, acknowledge_all
from lineup.bus.endpoints import queue_of
from lineup.bus.entrypoint import Failure, LineupEntrypoint, log_failure
from lineup.bus.lanes import Lane
from lineup.bus.reading import EventReader
from lineup.bus.service_context import ServiceContext
from lineup.context import Event
from lineup.database.faults import is_away
from lineup.errors import Refusal
from lineup.events import exchange_of
from lineup.ids import new_id

log = structlog.get_logger(__name__)

SIDE_BY_SIDE = 5
"""Events of one queue that are worked on at the same time, each by itself."""
BATCHES_TAKEN = 2
"""A batch that is worked on, and the next, which comes in meanwhile."""
REQUESTS_NAMED = 20
"""Requests whose ids the line about a batch names; each event has a line of its own
at DEBUG."""


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
    """One consumer of one event.

    What its method takes together comes in one batch after the other: while one is
    worked on the next fills. A batch that fails is taken again one by one.
    """

    events = Events()

    def setup(self) -> None:
        """Join the service's connection."""
        service, at_once = self.container.service_name, self.endpoint.at_once
        self.queue = queue_of(service, self.endpoint)
        self.alone = Lane(at_once=1, side_by_side=SIDE_BY_SIDE)
        self.suspects = Lane(at_once=1, side_by_side=1)
        self.together = Lane(at_once=at_once, side_by_side=1) if at_once else self.alone
        self.reader = EventReader(
            self.endpoint.request_type, f"{service}.{self.method_name}"
        )
        self.events.register_provider(self)

    def stop(self) -> None:
        """Leave it, once all events taken are settled."""
        self.events.unregister_provider(self)

    def subscription(self) -> QueueSubscription:
        """The queue of this endpoint, bound to its event."""
        source, event_type = self.endpoint.address or ("", "")
        at_once = self.endpoint.at_once
        return QueueSubscription(
            queue=self.queue,
            take=self.take,
            bindings=[(exchange_of(source), event_type)],
            arguments=retries.work_arguments(self.queue),
            prefetch=BATCHES_TAKEN * at_once if at_once else SIDE_BY_SIDE,
        )

    def take(self, delivery: IncomingMessage) -> None:
        """Let a message wait for its turn: alone when it may be at fault."""
        lane = self.together
        if retries.is_suspect(delivery):
            lane = self.suspects
        elif retries.tries_of(delivery):
            lane = self.alone
        self._put(lane, [delivery])

    def _put(self, lane: Lane, deliveries: Sequence[IncomingMessage]) -> None:
        lane.put(deliveries)
        self._begin_batches(lane)

    def _begin_batches(self, lane: Lane) -> None:
        while lane.begin():
            self.container.spawn_managed_thread(partial(self._run_batch, lane), "turn")

    def _run_batch(self, lane: Lane) -> None:
        """Work on what waits, when there is room; aside with what is no event."""
        self.events.room.acquire()
        taken = [(delivery, self._read(delivery)) for delivery in lane.take()]
        events = [event for _, event in taken if event is not None]
        deliveries = [delivery for delivery, event in taken if event is not None]
        if events:
            self._work(lane, deliveries, events)
        else:
            self._end_batch(lane)

    def _end_batch(self, lane: Lane) -> None:
        self.events.room.release()
        lane.end()
        self._begin_batches(lane)

    def _work(
        self,
        lane: Lane,
        deliveries: Sequence[IncomingMessage],
        events: Sequence[Event[Any]],
    ) -> None:
        contexts = [event.context for event in events]
        request_ids = {context.request_id for context in contexts}
        request_id = contexts[0].request_id if len(request_ids) == 1 else new_id().hex
        if len(events) == 1:
            span = self.span(contexts[0].traceparent, request_id)
            context = replace(contexts[0], traceparent=span.traceparent)
            events = [replace(events[0], context=context)]
        else:
            traces = [one.traceparent for one in contexts if one.traceparent]
            span = self.span(None, request_id, traces)

        def on_end(_result: Any, failure: Failure | None) -> Failure | None:
            self._end_batch(lane)
            self._settle(deliveries, failure)
            return failure

        def on_killed() -> None:
            self.events.room.release()
            for delivery in deliveries:
                delivery.give_back()

        self.begin(
            (events,) if self.endpoint.at_once else tuple(events),
            request_id,
            span=span,
            on_end=on_end,
            on_killed=on_killed,
        )

    def tell_of(
        self,
        arguments: tuple[Any, ...],
        failure: Failure | None,
        outcome: str,
        seconds: float,
    ) -> None:
        """Count each event; one line of all, with whose requests they are of if few.

        Those of a batch that failed are told of when each was taken by itself.
        """
        events = arguments[0] if self.endpoint.at_once else arguments
        count = len(events)
        if count > 1 and failure is not None and not is_away(failure[1]):
            log.warning("batch_failed", queue=self.queue, events=count)
            return
        request_ids = {event.context.request_id for event in events}
        noted: dict[str, object] = {"events": count}
        if len(request_ids) > REQUESTS_NAMED:
            noted["requests"] = len(request_ids)
        elif len(request_ids) > 1:
            noted["request_ids"] = sorted(request_ids)
        self.tell(outcome, seconds, count, **noted)
        tell = log.debug  # bound once: of many events it is dear
        for event in events:
            tell("event_done", id=event.id, of=event.context.request_id)

    def _read(self, delivery: IncomingMessage) -> Event[Any] | None:
        """The event in a message, which goes aside where there is none: a message that
        cannot be read must not end the service.
        """
        try:
            return self.reader.read(delivery.body)
        except Refusal as misfit:
            fields = misfit.fields
            log.error("event_malformed", queue=self.queue, fields=fields)  # noqa: TRY400
        except Exception:
            log.exception("event_malformed", queue=self.queue)
        self.events.retries.dead_letter(delivery, self.queue, "malformed")
        self.tell("failed", 0.0)
        return None

    def _settle(
        self, deliveries: Sequence[IncomingMessage], failure: Failure | None
    ) -> None:
        if failure is None:
            acknowledge_all(deliveries)
        elif is_away(failure[1]):
            count, error = len(deliveries), str(failure[1])
            log.warning("event_waits", queue=self.queue, events=count, error=error)
            self.events.retries.wait(deliveries, self.queue)
        elif len(deliveries) > 1:
            self._put(self.alone, deliveries)
        else:
            self._try_again(deliveries[0], failure)

    def _try_again(self, delivery: IncomingMessage, failure: Failure) -> None:
        log_failure(self.endpoint, failure, retries.tries_of(delivery))
        reason = getattr(failure[1], "code", type(failure[1]).__name__)
        if not self.events.retries.again(delivery, self.queue, str(reason)):
            log.error("event_put_aside", queue=self.queue, reason=reason)
