"""Everybody who can sign in, whatever kind of account they belong to."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import SELLERS_AND_SUPPORT, Role
from lineup.contracts.accounts.logins import LoginRole
from lineup.contracts.accounts.tree import Status, Switched
from lineup.contracts.paging import Page, Paging
from lineup.values.types import Search
from lineup.verbs import Kind, Request, verb


@dataclass(frozen=True, kw_only=True)
class PersonView:
    """Somebody who can sign in: a login with the account that it belongs to."""

    id: UUID
    """Id of the login."""
    account_id: UUID
    """Its partner, reseller, dealer or customer."""
    partner_id: UUID | None
    role: Role
    name: str
    """Name of the account."""
    username: str
    email: str
    """Its own email address, or that of the account."""
    state: Status
    """Active if both the login and its account are."""
    created_at: datetime
    may_edit: bool
    """Whether who asks may change the login."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb("accounts", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /people")
class ListPeople(Request[Page[PersonView]]):
    """List everybody who can sign in: partners, staff, sellers and customers.

    Newest first by default, without deleted accounts and customers in the trash.
    """

    SORTS: ClassVar[tuple[str, ...]] = ("username",)

    role: LoginRole | None = None
    """Only this type, such as `reseller`; null: all."""
    state: Switched | None = None
    partner_id: UUID | None = None
    search: Search = ""
    """Part of the name, username or email address."""
    paging: Paging = field(default_factory=Paging)
