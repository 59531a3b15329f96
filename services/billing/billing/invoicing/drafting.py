"""What a movement of money says as a document."""

from collections.abc import Mapping
from uuid import UUID

from billing.documents.issuing import Draft
from billing.documents.tax import net_of, parse_percent, percent_text
from billing.invoicing.sources import Moved
from lineup.contracts.billing.documents import DocumentKind, DocumentLine, Party
from lineup.contracts.billing.wallets import Cause
from lineup.money import Money

KINDS = {
    Cause.PURCHASE: DocumentKind.INVOICE,
    Cause.RENEWAL: DocumentKind.INVOICE,
    Cause.TOP_UP: DocumentKind.RECEIPT,
    Cause.REFUND: DocumentKind.CREDIT_NOTE,
    Cause.CORRECTION: DocumentKind.RECEIPT,
}
WORDS = {
    Cause.TOP_UP: "Payment to the balance",
    Cause.REFUND: "Refund",
    Cause.CORRECTION: "Correction of a payment to the balance",
}

Rates = Mapping[tuple[UUID, str], int]
"""Tax rates by partner and country."""


def draft_of(moved: Moved, rates: Rates, home: str) -> Draft:
    """The document that a movement needs; `home` is its partner's country."""
    cause = Cause(moved.cause)
    kind = KINDS[cause]
    return Draft(
        kind=kind,
        cause_id=moved.transfer_id,
        issuer_id=moved.partner_id,
        partner_id=moved.partner_id,
        customer_id=moved.customer_id,
        scope=moved.scope,
        recipient=Party(
            name=moved.name,
            address=moved.address,
            city=moved.city,
            country=moved.country,
            email=moved.email,
        ),
        lines=[_line(moved, cause, _rate(moved, kind, rates, home))],
        booked_at=moved.created_at,
        reference=moved.reference if kind is DocumentKind.RECEIPT else "",
        about_id=moved.about_id,
    )


def _rate(moved: Moved, kind: DocumentKind, rates: Rates, home: str) -> int:
    """What is sold is taxed as its customer's country has it now, what is given back as
    it was sold; money paid in buys nothing yet.
    """
    if kind is DocumentKind.RECEIPT:
        return 0
    if moved.about_content is not None:
        return parse_percent(moved.about_content["lines"][0]["tax_percent"])
    return rates.get((moved.partner_id, moved.country or home), 0)


def _line(moved: Moved, cause: Cause, rate: int) -> DocumentLine:
    sign = -1 if cause is Cause.CORRECTION else 1
    gross = Money(sign * moved.amount_minor, moved.asset)
    net = net_of(gross, rate)
    return DocumentLine(
        description=_description(moved, cause),
        quantity=1,
        net=net,
        tax_percent=percent_text(rate),
        tax=gross - net,
        gross=gross,
        starts_at=moved.starts_at,
        ends_at=moved.ends_at,
    )


def _description(moved: Moved, cause: Cause) -> str:
    sold = (moved.product_name, moved.plan_name, moved.user_name)
    words = ", ".join(filter(None, sold))
    what = WORDS.get(cause, "")
    return f"{what}: {words}" if what and words else what or words or moved.reference
