"""Pages of links: who sells for whom, acting through one, ending one."""

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from gateway.admin.reselling.directory import pages
from gateway.admin.reselling.forms import EndForm
from gateway.admin.reselling.sides import columns_of_sides
from gateway.panel.filters import Choice
from gateway.panel.forms import confirm_page, form_page, go_to
from gateway.panel.guard import choose_link, page_for
from gateway.panel.tables import Column, Table
from gateway.request_context import ask
from lineup.context import PARTNERS
from lineup.contracts.accounts.partner_directory import RESELLERS
from lineup.contracts.accounts.reseller_links import (
    COMPANY,
    EITHER_SIDE,
    EndResellerLink,
    GetResellerLink,
    KeepResellerLink,
    ListResellerLinks,
    ResellerLinkState,
)

PARTNER = Column("partner_name", "Partner")
RESELLER = Column("name", "Reseller", order="name")
REST = (
    Column("state", "Status"),
    Column("customer_count", "Customers", is_numeric=True),
    Column("ends_at", "Ends"),
    Column("started_at", "Since", order="created_at"),
    Column("acts", ""),
)
FILTERS = (Choice("state", "Status", ResellerLinkState),)


@pages.get("/reselling/links")
@page_for(EITHER_SIDE)
def list_links() -> str:
    """The resellers of a partner, or the partners of a reseller."""
    sides = columns_of_sides(PARTNER, RESELLER)
    table = Table("reseller_links", *sides, *REST, filters=FILTERS)
    listing = table.listing_of(ListResellerLinks)
    return render_template("admin/reselling/links.html", listing=listing)


@pages.get("/reselling/links/<uuid:link_id>")
@page_for(EITHER_SIDE)
def show_link(link_id: UUID) -> str:
    """One link: since when, until when, how many customers."""
    one = ask(GetResellerLink(link_id=link_id))
    return render_template("admin/reselling/link.html", one=one)


@pages.route("/reselling/links/<uuid:link_id>/end", methods=["GET", "POST"])
@page_for(PARTNERS, asks=EndResellerLink)
def end_link(link_id: UUID) -> ResponseReturnValue:
    """Choose a day on which the cooperation ends."""
    one = ask(GetResellerLink(link_id=link_id))
    form = EndForm()
    address = url_for(".show_link", link_id=link_id)
    return form_page(
        "admin/reselling/end.html",
        form,
        lambda: ask(form.to(EndResellerLink, link_id=link_id)),
        lambda _: go_to(address, "Both sides have been told."),
        one=one,
        back=address,
    )


@pages.route("/reselling/links/<uuid:link_id>/keep", methods=["GET", "POST"])
@page_for(PARTNERS, asks=KeepResellerLink)
def keep_link(link_id: UUID) -> ResponseReturnValue:
    """Ask, and let the cooperation go on."""
    address = url_for(".show_link", link_id=link_id)
    return confirm_page(
        "admin/reselling/keep.html",
        KeepResellerLink(link_id=link_id),
        address,
        "The cooperation goes on.",
        one=ask(GetResellerLink(link_id=link_id)),
        back=address,
    )


@pages.post("/reselling/links/<uuid:link_id>/open")
@page_for(COMPANY, in_own_name=True)
def open_link(link_id: UUID) -> Answer:
    """Act through a link from now on."""
    one = ask(GetResellerLink(link_id=link_id))
    if one.state is ResellerLinkState.ENDED:
        return go_to(url_for(".list_links"), "This cooperation has ended.", "danger")
    choose_link(one.id, one.partner_name)
    return redirect(url_for("signing.home"))


@pages.post("/reselling/close")
@page_for(RESELLERS, while_locked=True)
def close_link() -> Answer:
    """Act through no link any longer, to choose another."""
    choose_link(None)
    return redirect(url_for(".list_links"))
