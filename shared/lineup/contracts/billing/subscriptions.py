"""Buying, renewing, stopping: the entitlement others obey."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.contracts.paging import Paging
from lineup.events import event
from lineup.money import Money


class SubscriptionState(enum.StrEnum):
    """Where a subscription stands; `expired` is running past its end."""

    RUNNING = "running"
    STOPPED = "stopped"
    EXPIRED = "expired"


class CountFrom(enum.StrEnum):
    """Where a renewal counts from; AUTO: the end while running, else now (SU-11)."""

    AUTO = "auto"
    END = "end"
    NOW = "now"


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """Buy a plan for a user from its customer's balance.

    A user with a running subscription is renewed by it (SU-01, SU-11).
    """

    user_id: UUID
    plan_id: UUID
    count_from: CountFrom = CountFrom.AUTO


@dataclass(frozen=True, kw_only=True)
class StopSubscription:
    """End a running subscription now and return the unused part (SU-07)."""

    subscription_id: UUID


@dataclass(frozen=True, kw_only=True)
class QuoteStop:
    """What stopping now would return, without doing it."""

    subscription_id: UUID


@dataclass(frozen=True, kw_only=True)
class SwitchRenewal:
    """Turn a user's automatic renewal on or off (SU-02)."""

    user_id: UUID
    renews: bool


@dataclass(frozen=True, kw_only=True)
class GetRenewal:
    """Whether a user renews by itself."""

    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class RenewalView:
    """A user's renewal switch; off until somebody turns it on (SU-05)."""

    user_id: UUID
    renews: bool


@dataclass(frozen=True, kw_only=True)
class GetSubscription:
    """One subscription by id."""

    subscription_id: UUID


@dataclass(frozen=True, kw_only=True)
class ListSubscriptions:
    """Subscriptions, of one customer or user where it is named."""

    customer_id: UUID | None = None
    user_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class SubscriptionView:
    """One subscription."""

    id: UUID
    user_id: UUID
    customer_id: UUID
    product_id: UUID
    product_name: str
    plan_id: UUID
    plan_name: str
    state: SubscriptionState
    started_at: datetime
    ends_at: datetime
    renews: bool
    price: Money
    """What the next renewal costs today."""


@dataclass(frozen=True, kw_only=True)
class StopReceipt:
    """What a stop did (or, quoted, would do)."""

    subscription_id: UUID
    ended_at: datetime
    refunded: Money


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class SubscriptionChanged:
    """A user's subscription as it now is: the entitlement others obey."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    user_id: UUID
    customer_id: UUID
    partner_id: UUID
    scope: str
    """The path of the customer."""
    product_id: UUID
    product_name: str
    package_ids: list[UUID]
    devices: int
    addresses: int
    is_trial: bool
    state: SubscriptionState
    """As of now: `running` ends by itself at `ends_at`."""
    started_at: datetime
    ends_at: datetime
    renews: bool


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class RenewalFellShort:
    """A user could not be renewed for want of money (SU-04)."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    """The period that was not renewed: one notice for each."""
    version: int
    partner_id: UUID
    scope: str
    customer_id: UUID
    user_id: UUID
    subscription_id: UUID
    product_name: str
    ends_at: datetime
    price: Money
    balance: Money
    missing: Money
