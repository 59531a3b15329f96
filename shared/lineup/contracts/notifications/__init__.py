"""What notifications is asked and answers."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import (
    EVERYBODY,
    PARTNERS,
    SELLERS,
    SELLERS_AND_SUPPORT,
    Feature,
    Permission,
)
from lineup.contracts.changes import UNSET, Given, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.secrets import Sealed
from lineup.values.rules import OneOf
from lineup.values.types import (
    HostName,
    Line,
    MailAddress,
    OptionalMailAddress,
    OptionalName,
    Port,
    Search,
)
from lineup.verbs import Kind, Request, Route, verb


class DeliveryState(enum.StrEnum):
    """Status of a message."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    """Given up after the last attempt."""
    BOUNCED = "bounced"
    """Permanently rejected by the recipient's server."""
    DROPPED = "dropped"
    """Not sent because the customer was deleted."""


class MessageKind(enum.StrEnum):
    """Type of a message."""

    CREDENTIALS = "credentials"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a kind, not a secret
    RENEWAL_FELL_SHORT = "renewal_fell_short"
    RENEWAL_BLOCKED = "renewal_blocked"
    RECEIPT = "receipt"
    CREDITS_FELL_SHORT = "credits_fell_short"
    PARTNER_CREDENTIALS = "partner_credentials"
    PARTNER_ENDS_SOON = "partner_ends_soon"
    PARTNER_LOCKED = "partner_locked"
    PARTNER_PURGE_SOON = "partner_purge_soon"
    PARTNER_PAID = "partner_paid"
    LINK_REQUESTED = "link_requested"
    LINK_WITHDRAWN = "link_withdrawn"
    LINK_ACCEPTED = "link_accepted"
    LINK_REJECTED = "link_rejected"
    LINK_INVITED = "link_invited"
    LINK_ENDING = "link_ending"
    LINK_KEPT = "link_kept"
    LINK_ENDED = "link_ended"
    TEST = "test"


Security = Annotated[str, OneOf(("none", "starttls", "tls"))]
"""Encryption of the connection to a mail server."""


class TransportState(enum.StrEnum):
    """Status of a partner's own mail server."""

    UNTRIED = "untried"
    """Not used since it was saved."""
    WORKING = "working"
    SLOW = "slow"
    """It accepts email slowly."""
    FAILING = "failing"
    """It fails and is retried at `paused_until`."""


@dataclass(frozen=True, kw_only=True)
class TransportView:
    """Email delivery settings of a partner, without the password."""

    partner_id: UUID
    sender_address: str
    sender_name: str
    host: str
    port: int
    security: str
    username: str
    has_password: bool
    state: TransportState = TransportState.UNTRIED
    """Status of its own server; untried if it has none."""
    problem: str = ""
    """Why the last connection failed."""
    paused_until: datetime | None = None
    """When it is retried while failing."""
    failing_since: datetime | None = None
    worked_at: datetime | None = None
    """When it last accepted an email."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb(
    "notifications",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SETTINGS,
    rest=Route("PATCH|PUT /mail-transport", name="update_mail_transport"),
    feature=Feature.OWN_MAIL,
)
class SaveTransport(Request[TransportView]):
    """Save the email delivery settings of a partner: SMTP server and sender.

    Sender name and address are required the first time.
    """

    sender_address: Given[MailAddress] = UNSET
    sender_name: Given[OptionalName] = UNSET
    host: Given[HostName] = resets_to("")
    """Empty: the default server, with this sender."""
    port: Given[Port] = resets_to(25)
    security: Given[Security] = resets_to("none")
    username: Given[Line] = resets_to("")
    """Empty also removes the password."""
    password: Given[Sealed | None] = resets_to("", is_shown=False)
    """Empty: none."""
    partner_id: UUID | None = None


@verb(
    "notifications",
    Kind.READ,
    allowed=PARTNERS,
    rest=Route("GET /mail-transport", name="get_mail_transport"),
)
class GetTransport(Request[TransportView]):
    """Get the email delivery settings of a partner, by default your own."""

    partner_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class DeliveryView:
    """A message to one recipient; secrets are hidden."""

    id: UUID
    template: str
    receiver: str
    subject: str
    body: str
    state: DeliveryState
    tries: int
    answer: str
    """Last response of the mail server."""
    next_try_at: datetime | None
    created_at: datetime
    sent_at: datetime | None
    customer_id: UUID | None = None
    sender: str = ""
    """Sender as shown to the recipient; empty until the first attempt."""
    is_due_soon: bool = False
    """Whether it is being sent, or is tried within minutes."""
    is_resendable: bool = False
    """Whether it did not arrive and can be sent again."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb(
    "notifications",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.MESSAGES,
    rest=Route("POST /mail-transport/test", status=202, name="test_mail_transport"),
)
class SendTest(Request[DeliveryView]):
    """Send a test email with the email delivery settings of a partner."""

    receiver: MailAddress
    partner_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class DeliveryFilter:
    """Filters for the delivery log."""

    template: MessageKind | None = None
    customer_id: UUID | None = None
    search: Search = ""
    """Part of the recipient or subject."""
    receiver: OptionalMailAddress = ""
    """Exact recipient, ignoring case."""
    created_from: datetime | None = None
    created_until: datetime | None = None
    """Created at or after `created_from` and before `created_until`."""


@verb("notifications", Kind.READ, allowed=EVERYBODY, rest="GET /deliveries")
class ListDeliveries(DeliveryFilter, Request[Page[DeliveryView]]):
    """List the delivery log, newest first by default."""

    SORTS: ClassVar[tuple[str, ...]] = ("receiver", "subject", "state")

    state: DeliveryState | None = None
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class DeliveryCounts:
    """Number of messages by status."""

    queued: int = 0
    sent: int = 0
    failed: int = 0
    bounced: int = 0
    dropped: int = 0


@verb(
    "notifications",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /deliveries/counts",
)
class CountDeliveries(DeliveryFilter, Request[DeliveryCounts]):
    """Count messages by status, with the same filters as the list."""


@verb(
    "notifications",
    Kind.READ,
    allowed=EVERYBODY,
    rest="GET /deliveries/<uuid:delivery_id>",
)
class GetDelivery(Request[DeliveryView]):
    """Get a message of the delivery log."""

    delivery_id: UUID


@verb(
    "notifications",
    Kind.WRITE,
    allowed=SELLERS,
    needs=Permission.MESSAGES,
    rest=Route(
        "POST /deliveries/<uuid:delivery_id>/send-again",
        status=202,
        name="resend_delivery",
    ),
)
class SendAgain(Request[DeliveryView]):
    """Send a failed message again."""

    delivery_id: UUID
