"""The two places a delivery can be kept before its answer: database, else broker."""

import time
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import msgspec

from billing.webshops.circuit_breaker import BackendUnavailable, CircuitBreaker
from billing.webshops.credential_cache import ShopKeys
from billing.webshops.models import ShopConnection
from billing.webshops.operations.deliveries import store_delivery
from lineup import broker
from lineup.clock import Clock
from lineup.contracts.billing.shops import DeliveryTaken
from lineup.database import Database, connect
from lineup.database.faults import FAULTS
from lineup.events import envelope, exchange_of
from lineup.tracing import system_context

T = TypeVar("T")

DATABASE_SECONDS = 0.25
STRANGER_SECONDS = 1.5
"""Limit of looking up a shop whose keys nobody remembers: without them there is no
other way, so a busy database gets more time before the shop is turned away."""
BROKER_SECONDS = 2.0
AT_ONCE = 6
REST_SECONDS = 2.0
"""The database is let alone for so long; the broker, the last resort, never is."""
IDLE_SECONDS = 20.0
"""A connection unused for longer may have lost its heartbeat."""


class DeliveryTable:
    """The table, by connections of its own, so that a full pool does not matter."""

    def __init__(
        self, uri: str, clock: Clock, on_announced: Callable[[], None]
    ) -> None:
        self._database = Database(connect(uri, pool_size=AT_ONCE), clock)
        self._database.on_announced = on_announced
        self._breaker = CircuitBreaker(
            seconds=DATABASE_SECONDS, at_once=AT_ONCE, rest_seconds=REST_SECONDS
        )
        self._unknown_shop_breaker = CircuitBreaker(
            seconds=STRANGER_SECONDS, at_once=AT_ONCE, rest_seconds=0
        )

    def find_shop(self, shop_id: UUID, *, is_known: bool) -> ShopKeys | None:
        """The keys of a connection; Away when the database does not say in time.

        A shop that is known by older keys is not waited for as long.
        """

        def find() -> ShopKeys | None:
            with self._database.transaction() as work:
                shop = work.session.get(ShopConnection, shop_id)
                return ShopKeys.of(shop) if shop else None

        breaker = self._breaker if is_known else self._unknown_shop_breaker
        return _answered(breaker, find)

    def keep(self, delivery: DeliveryTaken) -> None:
        """Commit a delivery, new or repeated; Away when that is not sure in time.

        It may still be committed afterwards, and meet its twin from the broker there.
        """

        def store() -> None:
            with self._database.transaction() as work:
                store_delivery(work, delivery)

        _answered(self._breaker, store)


class DeliveryQueue:
    """Billing's own durable queue of deliveries taken, by confirmed publishing."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._idle: list[tuple[float, broker.ConfirmingPublisher]] = []
        self._breaker = CircuitBreaker(
            seconds=BROKER_SECONDS, at_once=AT_ONCE, rest_seconds=0
        )

    def keep(self, delivery: DeliveryTaken) -> None:
        """Have the broker confirm a delivery; Away when that is not sure in time."""
        try:
            self._breaker.run(lambda: self._publish(delivery))
        except (*broker.LOST, broker.Unroutable) as error:
            raise BackendUnavailable(type(error).__name__) from None

    def _publish(self, delivery: DeliveryTaken) -> None:
        wrapped = envelope(delivery, delivery.received_at, system_context())
        content = broker.message(
            msgspec.json.encode(wrapped),
            delivery_mode=broker.PERSISTENT,
            message_id=str(wrapped.id),
            type=wrapped.type,
        )
        line = self._line()
        try:
            exchange = exchange_of(wrapped.source)
            line.publish(exchange, wrapped.type, content, mandatory=True)
            line.confirm(BROKER_SECONDS)
        except BaseException:
            line.close()
            raise
        self._idle.append((time.monotonic(), line))

    def _line(self) -> broker.ConfirmingPublisher:
        while self._idle:
            used_at, line = self._idle.pop()
            if time.monotonic() - used_at < IDLE_SECONDS:
                return line
            line.close()
        return broker.ConfirmingPublisher(self._uri, name="billing webhooks")


def _answered(breaker: CircuitBreaker, action: Callable[[], T]) -> T:
    try:
        return breaker.run(action)
    except FAULTS as error:
        raise BackendUnavailable(type(error).__name__) from None
