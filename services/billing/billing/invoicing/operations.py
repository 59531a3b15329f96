"""Looking through the ledger, and issuing what it needs documents for.

Renewals are booked by the set and must not wait for a number: documents follow from
what was written. Transfers are read in the order of their ids, which rise with time;
since one may be committed later than another that was begun after it, all of the last
half minute are looked at again each time, and all of the last hour now and then.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from billing.documents.issuing import issue, issuer_of
from billing.documents.models import CountryTax, IssuedDocument
from billing.invoicing.drafting import Rates, draft_of
from billing.invoicing.models import Progress
from billing.invoicing.sources import CHUNK, SOURCES, Moved, MovementSource, find_moved
from billing.people.operations import get_partners
from lineup.contracts.billing.documents import DocumentKind, ReceiptIssued
from lineup.database import Database, UnitOfWork
from lineup.ids import id_before

LATE_SECONDS = 30
VERY_LATE_SECONDS = 3600


def issue_all(database: Database, *, since_seconds: int = LATE_SECONDS) -> int:
    """Issue every document that is due; how many there were.

    Any number of copies may do so: each looks alone, and what has a document is passed.
    """
    return sum(_issue_of(database, source, since_seconds) for source in SOURCES)


def _issue_of(database: Database, source: MovementSource, since_seconds: int) -> int:
    issued, after_id = 0, id_before(since_seconds)
    while True:
        with database.transaction() as work:
            moved = _issue_some(work, source, after_id, is_first=not issued)
        issued += len(moved)
        if len(moved) < CHUNK:
            return issued
        after_id = moved[-1].transfer_id


def _issue_some(
    work: UnitOfWork, source: MovementSource, after_id: UUID, *, is_first: bool
) -> list[Moved]:
    """Issue for the next that need a document, and note how far all were looked at."""
    progress = work.session.get_one(Progress, source.name, with_for_update=True)
    recent = id_before(LATE_SECONDS)
    begins_after = min(progress.after_id, after_id) if is_first else after_id
    moved = find_moved(work, source, begins_after)
    documents = _issue(work, moved)
    _announce(work, documents, {one.transfer_id: one.created_at for one in moved})
    looked_at = moved[-1].transfer_id if len(moved) == CHUNK else recent
    if moved or progress.after_id < id_before(VERY_LATE_SECONDS):
        progress.after_id = max(progress.after_id, min(looked_at, recent))
    return moved


def _issue(work: UnitOfWork, moved: Sequence[Moved]) -> list[IssuedDocument]:
    partner_ids = {one.partner_id for one in moved}
    if not partner_ids:
        return []
    issuers = {
        partner.id: issuer_of(work, partner)
        for partner in get_partners(work, partner_ids)
    }
    rates = _rates(work, partner_ids)
    drafts = [
        draft_of(one, rates, issuers[one.partner_id].party.country) for one in moved
    ]
    return issue(work, drafts, issuers)


def _rates(work: UnitOfWork, partner_ids: set[UUID]) -> Rates:
    statement = select(CountryTax).where(CountryTax.partner_id.in_(partner_ids))
    return {
        (one.partner_id, one.country): one.rate
        for one in work.session.scalars(statement)
    }


def _announce(
    work: UnitOfWork,
    documents: Sequence[IssuedDocument],
    paid_at: Mapping[UUID, datetime],
) -> None:
    """Tell of payments that were accepted; what takes one back tells nobody."""
    for one in documents:
        if one.kind != DocumentKind.RECEIPT or one.about_id or not one.customer_id:
            continue
        work.announce(
            ReceiptIssued(
                id=one.id,
                version=1,
                partner_id=one.partner_id,
                scope=one.scope,
                customer_id=one.customer_id,
                number=one.number,
                amount=one.total,
                paid_at=paid_at[one.cause_id],
                time_zone=one.content["time_zone"],
                reference=one.reference,
            )
        )
