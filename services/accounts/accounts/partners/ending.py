"""The end: every service deletes what it has of a partner, and confirms it."""

from datetime import timedelta

from sqlalchemy import select

from accounts.links.ending import end_links_of
from accounts.logins.operations import delete_logins
from accounts.packages.models import Partnership
from accounts.partners.finding import details_of, lock_partnership
from accounts.partners.purging import PURGING, note_confirmation
from accounts.partners.telling import changed, note, partner_of
from accounts.tree.operations import account_in_scope
from lineup.contracts.accounts.partner_events import (
    PartnerPurgeRequested,
    PurgeConfirmed,
)
from lineup.contracts.accounts.partnerships import (
    DeletePartner,
    PartnershipDetails,
    PartnershipState,
)
from lineup.contracts.accounts.refusals import ConfirmationMissing
from lineup.database import Database, UnitOfWork
from lineup.validation import FieldCode, ValidationErrors
from lineup.verbs import handles

SERVICES = ["accounts", "billing", "notifications", "playlists"]
"""Who has to confirm."""
ASKED_AGAIN_AFTER = timedelta(hours=1)
MOST_AT_ONCE = 100


@handles(DeletePartner)
def delete_partner(work: UnitOfWork, request: DeletePartner) -> PartnershipDetails:
    """Delete a partner's data without waiting for its time; for a reason.

    ConfirmationMissing unless the username of its first login was typed.
    """
    account = account_in_scope(work, request.partner_id)
    if request.confirmation.strip() != account.username:
        words = f"Type {account.username} to confirm."
        raise ConfirmationMissing(words, fields={"confirmation": [words]})
    errors = ValidationErrors()
    if not request.reason:
        errors.add("reason", FieldCode.REQUIRED, "Enter a reason for the deletion.")
    errors.refuse()
    partnership = lock_partnership(work, account.id)
    if partnership.state is PartnershipState.REGISTERED:
        partnership.free_trial()
    note(work, partnership, "Deleted by the platform.", request.reason)
    begin_purge(work, partnership)
    changed(work, partnership)
    return details_of(work, partnership)


def begin_purge(work: UnitOfWork, partnership: Partnership) -> None:
    """Have everything of a partner deleted: from now on nobody of it signs in.

    Its account is a tombstone at once, and everybody hears no more of it than that.
    """
    partner = partner_of(work, partnership)
    partnership.begin_purge(partner.name, list(SERVICES))
    end_links_of(work, partner)
    partner.forget()
    delete_logins(work, [partner.id])
    note(work, partnership, "Deletion of all data began.")
    _request(work, partnership)


def confirm(work: UnitOfWork, confirmation: PurgeConfirmed) -> None:
    """A service has deleted everything of a partner."""
    wanted = select(Partnership).where(Partnership.id == confirmation.id)
    partnership = work.session.scalar(wanted.with_for_update())
    service = confirmation.event_source
    if partnership is not None and service in partnership.waiting_for:
        note_confirmation(work, partnership, service)


def ask_again(database: Database) -> int:
    """Ask services that have not confirmed for an hour once more; for how many."""
    with database.transaction() as work:
        wanted = select(Partnership).where(
            Partnership.state == PartnershipState.PURGING,
            Partnership.asked_at <= work.now - ASKED_AGAIN_AFTER,
        )
        late = wanted.limit(MOST_AT_ONCE).with_for_update(skip_locked=True)
        found = work.session.scalars(late).all()
        for partnership in found:
            partnership.version += 1
            _request(work, partnership)
    return len(found)


def _request(work: UnitOfWork, partnership: Partnership) -> None:
    partnership.asked_at = work.now
    version = partnership.version + 1
    PURGING.request(work, partnership.id, partnership.scope, version)
    work.announce(
        PartnerPurgeRequested(
            id=partnership.id, version=version, scope=partnership.scope
        )
    )
