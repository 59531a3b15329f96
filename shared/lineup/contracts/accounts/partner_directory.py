"""The directory in which resellers find partners, and what a partner shows there."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import OPERATORS, PARTNERS, PARTNERS_AND_SUPPORT, Permission, Role
from lineup.contracts.changes import UNSET, Given, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.values.rules import Items, Text
from lineup.values.types import Search
from lineup.verbs import Kind, Request, Route, verb

RESELLERS = frozenset({Role.RESELLER, Role.RESELLER_COMPANY})
LOOKING = RESELLERS | OPERATORS | {Role.SUPPORT}
"""Who looks for partners, and who looks after them."""


class ContactField(enum.StrEnum):
    """What a partner can show of itself beside its name and country."""

    CONTACT = "contact"
    """Name of the contact person."""
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"


ContactFields = Annotated[list[ContactField], Items(most=len(ContactField))]
Approach = Annotated[str, Text(longest=500, has_lines=True, is_trimmed=True)]


def every_contact_field() -> list[ContactField]:
    """What is shown of a partner that has not chosen."""
    return list(ContactField)


@dataclass(frozen=True, kw_only=True)
class PartnerListing:
    """Whether a partner offers its products to resellers, and what it shows them."""

    partner_id: UUID
    offers_to_resellers: bool
    """Whether it is in the directory and can be asked for a link."""
    visible_fields: list[ContactField]
    approach: str
    """How it wants to be approached, in its own words."""
    updated_at: datetime | None = None
    """When it last changed; null: never."""


@verb(
    "accounts",
    Kind.READ,
    allowed=PARTNERS_AND_SUPPORT,
    rest="GET /partner-listing",
)
class GetPartnerListing(Request[PartnerListing]):
    """Get what a partner, by default your own, shows in the directory for resellers."""

    partner_id: UUID | None = None


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SELLERS,
    rest="PATCH|PUT /partner-listing",
)
class UpdatePartnerListing(Request[PartnerListing]):
    """Update what a partner, by default your own, shows in the directory.

    When it no longer offers its products, its open link requests are rejected.
    """

    partner_id: UUID | None = None
    offers_to_resellers: Given[bool] = UNSET
    visible_fields: Given[ContactFields] = UNSET
    approach: Given[Approach] = resets_to("")


@dataclass(frozen=True, kw_only=True)
class DirectoryEntry:
    """A partner that offers its products to resellers.

    What it does not show is empty.
    """

    partner_id: UUID
    name: str
    country: str
    contact: str
    email: str
    phone: str
    address: str
    approach: str


@verb("accounts", Kind.READ, allowed=LOOKING, rest="GET /partner-directory")
class ListPartnerDirectory(Request[Page[DirectoryEntry]]):
    """List partners that offer their products to resellers."""

    SORTS: ClassVar[tuple[str, ...]] = ("name",)

    search: Search = ""
    """Words in name or approach."""
    paging: Paging = field(default_factory=Paging)


@verb(
    "accounts",
    Kind.READ,
    allowed=LOOKING,
    rest=Route("GET /partner-directory/<uuid:partner_id>", has_tag=False),
)
class GetDirectoryEntry(Request[DirectoryEntry]):
    """Get a partner of the directory."""

    partner_id: UUID
