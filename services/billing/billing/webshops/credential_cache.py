"""Who may deliver: shops and their secrets, remembered for a short while."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from billing.webshops.circuit_breaker import BackendUnavailable
from billing.webshops.models import ShopConnection
from lineup.contracts.billing.shops import ShopKind
from lineup.secrets import Sealed

FRESH_SECONDS = 60.0
KEPT_SECONDS = 3600.0
"""How long the database may be away before its shops are forgotten."""
RELOAD_SECONDS = 5.0
MAX_SHOPS = 4096


@dataclass(frozen=True, kw_only=True)
class ShopKeys:
    """What a delivery is checked against; the secrets stay sealed."""

    shop_id: UUID
    kind: ShopKind
    secret: Sealed
    previous: Sealed | None = None
    previous_ends_at: datetime | None = None

    @classmethod
    def of(cls, shop: ShopConnection) -> "ShopKeys":
        """The keys of a connection: its present secret and the one before."""
        return cls(
            shop_id=shop.id,
            kind=ShopKind(shop.kind),
            secret=shop.secret,
            previous=shop.previous_secret,
            previous_ends_at=shop.previous_secret_ends_at,
        )

    def secrets_at(self, now: datetime) -> list[Sealed]:
        """What is good at an instant, the present secret first."""
        if self.previous and self.previous_ends_at and now < self.previous_ends_at:
            return [self.secret, self.previous]
        return [self.secret]


class Load(Protocol):
    """Reads a shop's keys; Away when that takes too long."""

    def __call__(self, shop_id: UUID, *, is_known: bool) -> ShopKeys | None:
        """None for a stranger; `is_known` says that older keys would do."""
        ...


class ShopCredentialCache:
    """Remembers shops that delivered lately, so that they can while the database rests.

    Bounded; an entry is read anew after a minute, and kept for an hour of absence.
    """

    def __init__(
        self, load: Load, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._load = load
        self._seconds = seconds
        self._kept: OrderedDict[UUID, tuple[float, ShopKeys]] = OrderedDict()

    def find(self, shop_id: UUID) -> ShopKeys | None:
        """The shop's keys; None for a stranger, Away when nobody can tell."""
        read_at, keys = self._kept.get(shop_id, (0.0, None))
        age = self._seconds() - read_at
        if keys is not None and age < FRESH_SECONDS:
            return keys
        try:
            return self._read(shop_id, is_known=keys is not None)
        except BackendUnavailable:
            if keys is None or age > KEPT_SECONDS:
                raise
            return keys

    def find_changed(self, keys: ShopKeys) -> ShopKeys | None:
        """Keys that differ from those, where a secret was changed; seldom looked up."""
        read_at, _ = self._kept.get(keys.shop_id, (0.0, None))
        if self._seconds() - read_at < RELOAD_SECONDS:
            return None
        try:
            now = self._read(keys.shop_id, is_known=True)
        except BackendUnavailable:
            return None
        return now if now != keys else None

    def _read(self, shop_id: UUID, *, is_known: bool) -> ShopKeys | None:
        keys = self._load(shop_id, is_known=is_known)
        self._kept.pop(shop_id, None)
        if keys is not None:
            self._kept[shop_id] = (self._seconds(), keys)
            while len(self._kept) > MAX_SHOPS:
                self._kept.popitem(last=False)
        return keys
