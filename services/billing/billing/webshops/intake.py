"""Intake: a delivery is checked and kept, then answered; the work comes afterwards.

| answer | when |
|---|---|
| 200 | kept, now or before; WooCommerce's ping; authentic but unusable too |
| 401 | the signature is missing or wrong |
| 404 | no such connection |
| 503 | neither the database nor the broker could keep it |
"""

import enum
from collections import Counter
from collections.abc import Callable, Mapping
from uuid import UUID

import structlog

from billing.webshops import shopify, woocommerce
from billing.webshops.circuit_breaker import BackendUnavailable
from billing.webshops.credential_cache import ShopCredentialCache, ShopKeys
from billing.webshops.messages import Headers
from billing.webshops.signature import is_signed
from billing.webshops.stores import DeliveryQueue, DeliveryTable
from lineup.clock import Clock
from lineup.contracts.billing.shops import DeliveryTaken, ShopKind
from lineup.ids import new_id
from lineup.secrets import Keyring, Sealed

log = structlog.get_logger(__name__)

HEADERS: Mapping[ShopKind, Callable[[Mapping[str, str]], Headers]] = {
    ShopKind.WOOCOMMERCE: woocommerce.headers_of,
    ShopKind.SHOPIFY: shopify.headers_of,
}


class IntakeStatus(enum.IntEnum):
    """What a shop is told."""

    KEPT = 200
    NOT_SIGNED = 401
    UNKNOWN = 404
    AWAY = 503


class Intake:
    """Takes deliveries of all shops in; one for a process."""

    def __init__(
        self,
        table: DeliveryTable,
        queue: DeliveryQueue,
        keyring: Keyring,
        clock: Clock,
    ) -> None:
        self.refused: Counter[UUID] = Counter()
        """Deliveries of each shop with a wrong or no signature, not yet counted."""
        self._table = table
        self._queue = queue
        self._keyring = keyring
        self._clock = clock
        self._shops = ShopCredentialCache(table.find_shop)

    def receive(
        self, kind: ShopKind, shop_id: UUID, headers: Mapping[str, str], body: bytes
    ) -> IntakeStatus:
        """Check a delivery, keep it, and say what to answer."""
        try:
            keys = self._shops.find(shop_id)
        except BackendUnavailable:
            return IntakeStatus.AWAY
        if keys is None or keys.kind != kind:
            return IntakeStatus.UNKNOWN
        if kind == ShopKind.WOOCOMMERCE and woocommerce.is_ping(headers, body):
            log.info("webhook_ping", shop=str(shop_id))
            return IntakeStatus.KEPT
        said = HEADERS[kind](headers)
        if not self._is_authentic(keys, said, body):
            self.refused[shop_id] += 1
            log.warning("webhook_not_signed", shop=str(shop_id))
            return IntakeStatus.NOT_SIGNED
        return self._keep(self._delivery(shop_id, said, body))

    def pop_refused_counts(self) -> dict[UUID, int]:
        """The counts since the last time, to be added up."""
        counts, self.refused = dict(self.refused), Counter()
        return counts

    def _is_authentic(self, keys: ShopKeys, said: Headers, body: bytes) -> bool:
        """Signed by a secret that is good now.

        Where it is not the present one, secrets that were changed or ended a moment
        ago are looked up again.
        """
        if self._is_signed([keys.secret], said, body):
            return True
        changed = self._shops.find_changed(keys) if said.signature else None
        secrets = (changed or keys).secrets_at(self._clock.now())
        return self._is_signed(secrets, said, body)

    def _is_signed(self, sealed: list[Sealed], said: Headers, body: bytes) -> bool:
        secrets = [self._keyring.open(secret) for secret in sealed]
        return is_signed(body, said.signature, secrets)

    def _delivery(self, shop_id: UUID, said: Headers, body: bytes) -> DeliveryTaken:
        return DeliveryTaken(
            id=new_id(),
            version=1,
            shop_id=shop_id,
            delivery_key=said.delivery_key,
            topic=said.topic,
            source=said.source,
            is_test=said.is_test,
            body=body,
            received_at=self._clock.now(),
        )

    def _keep(self, delivery: DeliveryTaken) -> IntakeStatus:
        try:
            self._table.keep(delivery)
        except BackendUnavailable as away:
            log.warning("webhook_by_broker", reason=str(away))
            return self._enqueue(delivery)
        return IntakeStatus.KEPT

    def _enqueue(self, delivery: DeliveryTaken) -> IntakeStatus:
        try:
            self._queue.keep(delivery)
        except BackendUnavailable as away:
            log.critical("webhook_not_kept", reason=str(away))
            return IntakeStatus.AWAY
        return IntakeStatus.KEPT
