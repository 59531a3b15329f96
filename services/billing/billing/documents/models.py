"""Documents as they were issued, the series of their numbers, and tax rates."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from billing.records import Record
from lineup.money import Money


class IssuedDocument(Record):
    """A document for one cause. A trigger refuses any change but of where it lies."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("issuer_id", "kind", "year", "sequence"),
        UniqueConstraint("cause_id", "kind"),
        CheckConstraint("net_minor + tax_minor = total_minor", "sums"),
        Index(
            "ix_document_scope", "scope", postgresql_ops={"scope": "text_pattern_ops"}
        ),
        Index("ix_document_customer_id", "customer_id", "id"),
        Index("ix_document_about_id", "about_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    issuer_id: Mapped[UUID]
    partner_id: Mapped[UUID]
    customer_id: Mapped[UUID | None]
    scope: Mapped[str]
    kind: Mapped[str]
    cause_id: Mapped[UUID]
    """What it is for: of each kind a cause has one document."""
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str]
    issued_at: Mapped[datetime]
    recipient_name: Mapped[str]
    asset: Mapped[str]
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    total_minor: Mapped[int]
    reference: Mapped[str]
    about_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    content: Mapped[dict[str, Any]]
    """Parties, lines, taxes and note, as they are told."""

    @property
    def total(self) -> Money:
        """What it is over."""
        return Money(self.total_minor, self.asset)


class NumberSeries(Record):
    """The last number of an issuer's documents of one kind and year."""

    __tablename__ = "number_series"
    __audited__ = False

    issuer_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
    last_at: Mapped[datetime]


class DocumentStyle(Record):
    """What an issuer's next documents look like."""

    __tablename__ = "document_style"

    partner_id: Mapped[UUID] = mapped_column(primary_key=True)
    prefix: Mapped[str]
    tax_name: Mapped[str]
    note: Mapped[str]
    company: Mapped[dict[str, Any] | None]
    """Who the platform is; a partner's company is known from accounts."""
    rate: Mapped[int] = mapped_column(default=0, server_default="0")
    """The tax of the platform's own country, in hundredths of a percent."""


class CountryTax(Record):
    """The tax that a partner's prices include for customers of a country."""

    __tablename__ = "tax_rate"
    __table_args__ = (UniqueConstraint("partner_id", "country"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    country: Mapped[str]
    rate: Mapped[int]
    """In hundredths of a percent."""
