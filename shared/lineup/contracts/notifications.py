"""What notifications is asked and answers. It announces nothing."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import EVERYBODY, PARTNERS, SELLERS, SELLERS_AND_SUPPORT
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
    """Where one message to one receiver stands."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    """Given up after the last try."""
    BOUNCED = "bounced"
    """Refused for good by the receiver's server."""
    DROPPED = "dropped"
    """Not sent any more: its customer was deleted before."""


class MessageKind(enum.StrEnum):
    """What messages are about; each is the name of a template."""

    CREDENTIALS = "credentials"
    RENEWAL_FELL_SHORT = "renewal_fell_short"
    RENEWAL_BLOCKED = "renewal_blocked"
    TEST = "test"


Security = Annotated[str, OneOf(("none", "starttls", "tls"))]
"""How a connection to a mail server is kept from others' eyes."""


class TransportState(enum.StrEnum):
    """How sending goes by a partner's own mail server."""

    UNTRIED = "untried"
    """No mail was handed to it since it was saved."""
    WORKING = "working"
    SLOW = "slow"
    """It takes mail and needs long for each."""
    FAILING = "failing"
    """It is left alone until `paused_until`, longer after each failure."""


@dataclass(frozen=True, kw_only=True)
class TransportView:
    """A partner's mail transport, without its password."""

    partner_id: UUID
    sender_address: str
    sender_name: str
    host: str
    port: int
    security: str
    username: str
    has_password: bool
    state: TransportState = TransportState.UNTRIED
    """Of its own server; without one, always untried."""
    problem: str = ""
    """Why the last connection failed, while it is failing."""
    paused_until: datetime | None = None
    """When it is tried again, while it is failing."""
    failing_since: datetime | None = None
    worked_at: datetime | None = None
    """When it last took a mail."""
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@verb(
    "notifications",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("PATCH|PUT /mail-transport", name="update_mail_transport"),
)
class SaveTransport(Request[TransportView]):
    """How a partner's mail leaves: SMTP server and sender.

    The first time the sender's address and name are needed.
    """

    sender_address: Given[MailAddress] = UNSET
    sender_name: Given[OptionalName] = UNSET
    host: Given[HostName] = resets_to("")
    """Empty: the installation's server, with this sender."""
    port: Given[Port] = resets_to(25)
    security: Given[Security] = resets_to("none")
    username: Given[Line] = resets_to("")
    """Empty takes the password away, too."""
    password: Given[Sealed | None] = resets_to("", is_shown=False)
    """Empty: there is none."""
    partner_id: UUID | None = None


@verb(
    "notifications",
    Kind.READ,
    allowed=PARTNERS,
    rest=Route("GET /mail-transport", name="get_mail_transport"),
)
class GetTransport(Request[TransportView]):
    """The transport of a partner (the actor's own by default)."""

    partner_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class DeliveryView:
    """One message to one receiver; secrets in it are dots."""

    id: UUID
    template: str
    receiver: str
    subject: str
    body: str
    state: DeliveryState
    tries: int
    answer: str
    """What the mail server last said."""
    next_try_at: datetime | None
    created_at: datetime
    sent_at: datetime | None
    customer_id: UUID | None = None
    sender: str = ""
    """Whom it was from, as the receiver reads it; empty until the first try."""
    is_due_soon: bool = False
    """Whether it is being sent, or is tried within minutes."""
    is_resendable: bool = False
    """Whether it did not arrive and can be sent again."""
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@verb(
    "notifications",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /mail-transport/test", status=202, name="test_mail_transport"),
)
class SendTest(Request[DeliveryView]):
    """Send a test message to an address through the partner's transport."""

    receiver: MailAddress
    partner_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class DeliveryFilter:
    """What the delivery log is narrowed by; what is left empty does not narrow."""

    template: MessageKind | None = None
    customer_id: UUID | None = None
    search: Search = ""
    """A part of the receiver or the subject."""
    receiver: OptionalMailAddress = ""
    """Just this receiver, whatever its case."""
    created_from: datetime | None = None
    created_until: datetime | None = None
    """Begun at or after `created_from` and before `created_until`."""


@verb("notifications", Kind.READ, allowed=EVERYBODY, rest="GET /deliveries")
class ListDeliveries(DeliveryFilter, Request[Page[DeliveryView]]):
    """The delivery log, newest first; or by created_at, receiver, subject, state."""

    SORTS: ClassVar[tuple[str, ...]] = ("receiver", "subject", "state")

    state: DeliveryState | None = None
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class DeliveryCounts:
    """Messages by state; together all that the list shows."""

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
    """How many lines of the log stand in each state, narrowed like the list."""


@verb(
    "notifications",
    Kind.READ,
    allowed=EVERYBODY,
    rest="GET /deliveries/<uuid:delivery_id>",
)
class GetDelivery(Request[DeliveryView]):
    """One delivery by id."""

    delivery_id: UUID


@verb(
    "notifications",
    Kind.WRITE,
    allowed=SELLERS,
    rest=Route(
        "POST /deliveries/<uuid:delivery_id>/send-again",
        status=202,
        name="resend_delivery",
    ),
)
class SendAgain(Request[DeliveryView]):
    """Queue a failed delivery once more."""

    delivery_id: UUID
