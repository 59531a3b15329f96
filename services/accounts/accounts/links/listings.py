"""What a partner shows to resellers, and whether it sells to them at all."""

from uuid import UUID

from accounts.links.directory import listing_of
from accounts.links.requests import reject_open_requests
from accounts.tree.models import Account
from accounts.tree.operations import named_partner
from lineup.contracts.accounts.partner_directory import (
    GetPartnerListing,
    PartnerListing,
    UpdatePartnerListing,
)
from lineup.contracts.changes import UNSET, either
from lineup.database import UnitOfWork
from lineup.verbs import handles


@handles(GetPartnerListing)
def get_partner_listing(work: UnitOfWork, request: GetPartnerListing) -> PartnerListing:
    """What a partner shows in the directory, and whether it is there."""
    return listing_of(work, _acting(work, request.partner_id)).view()


def lock_partner_listing(
    work: UnitOfWork, request: UpdatePartnerListing
) -> PartnerListing:
    """What a partner shows, which nobody else changes in this transaction."""
    return listing_of(work, _locked(work, request)).view()


@handles(UpdatePartnerListing, changes=lock_partner_listing)
def update_partner_listing(
    work: UnitOfWork, request: UpdatePartnerListing
) -> PartnerListing:
    """Have a partner shown otherwise, or not at all: then nobody's request is open.

    Who asks at the same time waits, and is refused or rejected.
    """
    partner = _locked(work, request)
    listing = listing_of(work, partner)
    work.session.add(listing)
    listing.offers_to_resellers = either(
        request.offers_to_resellers, listing.offers_to_resellers
    )
    if request.visible_fields is not UNSET:
        listing.show(request.visible_fields)
    listing.approach = either(request.approach, listing.approach)
    work.session.flush()
    if not listing.offers_to_resellers:
        reject_open_requests(work, partner)
    return listing.view()


def _locked(work: UnitOfWork, request: UpdatePartnerListing) -> Account:
    partner = _acting(work, request.partner_id)
    work.session.refresh(partner, with_for_update=True)
    return partner


def _acting(work: UnitOfWork, partner_id: UUID | None) -> Account:
    return named_partner(work, partner_id)
