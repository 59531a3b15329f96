"""What partners pay the platform for: a pro forma first, an invoice once it is paid."""

from uuid import UUID

from sqlalchemy import select

from billing.documents.issuing import (
    PLATFORM,
    Draft,
    Issuer,
    issue,
    party_of,
    platform_issuer,
)
from billing.documents.models import IssuedDocument
from billing.documents.tax import net_of, percent_text
from billing.people.models import AccountCopy
from lineup.contracts.accounts.partner_events import (
    PackageChargeDue,
    PartnerPaymentBooked,
)
from lineup.contracts.billing.documents import DocumentKind, DocumentLine
from lineup.database import UnitOfWork, get_held
from lineup.scope import PartnerNotFound


def issue_pro_forma(work: UnitOfWork, charge: PackageChargeDue) -> None:
    """Say what a partner is to pay; once, however often the charge is heard of."""
    _issue(work, DocumentKind.PRO_FORMA, charge)


def issue_invoice(work: UnitOfWork, payment: PartnerPaymentBooked) -> None:
    """Invoice what a partner has paid; it settles the pro forma of its reference."""
    if payment.amount:
        _issue(work, DocumentKind.INVOICE, payment)


def _issue(
    work: UnitOfWork, kind: DocumentKind, said: PackageChargeDue | PartnerPaymentBooked
) -> None:
    """PartnerNotFound while the partner's own event is on its way: tried again then."""
    partner = get_held(work.session, AccountCopy, said.partner_id)
    if partner is None:
        raise PartnerNotFound
    issuer = platform_issuer(work)
    is_invoice = kind is DocumentKind.INVOICE
    draft = Draft(
        kind=kind,
        cause_id=said.id,
        issuer_id=PLATFORM,
        partner_id=partner.id,
        customer_id=None,
        scope=partner.scope,
        recipient=party_of(partner),
        lines=[_line(said, issuer, partner)],
        booked_at=work.now,
        reference=said.reference,
        about_id=_pro_forma(work, partner.id, said.reference) if is_invoice else None,
    )
    issue(work, [draft], {PLATFORM: issuer})


def _line(
    said: PackageChargeDue | PartnerPaymentBooked, issuer: Issuer, partner: AccountCopy
) -> DocumentLine:
    """Taxed where both are of one country; elsewhere the partner owes it itself."""
    country = issuer.party.country
    is_home = country and party_of(partner).country == country
    rate = issuer.style.rate if is_home else 0
    net = net_of(said.amount, rate)
    return DocumentLine(
        description=said.package_name,
        quantity=1,
        net=net,
        tax_percent=percent_text(rate),
        tax=said.amount - net,
        gross=said.amount,
        starts_at=said.starts_at,
        ends_at=said.ends_at,
    )


def _pro_forma(work: UnitOfWork, partner_id: UUID, reference: str) -> UUID | None:
    """The last pro forma of a partner that names this reference."""
    statement = (
        select(IssuedDocument.id)
        .where(
            IssuedDocument.issuer_id == PLATFORM,
            IssuedDocument.partner_id == partner_id,
            IssuedDocument.kind == DocumentKind.PRO_FORMA,
            IssuedDocument.reference == reference,
        )
        .order_by(IssuedDocument.id.desc())
        .limit(1)
    )
    return work.session.scalar(statement)
