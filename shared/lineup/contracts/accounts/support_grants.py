"""Support grants: a partner lets the platform's support in, for a stated time."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from lineup.context import PARTNERS_AND_SUPPORT, Role
from lineup.contracts.paging import Page, Paging
from lineup.values.rules import Whole
from lineup.verbs import Done, Kind, Request, Route, verb

GRANTING = frozenset({Role.PARTNER})
"""Neither staff nor the operator lets support in: the company itself does."""
GrantHours = Annotated[int, Whole(least=1, most=720)]


@dataclass(frozen=True, kw_only=True)
class SupportVisit:
    """Support logged in as an account of the partner."""

    username: str
    """The login of support."""
    account: str
    """Username of the account it logged in as."""
    entered_at: datetime
    """When it logged in."""


@dataclass(frozen=True, kw_only=True)
class SupportGrantView:
    """A time in which support may log in as accounts of the partner."""

    id: UUID
    partner_id: UUID
    created_at: datetime
    created_by: str
    """Who gave it."""
    ends_at: datetime
    """When it ends, or ended."""
    is_open: bool
    """Whether support may use it now."""
    visits: list[SupportVisit]
    """Who used it, the last hundred times."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=GRANTING,
    in_own_name=True,
    rest="POST /support-grants",
)
class CreateSupportGrant(Request[SupportGrantView]):
    """Let the operator's support log in as you and accounts below you for a while."""

    hours: GrantHours = 24
    """How long."""


@verb("accounts", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /support-grants")
class ListSupportGrants(Request[Page[SupportGrantView]]):
    """List support grants with who used them, newest first."""

    paging: Paging = field(default_factory=Paging)


@verb(
    "accounts",
    Kind.WRITE,
    allowed=GRANTING,
    in_own_name=True,
    while_locked=True,
    rest=Route("DELETE /support-grants/<uuid:grant_id>", has_tag=False),
)
class EndSupportGrant(Request[Done]):
    """End a support grant; support that is logged in by it is out within 10 seconds."""

    grant_id: UUID
