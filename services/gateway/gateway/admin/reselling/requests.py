"""Pages of link requests: the partner's inbox, the reseller's outbox."""

from typing import Any
from uuid import UUID

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from gateway.admin.reselling.directory import pages
from gateway.admin.reselling.forms import AnswerForm, RequestForm
from gateway.admin.reselling.sides import columns_of_sides
from gateway.panel.filters import Choice
from gateway.panel.forms import confirm_page, form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from gateway.request_context import ask
from lineup.context import PARTNERS
from lineup.contracts.accounts.partner_directory import GetDirectoryEntry
from lineup.contracts.accounts.reseller_links import (
    COMPANY,
    EITHER_SIDE,
    AcceptLinkRequest,
    GetLinkRequest,
    InviteReseller,
    LinkRequestState,
    ListLinkRequests,
    RejectLinkRequest,
    SendLinkRequest,
    WithdrawLinkRequest,
)

PARTNER = Column("partner_name", "Partner")
RESELLER = Column("company_name", "Reseller")
REST = (
    Column("state", "Status"),
    Column("message", "Message"),
    Column("answer", "Answer"),
    Column("created_at", "Sent", order="created_at"),
    Column("acts", ""),
)
FILTERS = (Choice("state", "Status", LinkRequestState),)


@pages.get("/reselling/requests")
@page_for(EITHER_SIDE)
def list_requests() -> str:
    """Requests that one received or sent; the operator sees all."""
    sides = columns_of_sides(PARTNER, RESELLER)
    table = Table("link_requests", *sides, *REST, filters=FILTERS, order="-created_at")
    listing = table.listing_of(ListLinkRequests)
    return render_template("admin/reselling/requests.html", listing=listing)


@pages.route("/reselling/partners/<uuid:partner_id>/request", methods=["GET", "POST"])
@page_for(COMPANY, asks=SendLinkRequest)
def send_request(partner_id: UUID) -> ResponseReturnValue:
    """Ask a partner of the directory for a link."""
    partner = ask(GetDirectoryEntry(partner_id=partner_id))
    form = RequestForm()
    return form_page(
        "admin/reselling/request.html",
        form,
        lambda: ask(form.to(SendLinkRequest, partner_id=partner_id)),
        lambda _: _back(f"Your request was sent to {partner.name}."),
        partner=partner,
    )


@pages.route("/reselling/requests/<uuid:request_id>/accept", methods=["GET", "POST"])
@page_for(PARTNERS, asks=AcceptLinkRequest)
def accept_request(request_id: UUID) -> ResponseReturnValue:
    """Ask, and let the reseller sell one's products."""
    return _confirm("accept", AcceptLinkRequest, request_id, "Request accepted.")


@pages.route("/reselling/requests/<uuid:request_id>/reject", methods=["GET", "POST"])
@page_for(PARTNERS, asks=RejectLinkRequest)
def reject_request(request_id: UUID) -> ResponseReturnValue:
    """Say no, and why."""
    one = ask(GetLinkRequest(request_id=request_id))
    form = AnswerForm()
    return form_page(
        "admin/reselling/reject.html",
        form,
        lambda: ask(form.to(RejectLinkRequest, request_id=request_id)),
        lambda _: _back("Request rejected."),
        one=one,
        back=url_for(".list_requests"),
    )


@pages.route("/reselling/requests/<uuid:request_id>/invite", methods=["GET", "POST"])
@page_for(PARTNERS, asks=InviteReseller)
def invite_reseller(request_id: UUID) -> ResponseReturnValue:
    """Ask, and let the reseller repeat its request at once."""
    return _confirm("invite", InviteReseller, request_id, "The reseller was invited.")


@pages.route("/reselling/requests/<uuid:request_id>/withdraw", methods=["GET", "POST"])
@page_for(COMPANY, asks=WithdrawLinkRequest)
def withdraw_request(request_id: UUID) -> ResponseReturnValue:
    """Ask, and take a request back."""
    return _confirm("withdraw", WithdrawLinkRequest, request_id, "Request withdrawn.")


def _confirm(
    what: str, request_type: type[Any], request_id: UUID, words: str
) -> ResponseReturnValue:
    one = ask(GetLinkRequest(request_id=request_id))
    return confirm_page(
        f"admin/reselling/{what}.html",
        request_type(request_id=request_id),
        url_for(".list_requests"),
        words,
        one=one,
        back=url_for(".list_requests"),
    )


def _back(words: str) -> ResponseReturnValue:
    return go_to(url_for(".list_requests"), words)
