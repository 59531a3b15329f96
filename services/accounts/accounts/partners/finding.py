"""Finding partnerships, and showing them."""

from uuid import UUID

from sqlalchemy import Select, func, select

from accounts.logins.operations import count_staff
from accounts.packages.limits import (
    count_customers,
    count_sellers,
    held_package,
    package_of,
)
from accounts.packages.models import Partnership
from accounts.partners.models import Note
from accounts.partners.platform import platform, served_for
from accounts.partners.telling import next_package, reference_of
from accounts.tree.models import Account
from accounts.tree.operations import account_in_scope
from accounts.tree.rights import TOP_KINDS
from accounts.users.limits import count_users
from lineup.contracts.accounts.partnerships import (
    GetPartnership,
    ListPartnerships,
    PartnershipDetails,
    PartnershipNote,
    PartnershipState,
    PartnershipView,
    Usage,
)
from lineup.contracts.accounts.refusals import AccountNotFound
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.scope import acting_partner, in_scope
from lineup.verbs import handles

MOST_NOTES = 100
ORDERS = {
    "created_at": Partnership.id,
    "name": Account.name,
    "state": Partnership.state,
}


@handles(GetPartnership)
def get_partnership(work: UnitOfWork, request: GetPartnership) -> PartnershipDetails:
    """A partner's package and dates, what it uses and what it owes."""
    partner_id = acting_partner(work.actor, request.partner_id)
    return details_of(work, _find(work, partner_id))


@handles(ListPartnerships)
def list_partnerships(
    work: UnitOfWork, request: ListPartnerships
) -> Page[PartnershipView]:
    """Partners with their packages and dates, the newest first."""
    statement = in_scope(_partnerships(), Partnership, work.actor)
    if request.kind is not None:
        statement = statement.where(Account.kind == request.kind)
    if request.state is not None:
        statement = statement.where(Partnership.state == request.state)
    if request.package_id is not None:
        statement = statement.where(Account.package_id == request.package_id)
    text = func.concat_ws(" ", Account.name, Account.username, Account.email)
    for word in request.search.split():
        statement = statement.where(text.icontains(word, autoescape=True))
    page = page_of(
        work.session, statement, Partnership, request.paging, lambda one: one, ORDERS
    )
    return page.showing([view_of(work, one) for one in page.items])


def lock_partnership(work: UnitOfWork, partner_id: UUID) -> Partnership:
    """A partnership in scope, for this transaction alone; PartnerPurged once its data
    goes.
    """
    found = _find(work, partner_id)
    work.session.add(found)
    work.session.flush()
    work.session.refresh(found, with_for_update=True)
    found.refuse_gone()
    return found


def details_of(work: UnitOfWork, partnership: Partnership) -> PartnershipDetails:
    """Everything that is shown of one partnership."""
    package = package_of(work, partnership.id)
    following = next_package(work, partnership)
    settings = platform(work)
    served = served_for(work, work.session.get_one(Account, partnership.id))
    return PartnershipDetails(
        **vars(view_of(work, partnership)),
        package=package.offer() if package else None,
        usage=usage_of(work, partnership.id),
        amount=following.price if following else None,
        reference=reference_of(partnership),
        payment_instructions=settings.payment_instructions,
        subscriber_days=None if served is None else served.days,
        notes=_notes(work, partnership),
        waiting_for=partnership.waiting_for or [],
    )


def view_of(work: UnitOfWork, partnership: Partnership) -> PartnershipView:
    """A partnership as one of a list."""
    partner = work.session.get_one(Account, partnership.id)
    package = held_package(work, partner.package_id)
    following = partnership.next_package_id and next_package(work, partnership)
    return PartnershipView(
        id=partner.id,
        kind=partner.kind,
        name=partner.name or partnership.name,
        email=partner.email,
        username=partner.username,
        state=partnership.state,
        package_id=partner.package_id,
        package_name=package.name if package else "",
        next_package_id=partnership.next_package_id,
        next_package_name=following.name if following else "",
        changes_at=partnership.changes_at,
        registered_at=partnership.registered_at,
        trial_ends_at=partnership.trial_ends_at,
        paid_until=partnership.paid_until,
        ends_at=partnership.ends_at,
        locked_at=partnership.locked_at,
        purge_at=partnership.purge_at,
        purged_at=partnership.purged_at,
        updated_at=partnership.updated_at,
    )


def usage_of(work: UnitOfWork, partner_id: UUID) -> Usage:
    """How many a partner has of what packages limit."""
    return Usage(
        customers=count_customers(work, partner_id),
        users=count_users(work, partner_id),
        sellers=count_sellers(work, partner_id),
        staff=count_staff(work, partner_id),
    )


def _find(work: UnitOfWork, partner_id: UUID) -> Partnership:
    """Where a partner or reseller company stands; one without a row has paid without
    an end.
    """
    wanted = _partnerships().where(Partnership.id == partner_id)
    found = work.session.scalar(in_scope(wanted, Partnership, work.actor))
    if found is not None:
        return found
    partner = account_in_scope(work, partner_id)
    if partner.kind not in TOP_KINDS:
        raise AccountNotFound
    return Partnership.of(partner, PartnershipState.PAID, partner.created_at)


def _partnerships() -> Select[Partnership]:
    return select(Partnership).join(Account, Account.id == Partnership.id)


def _notes(work: UnitOfWork, partnership: Partnership) -> list[PartnershipNote]:
    theirs = select(Note).where(Note.partner_id == partnership.id)
    newest = theirs.order_by(Note.id.desc()).limit(MOST_NOTES)
    return [one.view() for one in work.session.scalars(newest)]
