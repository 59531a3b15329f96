"""Documents of money: pro formas, invoices, credit notes, receipts, and their taxes."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import (
    EVERYBODY,
    OPERATORS,
    PARTNERS,
    PARTNERS_AND_SUPPORT,
    Permission,
)
from lineup.contracts.accounts.tree import Company, CompanyChange
from lineup.contracts.changes import Given, reset, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.money import Money
from lineup.validation import FieldCode
from lineup.values import people
from lineup.values.rules import Text
from lineup.values.types import Note, OptionalName, Search
from lineup.verbs import Kind, Request, Route, verb


class DocumentKind(enum.StrEnum):
    """What a document says.

    Pro forma: what is to be paid, and no invoice yet. Invoice: what was sold. Credit
    note: what of an invoice was given back. Receipt: what was paid in.
    """

    PRO_FORMA = "pro_forma"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    RECEIPT = "receipt"


TaxPercent = Annotated[
    str,
    Text(
        shortest=1,
        longest=6,
        is_trimmed=True,
        pattern=r"[0-9]{1,2}(\.[0-9]{1,2})?",
        example="19.00",
        message="From 0 to 99.99, such as 19 or 5.5.",
    ),
]
Prefix = Annotated[
    str,
    Text(
        longest=20,
        is_trimmed=True,
        pattern=r"[A-Za-z0-9./-]+",
        example="NTV-",
        message="Letters, digits and . / - only.",
    ),
]
TaxedCountry = Annotated[
    str,
    Text(
        shortest=1,
        longest=2,
        is_trimmed=True,
        parse=people.country,
        example="NL",
        code=FieldCode.COUNTRY_UNKNOWN,
        message="Choose a country from the list.",
    ),
]


@dataclass(frozen=True, kw_only=True)
class Party:
    """Who issued a document, or for whom it is."""

    name: str
    """Name of the company or person."""
    address: str = ""
    """Street and number."""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    """ISO 3166, two letters."""
    tax_number: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class DocumentLine:
    """One line of a document; net + tax = gross."""

    description: str
    """What was sold, paid or given back."""
    quantity: int
    """How many."""
    net: Money
    tax_percent: str
    tax: Money
    gross: Money
    """Amount with tax."""
    starts_at: datetime | None = None
    """When what was sold begins; null: it has no period."""
    ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TaxSum:
    """What the lines of one tax rate add up to."""

    tax_name: str
    tax_percent: str
    net: Money
    tax: Money


@dataclass(frozen=True, kw_only=True)
class DocumentView:
    """A document in a list."""

    id: UUID
    kind: DocumentKind
    number: str
    """Its number."""
    issued_at: datetime
    partner_id: UUID
    customer_id: UUID | None
    """Null: it is for the partner itself."""
    recipient_name: str
    net: Money
    tax: Money
    total: Money
    reference: str
    about_id: UUID | None
    """The document that it corrects or settles."""


@dataclass(frozen=True, kw_only=True)
class RelatedDocument:
    """Another document that belongs to this one."""

    id: UUID
    kind: DocumentKind
    number: str
    """Its number."""


@dataclass(frozen=True, kw_only=True)
class Document(DocumentView):
    """A document as it was issued; it never changes."""

    issuer: Party
    """Who issued it."""
    recipient: Party
    """For whom it is."""
    lines: list[DocumentLine]
    taxes: list[TaxSum]
    """The taxes by rate."""
    note: str
    """What stands below it."""
    booked_at: datetime
    """When what it is for happened."""
    time_zone: str
    """In which its dates are written."""
    related: list[RelatedDocument] = field(default_factory=list)
    """What it corrects or settles, and what corrected or settled it."""


@dataclass(frozen=True, kw_only=True)
class DocumentFilter:
    """Filters for documents."""

    kind: DocumentKind | None = None
    customer_id: UUID | None = None
    is_for_customer: bool | None = None
    """True: what customers got; false: what the partner itself got."""
    search: Search = ""
    """Part of the number or of the recipient's name."""
    issued_from: datetime | None = None
    """Issued at this time or later."""
    issued_until: datetime | None = None
    """Issued before this time."""


@verb(
    "billing",
    Kind.READ,
    allowed=EVERYBODY,
    needs=Permission.SEE_MONEY,
    rest="GET /documents",
)
class ListDocuments(DocumentFilter, Request[Page[DocumentView]]):
    """List invoices and other documents, newest first by default.

    Times are half-open.
    """

    SORTS: ClassVar[tuple[str, ...]] = ("number", "total")

    paging: Paging = field(default_factory=Paging)


@verb(
    "billing",
    Kind.READ,
    allowed=EVERYBODY,
    needs=Permission.SEE_MONEY,
    rest="GET /documents/<uuid:document_id>",
)
class GetDocument(Request[Document]):
    """Get a document with its lines and taxes."""

    document_id: UUID


@dataclass(frozen=True, kw_only=True)
class DocumentSum:
    """What documents of one kind and currency add up to."""

    kind: DocumentKind
    documents: int
    """Number of documents."""
    net: Money
    tax: Money
    total: Money


@dataclass(frozen=True, kw_only=True)
class DocumentSums:
    """What documents add up to."""

    sums: list[DocumentSum]
    """Totals by kind and currency."""


@verb(
    "billing",
    Kind.READ,
    allowed=EVERYBODY,
    needs=Permission.SEE_MONEY,
    rest=Route("GET /documents/total", name="sum_documents"),
)
class SumDocuments(DocumentFilter, Request[DocumentSums]):
    """Get the totals by kind and currency with the same filters as the list."""


@dataclass(frozen=True, kw_only=True)
class DocumentSettings:
    """What a partner's documents look like."""

    prefix: str
    """What numbers begin with."""
    tax_name: str
    """What the tax is called, such as VAT."""
    note: str
    """What stands below each document."""


@verb("billing", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /document-settings")
class GetDocumentSettings(Request[DocumentSettings]):
    """Get what documents look like."""

    partner_id: UUID | None = None
    """Required for the operator only."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SETTINGS,
    rest="PATCH|PUT /document-settings",
)
class UpdateDocumentSettings(Request[DocumentSettings]):
    """Update what the next documents look like; what was issued stays as it is."""

    partner_id: UUID | None = None
    """Required for the operator only."""
    prefix: Given[Prefix] = resets_to("")
    """What document numbers begin with."""
    tax_name: Given[OptionalName] = resets_to("")
    """What the tax is called, such as VAT."""
    note: Given[Note] = resets_to("")
    """What stands below each document."""


@dataclass(frozen=True, kw_only=True)
class PlatformProfile(DocumentSettings):
    """Who issues what partners pay for, and what that looks like."""

    company: Company
    """The operator's company."""
    tax_percent: str


@verb("billing", Kind.READ, allowed=OPERATORS, rest="GET /platform-profile")
class GetPlatformProfile(Request[PlatformProfile]):
    """Get who issues what partners pay for."""


@verb("billing", Kind.WRITE, allowed=OPERATORS, rest="PATCH|PUT /platform-profile")
class UpdatePlatformProfile(Request[PlatformProfile]):
    """Update who issues what partners pay for, from the next document on."""

    prefix: Given[Prefix] = resets_to("")
    """What document numbers begin with."""
    tax_name: Given[OptionalName] = resets_to("")
    """What the tax is called, such as VAT."""
    note: Given[Note] = resets_to("")
    """What stands below each document."""
    company: Given[CompanyChange] = resets_to(reset(CompanyChange))
    """The operator's company."""
    tax_percent: Given[TaxPercent] = resets_to("0")
    """Included in prices for partners of the same country; others have no tax."""


@dataclass(frozen=True, kw_only=True)
class TaxRate:
    """The tax that prices include for customers of a country."""

    id: UUID
    country: str
    """ISO 3166, two letters."""
    percent: str
    """Tax rate in percent."""


@dataclass(frozen=True, kw_only=True)
class TaxRates:
    """Tax rates of a partner, by country."""

    rates: list[TaxRate]
    """Tax rates by country."""


@verb("billing", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /tax-rates")
class ListTaxRates(Request[TaxRates]):
    """List the tax rates by country."""

    partner_id: UUID | None = None
    """Required for the operator only."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SETTINGS,
    rest="POST /tax-rates",
)
class SetTaxRate(Request[TaxRates]):
    """Set the tax rate of a country, for invoices from now on.

    Prices include the tax. A customer without a country has that of its partner.
    """

    partner_id: UUID | None = None
    """Required for the operator only."""
    country: TaxedCountry
    percent: TaxPercent
    """Tax rate in percent."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SETTINGS,
    rest=Route("DELETE /tax-rates/<uuid:rate_id>", has_tag=False),
)
class RemoveTaxRate(Request[TaxRates]):
    """Remove the tax rate of a country: its customers pay no tax from now on."""

    rate_id: UUID


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class ReceiptIssued:
    """A payment of a customer was accepted; `id` is of the receipt."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    partner_id: UUID
    scope: str
    customer_id: UUID
    number: str
    amount: Money
    paid_at: datetime
    time_zone: str
    reference: str
