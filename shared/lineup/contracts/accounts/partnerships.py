"""Partnerships: which package a partner has, until when, and what comes then."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import OPERATORS, PARTNERS, PUBLIC, Role
from lineup.contracts.accounts.partner_directory import (
    ContactFields,
    every_contact_field,
)
from lineup.contracts.accounts.partner_packages import (
    OPERATORS_AND_SUPPORT,
    OfferedPackage,
)
from lineup.contracts.accounts.tree import AccountKind
from lineup.contracts.changes import Given, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.money import Money
from lineup.values.rules import Text, Whole
from lineup.values.types import (
    Country,
    Currency,
    Line,
    MailAddress,
    Mobile,
    Name,
    Note,
    OptionalName,
    Reason,
    Search,
    TimeZone,
    Word,
)
from lineup.verbs import Done, Kind, Request, Route, verb

MoreDays = Annotated[int, Whole(least=1, most=365)]
CompanyNumber = Annotated[str, Text(shortest=1, longest=60, is_trimmed=True)]


class PartnershipState(enum.StrEnum):
    """Where a partner stands with the platform.

    Registered: its credentials have not arrived yet. Locked: payment is due, its data
    is kept. Purging: its data is being deleted. Purged: nothing is left of it.
    """

    REGISTERED = "registered"
    TRIAL = "trial"
    PAID = "paid"
    LOCKED = "locked"
    PURGING = "purging"
    PURGED = "purged"


class CredentialsChannel(enum.StrEnum):
    """How credentials are sent."""

    EMAIL = "email"
    SMS = "sms"


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A registration; the credentials are on their way."""

    name: str
    package_name: str
    sent_to: str


@verb("accounts", Kind.WRITE, allowed=PUBLIC, while_locked=True)
class RegisterPartner(Request[Registered]):
    """Register a company with the package it has chosen: as a partner, or as a reseller
    with a package for resellers.

    Refused for a company or an email address that has registered before.
    """

    package_id: UUID
    company: Name
    company_number: CompanyNumber
    """As in the register of companies, or the tax number."""
    contact: Name
    """Name of the contact person."""
    email: MailAddress
    mobile: Mobile = ""
    country: Country
    time_zone: TimeZone = "UTC"
    currency: Currency = ""
    """What its products are sold in; empty: EUR."""
    channel: CredentialsChannel = CredentialsChannel.EMAIL
    offers_to_resellers: bool = True
    """Whether resellers find a partner in the directory and can ask it for a link."""
    visible_fields: ContactFields = field(default_factory=every_contact_field)
    """What resellers see of a partner beside its name and country."""
    address: Word = ""
    """Client IP address, as reported by trusted proxies; empty: unknown."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What a partner has of what packages limit."""

    customers: int
    users: int
    sellers: int
    staff: int


@dataclass(frozen=True, kw_only=True)
class PartnershipNote:
    """Something that happened to a partnership."""

    happened_at: datetime
    what: str
    by: str
    """Who did it; empty: it came with time."""
    reason: str


@dataclass(frozen=True, kw_only=True)
class PartnershipView:
    """A partner's package and dates."""

    id: UUID
    """The account of the partner."""
    kind: AccountKind = AccountKind.PARTNER
    """A partner or a reseller company."""
    name: str
    email: str
    username: str
    state: PartnershipState
    package_id: UUID | None
    """Null: none, and nothing is limited."""
    package_name: str
    next_package_id: UUID | None
    next_package_name: str
    changes_at: datetime | None
    """When the next package begins."""
    registered_at: datetime
    trial_ends_at: datetime | None
    paid_until: datetime | None
    ends_at: datetime | None
    """When it is locked unless it pays; null: never, or it is locked already."""
    locked_at: datetime | None
    purge_at: datetime | None
    """When its data is deleted unless it pays."""
    purged_at: datetime | None
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@dataclass(frozen=True, kw_only=True)
class PartnershipDetails(PartnershipView):
    """A partner's package and dates, with what it uses and what it owes."""

    package: OfferedPackage | None
    usage: Usage
    amount: Money | None
    """What the next month costs; null: nothing."""
    reference: str
    """To be given with the payment."""
    payment_instructions: str
    subscriber_days: int | None
    """How long its subscribers are served once it is locked; null: to their end."""
    notes: list[PartnershipNote]
    """What happened, the last first."""
    waiting_for: list[str]
    """Services that have not yet deleted the partner's data."""


@verb(
    "accounts",
    Kind.READ,
    allowed=PARTNERS | {Role.RESELLER_COMPANY, Role.SUPPORT},
    while_locked=True,
    rest=Route("GET /partnership", has_tag=False),
)
class GetPartnership(Request[PartnershipDetails]):
    """Get the package of a partner, by default your own, and what it uses of it."""

    partner_id: UUID | None = None


@verb("accounts", Kind.READ, allowed=OPERATORS_AND_SUPPORT, rest="GET /partnerships")
class ListPartnerships(Request[Page[PartnershipView]]):
    """List partners with their packages and dates."""

    SORTS: ClassVar[tuple[str, ...]] = ("name", "state")

    kind: AccountKind | None = None
    """A partner or a reseller company."""
    state: PartnershipState | None = None
    package_id: UUID | None = None
    search: Search = ""
    """Words in name, email or username."""
    paging: Paging = field(default_factory=Paging)


@verb(
    "accounts",
    Kind.WRITE,
    allowed=OPERATORS | {Role.PARTNER, Role.RESELLER_COMPANY},
    in_own_name=True,
    while_locked=True,
    rest=Route("PUT /partnership/package", has_tag=False),
)
class ChoosePackage(Request[PartnershipDetails]):
    """Change the package of a partner, by default your own.

    A dearer one begins at once, and the difference for the rest of the month is due. A
    cheaper one begins with the next month; refused while usage is above its limits.
    """

    package_id: UUID
    partner_id: UUID | None = None


@verb(
    "accounts",
    Kind.WRITE,
    allowed=OPERATORS,
    rest=Route("POST /partnerships/<uuid:partner_id>/payments", has_tag=False),
)
class BookPartnerPayment(Request[PartnershipDetails]):
    """Book that a partner has paid one month of its package; unlocks it."""

    partner_id: UUID
    reference: Annotated[str, Text(shortest=1, longest=60, is_trimmed=True)]
    """Names the payment: it is booked once."""
    note: Note = ""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=OPERATORS,
    rest=Route("POST /partnerships/<uuid:partner_id>/extensions", has_tag=False),
)
class ExtendTrial(Request[PartnershipDetails]):
    """Let a trial end later."""

    partner_id: UUID
    days: MoreDays
    reason: Reason


@verb(
    "accounts",
    Kind.WRITE,
    allowed=OPERATORS,
    rest=Route("POST /partnerships/<uuid:partner_id>/holds", has_tag=False),
)
class HoldPurge(Request[PartnershipDetails]):
    """Let the data of a locked partner be deleted later."""

    partner_id: UUID
    days: MoreDays
    reason: Reason


@verb(
    "accounts",
    Kind.WRITE,
    allowed=OPERATORS,
    rest=Route("POST /partnerships/<uuid:partner_id>/credentials", has_tag=False),
)
class ResendPartnerCredentials(Request[Done]):
    """Send new credentials to a partner whose first ones have not arrived."""

    partner_id: UUID
    email: MailAddress
    """Where to; it becomes the address of the partner."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=OPERATORS,
    in_own_name=True,
    rest=Route("DELETE /partnerships/<uuid:partner_id>", status=202, has_tag=False),
)
class DeletePartner(Request[PartnershipDetails]):
    """Delete a partner with all its data, in every service, now and for good.

    `confirmation` is the username of its first login.
    """

    partner_id: UUID
    confirmation: Line = ""
    reason: OptionalName = ""
    """Required; kept in the records."""


Instructions = Annotated[str, Text(longest=2000, has_lines=True, is_trimmed=True)]
SubscriberDays = Annotated[int, Whole(least=0, most=30)]


@dataclass(frozen=True, kw_only=True)
class PlatformSettings:
    """What holds for all partners."""

    subscriber_days: int | None
    """How long subscribers of a locked partner are served; null: to their end."""
    payment_instructions: str


@verb(
    "accounts",
    Kind.READ,
    allowed=OPERATORS_AND_SUPPORT,
    rest="GET /platform-settings",
)
class GetPlatformSettings(Request[PlatformSettings]):
    """Get what holds for all partners."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=OPERATORS,
    rest="PATCH|PUT /platform-settings",
)
class UpdatePlatformSettings(Request[PlatformSettings]):
    """Update what holds for all partners."""

    subscriber_days: Given[SubscriberDays | None] = resets_to(None)
    payment_instructions: Given[Instructions] = resets_to("")
