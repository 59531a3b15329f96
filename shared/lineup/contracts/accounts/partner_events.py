"""What accounts announces of a partner's life."""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import Feature
from lineup.contracts.accounts.partnerships import CredentialsChannel, PartnershipState
from lineup.events import event
from lineup.money import Money
from lineup.secrets import Sealed


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class PartnershipChanged:
    """A partnership as it now is; `id` is the partner's account."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    scope: str
    state: PartnershipState
    package_id: UUID | None
    features: list[Feature]
    trial_ends_at: datetime | None
    paid_until: datetime | None
    locked_at: datetime | None
    purge_at: datetime | None


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class PartnerCredentialsIssued:
    """A new partner's credentials, to be told in one message."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    """The account of the partner."""
    version: int
    scope: str
    partner: str
    contact: str
    channel: CredentialsChannel
    email: str
    mobile: str
    username: str
    password: Sealed
    package_name: str
    trial_days: int
    is_reseller: bool = False


class NoticeKind(enum.StrEnum):
    """What a partner is told of."""

    ENDS_SOON = "ends_soon"
    """The trial, or the month that was paid, ends unless the next one is paid."""
    LOCKED = "locked"
    PURGE_SOON = "purge_soon"
    PAID = "paid"


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class PartnerNotified:
    """A partner is to be told something; `id` is of this notice alone."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    partner_id: UUID
    scope: str
    kind: NoticeKind
    partner: str
    email: str
    time_zone: str
    package_name: str
    is_trial: bool
    at: datetime
    """When it ends, was locked, is deleted, or is paid until."""
    purge_at: datetime | None
    amount: Money | None
    """What the next month costs."""
    reference: str
    is_pro_forma: bool
    """Whether it is the first of its month to name the amount."""
    payment_instructions: str
    export_token: str
    """Opens the export of the partner's data without sign-in; empty: none."""
    is_reseller: bool = False


class ChargeKind(enum.StrEnum):
    """What a partner is to pay for."""

    MONTH = "month"
    UPGRADE = "upgrade"


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class PackageChargeDue:
    """A partner is to pay something to the platform; `id` is of this charge alone."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    partner_id: UUID
    kind: ChargeKind
    package_id: UUID
    package_name: str
    amount: Money
    starts_at: datetime
    ends_at: datetime
    reference: str


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class PartnerPaymentBooked:
    """A partner has paid the platform for a month; `id` is of this payment alone."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    partner_id: UUID
    package_name: str
    amount: Money
    starts_at: datetime
    ends_at: datetime
    reference: str


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class PartnerPurgeRequested:
    """Everything of a partner is to be deleted, and that to be confirmed."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    """The account of the partner."""
    version: int
    scope: str


@dataclass(frozen=True, kw_only=True)
class PurgeConfirmed:
    """A service has deleted everything of a partner; `id` is the partner's account."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    """Of the request it answers."""
