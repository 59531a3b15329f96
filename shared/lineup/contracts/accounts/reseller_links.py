"""Links between reseller companies and partners: asked for, made, ended."""

import enum
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT, Permission, Role
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.values.rules import Text
from lineup.verbs import Kind, Request, Route, verb

COMPANY = frozenset({Role.RESELLER_COMPANY})
EITHER_SIDE = PARTNERS_AND_SUPPORT | COMPANY
Message = Annotated[str, Text(longest=1000, has_lines=True, is_trimmed=True)]


class LinkRequestState(enum.StrEnum):
    """What became of a request for a link."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class LinkRequestView:
    """A reseller company's request for a link to a partner."""

    id: UUID
    partner_id: UUID
    partner_name: str
    company_id: UUID
    company_name: str
    state: LinkRequestState
    message: str
    """What the reseller wrote."""
    answer: str
    """What the partner wrote when it rejected it."""
    created_at: datetime
    answered_at: datetime | None
    """When it was accepted, rejected or withdrawn."""
    may_repeat_at: datetime | None
    """When a rejected request can be repeated; null: at any time, or never needed."""
    link_id: UUID | None
    """The link that was made of it."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb("accounts", Kind.WRITE, allowed=COMPANY, rest=Route("POST /link-requests"))
class SendLinkRequest(Request[LinkRequestView]):
    """Ask a partner for a link, to sell its products."""

    partner_id: UUID
    message: Message = ""


@verb("accounts", Kind.READ, allowed=EITHER_SIDE, rest="GET /link-requests")
class ListLinkRequests(Request[Page[LinkRequestView]]):
    """List requests for links: those received by a partner, or sent by a reseller."""

    state: LinkRequestState | None = None
    paging: Paging = field(default_factory=Paging)


@verb(
    "accounts",
    Kind.READ,
    allowed=EITHER_SIDE,
    rest="GET /link-requests/<uuid:request_id>",
)
class GetLinkRequest(Request[LinkRequestView]):
    """Get a request for a link."""

    request_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SELLERS,
    rest=Route("POST /link-requests/<uuid:request_id>/accept", status=200),
)
class AcceptLinkRequest(Request[LinkRequestView]):
    """Accept a request: the reseller can sell the partner's products from now on."""

    request_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SELLERS,
    rest=Route("POST /link-requests/<uuid:request_id>/reject", status=200),
)
class RejectLinkRequest(Request[LinkRequestView]):
    """Reject a request. The reseller can repeat it after 30 days."""

    request_id: UUID
    answer: Message = ""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SELLERS,
    rest=Route("POST /link-requests/<uuid:request_id>/invite", status=200),
)
class InviteReseller(Request[LinkRequestView]):
    """Invite the reseller of a rejected request to repeat it at once."""

    request_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=COMPANY,
    rest=Route("POST /link-requests/<uuid:request_id>/withdraw", status=200),
)
class WithdrawLinkRequest(Request[LinkRequestView]):
    """Withdraw a request that has not been answered."""

    request_id: UUID


class ResellerLinkState(enum.StrEnum):
    """Where a link stands. Ending: its end has a date that is still to come."""

    ACTIVE = "active"
    ENDING = "ending"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class ResellerLinkView:
    """A reseller's link to a partner."""

    id: UUID
    """The account of the reseller at this partner."""
    partner_id: UUID
    partner_name: str
    name: str
    """What the reseller is called at this partner."""
    company_id: UUID | None
    """The reseller company; null: the partner created the reseller itself."""
    company_name: str
    """Empty without a company."""
    state: ResellerLinkState
    partner_is_available: bool
    """Whether the partner's products can be sold at present."""
    started_at: datetime
    ends_at: datetime | None
    """When it ends, or has ended."""
    reason: str
    """Why the partner ends it."""
    customer_count: int
    """Customers of the reseller, which stay with the partner after the end."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb("accounts", Kind.READ, allowed=EITHER_SIDE, rest="GET /reseller-links")
class ListResellerLinks(Request[Page[ResellerLinkView]]):
    """List links of a partner to its resellers, or of a reseller to its partners."""

    SORTS: ClassVar[tuple[str, ...]] = ("name",)

    state: ResellerLinkState | None = None
    """Null: those that have not ended."""
    paging: Paging = field(default_factory=Paging)


@verb(
    "accounts",
    Kind.READ,
    allowed=EITHER_SIDE,
    rest="GET /reseller-links/<uuid:link_id>",
)
class GetResellerLink(Request[ResellerLinkView]):
    """Get a link."""

    link_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SELLERS,
    rest=Route("POST /reseller-links/<uuid:link_id>/end", status=200),
)
class EndResellerLink(Request[ResellerLinkView]):
    """End the cooperation with a reseller, now or on a day.

    Its customers stay with the partner and keep what they paid for.
    """

    link_id: UUID
    ends_on: date | None = None
    """It ends when this day begins in the partner's time zone; null: now."""
    reason: Annotated[str, Text(longest=200, is_trimmed=True)] = ""
    """Told to the reseller."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SELLERS,
    rest=Route("POST /reseller-links/<uuid:link_id>/keep", status=200),
)
class KeepResellerLink(Request[ResellerLinkView]):
    """Keep a link whose end is still to come."""

    link_id: UUID


class LinkNoticeKind(enum.StrEnum):
    """What both sides of a link are told of."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    INVITED = "invited"
    ENDING = "ending"
    KEPT = "kept"
    ENDED = "ended"


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class LinkNotified:
    """One side of a link is to be told something; `id` is of this notice alone."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    account_id: UUID
    """Who is told: the partner, or the reseller."""
    scope: str
    kind: LinkNoticeKind
    email: str
    receiver: str
    other: str
    """The other side's name."""
    is_partner: bool
    """Whether the partner is told."""
    time_zone: str
    at: datetime | None
    """When the link ends, or has ended."""
    message: str
