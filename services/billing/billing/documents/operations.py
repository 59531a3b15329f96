"""What can be asked of documents."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, func, or_, select, update

from billing.documents.issuing import PLATFORM, style_of
from billing.documents.models import CountryTax, DocumentStyle, IssuedDocument
from billing.documents.tax import parse_percent, percent_text
from billing.people import operations as people
from billing.people.models import CustomerCopy
from lineup.contracts.accounts.tree import Company
from lineup.contracts.billing.documents import (
    Document,
    DocumentFilter,
    DocumentKind,
    DocumentLine,
    DocumentSettings,
    DocumentSum,
    DocumentSums,
    DocumentView,
    GetDocument,
    GetDocumentSettings,
    GetPlatformProfile,
    ListDocuments,
    ListTaxRates,
    Party,
    PlatformProfile,
    RelatedDocument,
    RemoveTaxRate,
    SetTaxRate,
    SumDocuments,
    TaxRate,
    TaxRates,
    TaxSum,
    UpdateDocumentSettings,
    UpdatePlatformProfile,
)
from lineup.contracts.billing.refusals import DocumentNotFound, TaxRateNotFound
from lineup.contracts.changes import UNSET, either, set_fields
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, find_in_scope, lock_in_scope, page_of
from lineup.ids import new_id
from lineup.money import Money
from lineup.scope import in_scope
from lineup.verbs import handles

ORDERS = {
    "number": IssuedDocument.number,
    "total": IssuedDocument.total_minor,
}
MOST_RELATED = 100


@handles(ListDocuments)
def list_documents(work: UnitOfWork, request: ListDocuments) -> Page[DocumentView]:
    """Documents in scope, the newest first or sorted."""
    statement = _meant(work, select(IssuedDocument), request)
    return page_of(
        work.session, statement, IssuedDocument, request.paging, _view, ORDERS
    )


@handles(SumDocuments)
def sum_documents(work: UnitOfWork, request: SumDocuments) -> DocumentSums:
    """What the documents of the same list add up to, by kind and currency."""
    meant = _meant(work, select(IssuedDocument), request).subquery()
    sums = (meant.c.net_minor, meant.c.tax_minor, meant.c.total_minor)
    by = (meant.c.kind, meant.c.asset)
    statement = select(*by, func.count(), *map(func.sum, sums)).group_by(*by)
    return DocumentSums(
        sums=[
            DocumentSum(
                kind=DocumentKind(kind),
                documents=documents,
                net=Money(int(net), asset),
                tax=Money(int(tax), asset),
                total=Money(int(total), asset),
            )
            for kind, asset, documents, net, tax, total in work.session.execute(
                statement.order_by(*by)
            )
        ]
    )


@handles(GetDocument)
def get_document(work: UnitOfWork, request: GetDocument) -> Document:
    """A document with its lines; DocumentNotFound outside the scope."""
    row = find_in_scope(work, IssuedDocument, request.document_id, DocumentNotFound)
    content = row.content
    return Document(
        **vars(_view(row)),
        issuer=msgspec.convert(content["issuer"], Party),
        recipient=msgspec.convert(content["recipient"], Party),
        lines=msgspec.convert(content["lines"], list[DocumentLine]),
        taxes=msgspec.convert(content["taxes"], list[TaxSum]),
        note=content["note"],
        booked_at=msgspec.convert(content["booked_at"], datetime),
        time_zone=content["time_zone"],
        related=_related(work, row),
    )


@handles(GetDocumentSettings)
def get_document_settings(
    work: UnitOfWork, request: GetDocumentSettings
) -> DocumentSettings:
    """What a partner's documents look like."""
    partner = people.acting_partner(work, request.partner_id)
    return _settings(style_of(work, partner.id))


def lock_document_settings(
    work: UnitOfWork, request: UpdateDocumentSettings
) -> DocumentSettings:
    """The same, for this transaction alone."""
    partner = people.acting_partner(work, request.partner_id)
    return _settings(_locked_style(work, partner.id))


@handles(UpdateDocumentSettings, changes=lock_document_settings)
def update_document_settings(
    work: UnitOfWork, request: UpdateDocumentSettings
) -> DocumentSettings:
    """Let the next documents look otherwise."""
    partner = people.acting_partner(work, request.partner_id)
    style = _locked_style(work, partner.id)
    _restyle(work, style, request)
    return _settings(style)


@handles(GetPlatformProfile)
def get_platform_profile(
    work: UnitOfWork, _request: GetPlatformProfile
) -> PlatformProfile:
    """Who issues what partners pay for."""
    return _profile(style_of(work, PLATFORM))


def lock_platform_profile(
    work: UnitOfWork, _request: UpdatePlatformProfile
) -> PlatformProfile:
    """The same, for this transaction alone."""
    return _profile(_locked_style(work, PLATFORM))


@handles(UpdatePlatformProfile, changes=lock_platform_profile)
def update_platform_profile(
    work: UnitOfWork, request: UpdatePlatformProfile
) -> PlatformProfile:
    """Issue the next documents for partners under another name, or otherwise."""
    style = _locked_style(work, PLATFORM)
    _restyle(work, style, request)
    if request.company:
        style.company = {**(style.company or {}), **set_fields(request.company)}
    if request.tax_percent is not UNSET:
        style.rate = parse_percent(request.tax_percent)
    return _profile(style)


def _locked_style(work: UnitOfWork, issuer_id: UUID) -> DocumentStyle:
    work.session.get(DocumentStyle, issuer_id, with_for_update=True)
    return style_of(work, issuer_id)


def _restyle(
    work: UnitOfWork,
    style: DocumentStyle,
    request: UpdateDocumentSettings | UpdatePlatformProfile,
) -> None:
    style.prefix = either(request.prefix, style.prefix)
    style.tax_name = either(request.tax_name, style.tax_name)
    style.note = either(request.note, style.note)
    work.session.add(style)


@handles(ListTaxRates)
def list_tax_rates(work: UnitOfWork, request: ListTaxRates) -> TaxRates:
    """A partner's tax rates, by country."""
    return _rates(work, people.acting_partner(work, request.partner_id).id)


@handles(SetTaxRate)
def set_tax_rate(work: UnitOfWork, request: SetTaxRate) -> TaxRates:
    """Let a country have a rate, for what is invoiced from now on."""
    partner = people.acting_partner(work, request.partner_id)
    statement = select(CountryTax).where(
        CountryTax.partner_id == partner.id, CountryTax.country == request.country
    )
    taxed = work.session.scalar(in_scope(statement, CountryTax, work.actor))
    if taxed is None:
        taxed = CountryTax(
            id=new_id(),
            partner_id=partner.id,
            scope=partner.scope,
            country=request.country,
        )
        work.session.add(taxed)
    taxed.rate = parse_percent(request.percent)
    work.session.flush()
    return _rates(work, partner.id)


@handles(RemoveTaxRate)
def remove_tax_rate(work: UnitOfWork, request: RemoveTaxRate) -> TaxRates:
    """Let a country have no rate; TaxRateNotFound outside the scope."""
    taxed = lock_in_scope(work, CountryTax, request.rate_id, TaxRateNotFound)
    work.session.delete(taxed)
    work.session.flush()
    return _rates(work, taxed.partner_id)


def move_to_scope(work: UnitOfWork, customer_ids: Collection[UUID]) -> None:
    """Let customers' documents lie where they now lie; nothing else of them changes."""
    work.session.execute(
        update(IssuedDocument)
        .where(
            IssuedDocument.customer_id == CustomerCopy.id,
            CustomerCopy.id.in_(customer_ids),
            IssuedDocument.scope != CustomerCopy.scope,
        )
        .values(scope=CustomerCopy.scope)
    )


def _meant(
    work: UnitOfWork, statement: "Select[Any]", request: DocumentFilter
) -> "Select[Any]":
    row, conditions = IssuedDocument, []
    if request.kind is not None:
        conditions.append(row.kind == request.kind)
    if request.customer_id is not None:
        conditions.append(row.customer_id == request.customer_id)
    if request.is_for_customer is not None:
        conditions.append(row.customer_id.is_not(None) == request.is_for_customer)
    conditions += [*_issued_then(request), *_called(request.search.strip())]
    return in_scope(statement, row, work.actor).where(*conditions)


def _issued_then(request: DocumentFilter) -> "Iterator[ColumnElement[bool]]":
    if request.issued_from is not None:
        yield IssuedDocument.issued_at >= request.issued_from
    if request.issued_until is not None:
        yield IssuedDocument.issued_at < request.issued_until


def _called(wanted: str) -> "Iterator[ColumnElement[bool]]":
    if wanted:
        found = (IssuedDocument.number, IssuedDocument.recipient_name)
        yield or_(*(one.icontains(wanted, autoescape=True) for one in found))


def _view(row: IssuedDocument) -> DocumentView:
    return DocumentView(
        id=row.id,
        kind=DocumentKind(row.kind),
        number=row.number,
        issued_at=row.issued_at,
        partner_id=row.partner_id,
        customer_id=row.customer_id,
        recipient_name=row.recipient_name,
        net=Money(row.net_minor, row.asset),
        tax=Money(row.tax_minor, row.asset),
        total=row.total,
        reference=row.reference,
        about_id=row.about_id,
    )


def _related(work: UnitOfWork, row: IssuedDocument) -> list[RelatedDocument]:
    about = IssuedDocument.about_id == row.id
    if row.about_id is not None:
        about = or_(about, IssuedDocument.id == row.about_id)
    statement = in_scope(select(IssuedDocument), IssuedDocument, work.actor)
    found = statement.where(about).order_by(IssuedDocument.id).limit(MOST_RELATED)
    return [
        RelatedDocument(id=one.id, kind=DocumentKind(one.kind), number=one.number)
        for one in work.session.scalars(found)
    ]


def _settings(style: DocumentStyle) -> DocumentSettings:
    return DocumentSettings(
        prefix=style.prefix, tax_name=style.tax_name, note=style.note
    )


def _profile(style: DocumentStyle) -> PlatformProfile:
    return PlatformProfile(
        **vars(_settings(style)),
        company=msgspec.convert(style.company or {}, Company),
        tax_percent=percent_text(style.rate),
    )


def _rates(work: UnitOfWork, partner_id: UUID) -> TaxRates:
    statement = select(CountryTax).where(CountryTax.partner_id == partner_id)
    inside = in_scope(statement, CountryTax, work.actor)
    return TaxRates(
        rates=[
            TaxRate(id=one.id, country=one.country, percent=percent_text(one.rate))
            for one in work.session.scalars(inside.order_by(CountryTax.country))
        ]
    )
