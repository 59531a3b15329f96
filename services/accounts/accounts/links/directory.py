"""The directory of partners for resellers."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from accounts.links.models import Listing
from accounts.packages.models import PartnerPackage, Partnership, is_locked
from accounts.tree.models import Account
from lineup.context import Feature
from lineup.contracts.accounts.partner_directory import (
    ContactField,
    DirectoryEntry,
    GetDirectoryEntry,
    ListPartnerDirectory,
)
from lineup.contracts.accounts.partnerships import PartnershipState
from lineup.contracts.accounts.tree import AccountKind, Status
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, get_held, page_of
from lineup.scope import PartnerNotFound
from lineup.verbs import handles

R = TypeVar("R")

ORDERS = {"name": Account.name}


@handles(ListPartnerDirectory)
def list_directory(
    work: UnitOfWork, request: ListPartnerDirectory
) -> Page[DirectoryEntry]:
    """Partners that offer their products, with what each of them shows.

    Partners are shown to whoever looks for one, in whichever part of the tree.
    """
    statement = _offering(work)
    text = func.concat_ws(" ", Account.name, Listing.approach)
    for word in request.search.split():
        statement = statement.where(text.icontains(word, autoescape=True))
    page = page_of(
        work.session, statement, Account, request.paging, lambda one: one, ORDERS
    )
    return page.showing(_entries(work, page.items))


@handles(GetDirectoryEntry)
def get_entry(work: UnitOfWork, request: GetDirectoryEntry) -> DirectoryEntry:
    """One partner of the directory; PartnerNotFound for who is not in it."""
    partner = offering_partner(work, request.partner_id)
    if partner is None:
        raise PartnerNotFound
    return _entries(work, [partner])[0]


def offering_partner(work: UnitOfWork, partner_id: UUID) -> Account | None:
    """A partner that offers its products to resellers; None where it does not."""
    return work.session.scalar(_offering(work).where(Account.id == partner_id))


def listing_of(work: UnitOfWork, partner: Account) -> Listing:
    """What a partner shows; who has chosen nothing shows everything."""
    return get_held(work.session, Listing, partner.id) or Listing.usual(partner)


def _offering(work: UnitOfWork) -> Select[Account]:
    """Partners in use whose package lets them have resellers, and who want them.

    Whoever only registered, and is not known to be there, is not among them.
    """
    has_feature = or_(
        PartnerPackage.id.is_(None),
        PartnerPackage.features.contains([Feature.RESELLERS.value]),
    )
    is_known = Partnership.state.not_in(
        (
            PartnershipState.REGISTERED,
            PartnershipState.PURGING,
            PartnershipState.PURGED,
        )
    )
    return (
        select(Account)
        .outerjoin(Listing, Listing.id == Account.id)
        .outerjoin(Partnership, Partnership.id == Account.id)
        .outerjoin(PartnerPackage, PartnerPackage.id == Account.package_id)
        .where(
            Account.kind == AccountKind.PARTNER,
            Account.status == Status.ACTIVE,
            or_(Listing.id.is_(None), Listing.offers_to_resellers),
            or_(Partnership.id.is_(None), is_known),
            is_locked(work.now).is_not(True),
            has_feature,
        )
    )


def _entries(work: UnitOfWork, partners: Sequence[Account]) -> list[DirectoryEntry]:
    ids = [one.id for one in partners]
    listings = _by_id(work, Listing, ids)
    partnerships = _by_id(work, Partnership, ids)
    return [
        _entry(
            one, listings.get(one.id) or Listing.usual(one), partnerships.get(one.id)
        )
        for one in partners
    ]


def _by_id(work: UnitOfWork, model: type[R], ids: Sequence[UUID]) -> dict[UUID, R]:
    kind: Any = model
    rows = work.session.scalars(select(kind).where(kind.id.in_(ids)))
    return {one.id: one for one in rows}


def _entry(
    partner: Account, listing: Listing, partnership: Partnership | None
) -> DirectoryEntry:
    known = {
        ContactField.CONTACT: partnership.contact if partnership else "",
        ContactField.EMAIL: partner.email,
        ContactField.PHONE: partner.phone,
        ContactField.ADDRESS: _address(partner),
    }
    shown = {one.value: known[one] if one in listing.shown else "" for one in known}
    return DirectoryEntry(
        partner_id=partner.id,
        name=partner.name,
        country=partner.country,
        approach=listing.approach,
        **shown,
    )


def _address(partner: Account) -> str:
    place = f"{partner.postal_code} {partner.city}".strip()
    return ", ".join(filter(None, (partner.address, place)))
