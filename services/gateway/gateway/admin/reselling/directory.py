"""Pages of the directory: partners for resellers, and what a partner shows there."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from gateway.admin.reselling.forms import ListingForm
from gateway.panel.filters import TextFilter
from gateway.panel.forms import form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from gateway.request_context import ask
from lineup.context import OF_PARTNER
from lineup.contracts.accounts.partner_directory import (
    LOOKING,
    GetPartnerListing,
    ListPartnerDirectory,
    UpdatePartnerListing,
)

pages = Blueprint("reselling_pages", __name__)

DIRECTORY = Table(
    "partner_directory",
    Column("name", "Partner", order="name"),
    Column("country", "Country"),
    Column("contact", "Contact"),
    Column("address", "Address", is_hidden=True),
    Column("approach", "How to approach"),
    Column("acts", ""),
    filters=(TextFilter("Name"),),
    order="name",
)


@pages.get("/reselling/partners")
@page_for(LOOKING)
def directory() -> str:
    """Partners that offer their products to resellers."""
    listing = DIRECTORY.listing_of(ListPartnerDirectory)
    return render_template("admin/reselling/directory.html", listing=listing)


@pages.route("/reselling/listing", methods=["GET", "POST"])
@page_for(OF_PARTNER, asks=UpdatePartnerListing)
def edit_listing() -> ResponseReturnValue:
    """What one shows to resellers, and whether one sells to them."""
    form = ListingForm(obj=ask(GetPartnerListing()))
    return form_page(
        "admin/reselling/listing.html",
        form,
        lambda: ask(form.to(UpdatePartnerListing)),
        lambda _: go_to(url_for(".edit_listing"), "Saved."),
    )
