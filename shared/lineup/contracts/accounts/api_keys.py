"""API keys: named, limited, shown once; and how an account may be reached."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from lineup.context import EVERYBODY, PARTNERS, Permission, Role
from lineup.contracts.accounts.permissions import Permissions
from lineup.contracts.changes import UNSET, Given, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.values.rules import Whole
from lineup.values.types import Name, Networks
from lineup.verbs import Done, Kind, Request, Route, verb

HOLDERS = EVERYBODY - {Role.CUSTOMER}
KeyDays = Annotated[int, Whole(least=1, most=3650)]
OverlapHours = Annotated[int, Whole(least=0, most=720)]


@dataclass(frozen=True, kw_only=True)
class ApiKeyView:
    """An API key, without its text."""

    id: UUID
    login_id: UUID
    name: str
    permissions: list[Permission] | None
    """What it may do; null: all that its login may; empty: only look."""
    networks: Networks
    """Where it may be used from; empty: anywhere."""
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    """When it was last used, to the minute; null: never."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@dataclass(frozen=True, kw_only=True)
class NewApiKey:
    """An API key with its text, which is shown only this once."""

    token: str
    """The key itself."""
    key: ApiKeyView
    """What is known of it."""


@verb("accounts", Kind.WRITE, allowed=HOLDERS, in_own_name=True, rest="POST /api-keys")
class CreateApiKey(Request[NewApiKey]):
    """Create an API key of your own login."""

    name: Name
    permissions: Permissions | None = None
    """What it may do; null: all that the login may; empty: only look."""
    networks: Networks = field(default_factory=list)
    """IP addresses or networks that it may be used from; empty: anywhere."""
    days: KeyDays = 365
    """How long it is valid."""


@verb("accounts", Kind.READ, allowed=HOLDERS, rest="GET /api-keys")
class ListApiKeys(Request[Page[ApiKeyView]]):
    """List the API keys of your own login, newest first."""

    paging: Paging = field(default_factory=Paging)


@verb("accounts", Kind.READ, allowed=HOLDERS, rest="GET /api-keys/<uuid:key_id>")
class GetApiKey(Request[ApiKeyView]):
    """Get an API key of your own login, without its text."""

    key_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=HOLDERS,
    in_own_name=True,
    rest="PATCH /api-keys/<uuid:key_id>",
)
class UpdateApiKey(Request[ApiKeyView]):
    """Change an API key; its text stays. What it may do changes within ten seconds."""

    key_id: UUID
    name: Given[Name] = UNSET
    permissions: Given[Permissions | None] = resets_to(None)
    """What it may do; null: all that the login may; empty: only look."""
    networks: Given[Networks] = UNSET
    """IP addresses or networks that it may be used from; empty: anywhere."""
    days: Given[KeyDays | None] = resets_to(None)
    """How long it is valid from now on; null: its end stays."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=HOLDERS,
    in_own_name=True,
    by_limited_keys=True,
    rest=Route(
        "POST /api-keys/<uuid:key_id>/rotation", name="replace_api_key", has_tag=False
    ),
)
class RotateApiKey(Request[NewApiKey]):
    """Replace an API key by a new one; the old one goes on for a while."""

    key_id: UUID
    overlap_hours: OverlapHours = 24
    """How long the old key is still valid."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=HOLDERS,
    in_own_name=True,
    by_limited_keys=True,
    rest=Route("DELETE /api-keys/<uuid:key_id>", has_tag=False),
)
class RevokeApiKey(Request[Done]):
    """Revoke an API key; it ends within ten seconds."""

    key_id: UUID


@dataclass(frozen=True, kw_only=True)
class AccountAccess:
    """How an account may be reached."""

    account_id: UUID
    api_is_enabled: bool
    """Whether its tokens and API keys are accepted."""
    networks: Networks
    """Where its panel may be used from; empty: anywhere."""


@verb(
    "accounts",
    Kind.READ,
    allowed=PARTNERS,
    rest="GET /accounts/<uuid:account_id>/access",
)
class GetAccountAccess(Request[AccountAccess]):
    """Get how an account may be reached."""

    account_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    in_own_name=True,
    needs=Permission.SELLERS,
    rest=Route("PATCH /accounts/<uuid:account_id>/access", has_tag=False),
)
class UpdateAccountAccess(Request[AccountAccess]):
    """Switch the API on and off, and limit the panel to IP addresses."""

    account_id: UUID
    api_is_enabled: Given[bool] = UNSET
    """Whether its tokens and API keys are accepted."""
    networks: Given[Networks] = UNSET
    """Where its panel may be used from; empty: anywhere."""
