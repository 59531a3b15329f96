"""Issuing documents: each cause gets one of a kind, numbered without a gap.

A number is taken in the transaction that stores its document, under the lock of its
series, which is held until the end: it is taken last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import insert, select, tuple_, update
from sqlalchemy.dialects import postgresql

from billing.documents.models import DocumentStyle, IssuedDocument, NumberSeries
from billing.documents.tax import tax_sums
from billing.people.models import AccountCopy
from lineup.contracts.billing.documents import DocumentKind, DocumentLine, Party
from lineup.database import UnitOfWork
from lineup.ids import new_id
from lineup.money import Money

LETTERS = {
    DocumentKind.PRO_FORMA: "PF",
    DocumentKind.INVOICE: "INV",
    DocumentKind.CREDIT_NOTE: "CN",
    DocumentKind.RECEIPT: "R",
}
USUAL_TAX_NAME = "VAT"
PLATFORM = UUID(int=0)
"""Who issues what partners pay for: no partner."""

Series = tuple[UUID, str, int]
"""Whose, of which kind, of which year."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A document that has no number yet."""

    kind: DocumentKind
    cause_id: UUID
    """What it is for: of each kind a cause has one document."""
    issuer_id: UUID
    partner_id: UUID
    customer_id: UUID | None
    scope: str
    recipient: Party
    lines: Sequence[DocumentLine]
    booked_at: datetime
    """When what it is for happened."""
    reference: str = ""
    about_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Who issues documents, in which zone, and what they look like."""

    party: Party
    time_zone: str
    style: DocumentStyle

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose years its numbers count."""
        return ZoneInfo(self.time_zone)


def style_of(work: UnitOfWork, partner_id: UUID) -> DocumentStyle:
    """What a partner's documents look like; the usual where nobody has said."""
    return work.session.get(DocumentStyle, partner_id) or DocumentStyle(
        partner_id=partner_id,
        prefix="",
        tax_name=USUAL_TAX_NAME,
        note="",
        company=None,
        rate=0,
    )


def issuer_of(work: UnitOfWork, partner: AccountCopy) -> Issuer:
    """A partner as issuer: its company as accounts knows it, else its name."""
    return Issuer(
        party=party_of(partner),
        time_zone=partner.time_zone,
        style=style_of(work, partner.id),
    )


def party_of(account: AccountCopy) -> Party:
    """A company on either side of a document."""
    return company_party(account.company or {}, account.name, account.email)


def platform_issuer(work: UnitOfWork) -> Issuer:
    """The platform as issuer, as its operator has said."""
    style = style_of(work, PLATFORM)
    return Issuer(
        party=company_party(style.company or {}, "", ""), time_zone="UTC", style=style
    )


def company_party(company: Mapping[str, str], name: str, email: str) -> Party:
    """A company as documents name it; by another name where it has no legal one."""
    return Party(
        name=company.get("legal_name") or name,
        address=company.get("address", ""),
        postal_code=company.get("postal_code", ""),
        city=company.get("city", ""),
        country=company.get("country", ""),
        tax_number=company.get("tax_number", ""),
        email=email,
    )


def issue(
    work: UnitOfWork, drafts: Sequence[Draft], issuers: Mapping[UUID, Issuer]
) -> list[IssuedDocument]:
    """Number and store drafts; those whose cause has its document are left out."""
    if not drafts:
        return []
    years = {
        each: work.now.astimezone(issuer.zone).year for each, issuer in issuers.items()
    }
    series = {
        (draft.issuer_id, draft.kind.value, years[draft.issuer_id]) for draft in drafts
    }
    last = _lock_series(work, series)
    rows: list[dict[str, Any]] = []
    for draft in _without_document(work, drafts):
        which = (draft.issuer_id, draft.kind.value, years[draft.issuer_id])
        number, last_at = last[which]
        number, issued_at = number + 1, max(last_at, work.now)
        last[which] = number, issued_at
        rows.append(_row(draft, issuers[draft.issuer_id], which[2], number, issued_at))
    _keep_series(work, last)
    if not rows:
        return []
    stored = insert(IssuedDocument).returning(
        IssuedDocument, sort_by_parameter_order=True
    )
    return list(work.session.scalars(stored, rows))


def _lock_series(
    work: UnitOfWork, series: set[Series]
) -> dict[Series, tuple[int, datetime]]:
    """The last number of each, locked in one order so that no two wait in a ring."""
    begun = [
        {"issuer_id": who, "kind": kind, "year": year, "last": 0, "last_at": work.now}
        for who, kind, year in sorted(series)
    ]
    statement = postgresql.insert(NumberSeries)
    locked = statement.on_conflict_do_update(
        index_elements=["issuer_id", "kind", "year"],
        set_={"last": NumberSeries.last},
    ).returning(*NumberSeries.__table__.c)
    rows = work.session.execute(locked.values(begun)).all()
    return {
        (row.issuer_id, row.kind, row.year): (row.last, row.last_at) for row in rows
    }


def _keep_series(work: UnitOfWork, last: Mapping[Series, tuple[int, datetime]]) -> None:
    for (who, kind, year), (number, at) in sorted(last.items()):
        work.session.execute(
            update(NumberSeries)
            .where(
                NumberSeries.issuer_id == who,
                NumberSeries.kind == kind,
                NumberSeries.year == year,
            )
            .values(last=number, last_at=at)
        )


def _without_document(work: UnitOfWork, drafts: Sequence[Draft]) -> list[Draft]:
    """Those whose cause has none of the kind yet, each cause once."""
    unique = {(draft.cause_id, draft.kind.value): draft for draft in drafts}
    keys = tuple_(IssuedDocument.cause_id, IssuedDocument.kind)
    statement = select(IssuedDocument.cause_id, IssuedDocument.kind).where(
        IssuedDocument.cause_id.in_({cause for cause, _ in unique}),
        keys.in_(unique),
    )
    known = {(cause, kind) for cause, kind in work.session.execute(statement)}
    return [draft for key, draft in unique.items() if key not in known]


def _row(
    draft: Draft, issuer: Issuer, year: int, sequence: int, issued_at: datetime
) -> dict[str, Any]:
    asset = draft.lines[0].gross.asset
    nothing = Money.zero(asset)
    style = issuer.style
    content = {
        "issuer": issuer.party,
        "recipient": draft.recipient,
        "lines": draft.lines,
        "taxes": tax_sums(draft.lines, style.tax_name),
        "note": style.note,
        "booked_at": draft.booked_at,
        "time_zone": issuer.time_zone,
    }
    return {
        "id": new_id(),
        "issuer_id": draft.issuer_id,
        "partner_id": draft.partner_id,
        "customer_id": draft.customer_id,
        "scope": draft.scope,
        "kind": draft.kind.value,
        "cause_id": draft.cause_id,
        "year": year,
        "sequence": sequence,
        "number": f"{style.prefix}{LETTERS[draft.kind]}-{year}-{sequence:06}",
        "issued_at": issued_at,
        "recipient_name": draft.recipient.name,
        "asset": asset,
        "net_minor": sum((one.net for one in draft.lines), nothing).amount_minor,
        "tax_minor": sum((one.tax for one in draft.lines), nothing).amount_minor,
        "total_minor": sum((one.gross for one in draft.lines), nothing).amount_minor,
        "reference": draft.reference,
        "about_id": draft.about_id,
        "content": msgspec.to_builtins(content),
    }
