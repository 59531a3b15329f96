"""Pages about partners: their package and dates, and what the platform decides."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from gateway.admin.partners.forms import (
    ChoiceForm,
    CredentialsForm,
    MoreDaysForm,
    PartnerDeletionForm,
    PaymentForm,
)
from gateway.panel.display import label_of, money_text
from gateway.panel.filters import Choice, Id, TextFilter
from gateway.panel.forms import LineupForm, form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.packages import audience_of, packages_for_sale
from gateway.panel.tables import Column, Table
from gateway.request_context import ask
from lineup.context import OPERATORS
from lineup.contracts.accounts.partner_packages import OPERATORS_AND_SUPPORT
from lineup.contracts.accounts.partnerships import (
    BookPartnerPayment,
    ChoosePackage,
    DeletePartner,
    ExtendTrial,
    GetPartnership,
    HoldPurge,
    ListPartnerships,
    PartnershipDetails,
    PartnershipState,
    ResendPartnerCredentials,
)
from lineup.contracts.accounts.tree import AccountKind

pages = Blueprint("partnerships_pages", __name__)

KINDS = [
    (kind.value, label_of(kind))
    for kind in (AccountKind.PARTNER, AccountKind.RESELLER_COMPANY)
]
PARTNERSHIPS = Table(
    "partnerships",
    Column("name", "Name", order="name"),
    Column("kind", "Type"),
    Column("state", "Status", order="state"),
    Column("package_name", "Package"),
    Column("ends_at", "Ends"),
    Column("locked_at", "Locked"),
    Column("purge_at", "Data deleted"),
    Column("email", "Email", is_hidden=True),
    Column("registered_at", "Registered", order="created_at"),
    filters=(
        TextFilter("Name, username or email"),
        Choice("kind", "Type", KINDS, AccountKind),
        Choice("state", "Status", PartnershipState),
        Id("package_id", "Package"),
    ),
    order="-created_at",
)


@pages.get("/partnerships")
@page_for(OPERATORS_AND_SUPPORT)
def list_partnerships() -> str:
    """Partners with their packages and dates."""
    listing = PARTNERSHIPS.listing_of(ListPartnerships)
    return render_template("admin/partners/list.html", listing=listing)


@pages.get("/partnerships/<uuid:partner_id>")
@page_for(OPERATORS_AND_SUPPORT)
def show_partnership(partner_id: UUID) -> str:
    """One partner: where it stands, what it uses, what happened."""
    one = ask(GetPartnership(partner_id=partner_id))
    return render_template("admin/partners/one.html", one=one)


@pages.route("/partnerships/<uuid:partner_id>/payment", methods=["GET", "POST"])
@page_for(OPERATORS)
def book_payment(partner_id: UUID) -> ResponseReturnValue:
    """Book a month's payment that has arrived."""
    form = PaymentForm()
    return _act("payment.html", form, BookPartnerPayment, partner_id, "Payment booked.")


@pages.route("/partnerships/<uuid:partner_id>/extend", methods=["GET", "POST"])
@page_for(OPERATORS)
def extend_trial(partner_id: UUID) -> ResponseReturnValue:
    """Let a trial end later."""
    form = MoreDaysForm()
    return _act("extend.html", form, ExtendTrial, partner_id, "Trial extended.")


@pages.route("/partnerships/<uuid:partner_id>/hold", methods=["GET", "POST"])
@page_for(OPERATORS)
def hold_purge(partner_id: UUID) -> ResponseReturnValue:
    """Let the data of a locked partner be deleted later."""
    form = MoreDaysForm()
    return _act("hold.html", form, HoldPurge, partner_id, "Deletion postponed.")


@pages.route("/partnerships/<uuid:partner_id>/credentials", methods=["GET", "POST"])
@page_for(OPERATORS)
def resend_credentials(partner_id: UUID) -> ResponseReturnValue:
    """Send credentials anew that have not arrived."""
    form = CredentialsForm()
    if not form.is_submitted():
        form.email.data = ask(GetPartnership(partner_id=partner_id)).email
    words = "New credentials are on their way."
    return _act("credentials.html", form, ResendPartnerCredentials, partner_id, words)


@pages.route("/partnerships/<uuid:partner_id>/package", methods=["GET", "POST"])
@page_for(OPERATORS)
def choose_package(partner_id: UUID) -> ResponseReturnValue:
    """Give a partner another package."""
    partnership = ask(GetPartnership(partner_id=partner_id))
    form = ChoiceForm()
    form.package_id.choices = [
        SelectChoice(str(one.id), f"{one.name}, {money_text(one.price)} per month")
        for one in packages_for_sale(audience_of(partnership.kind))
    ]
    return _act("choose.html", form, ChoosePackage, partner_id, "Package changed.")


@pages.route("/partnerships/<uuid:partner_id>/delete", methods=["GET", "POST"])
@page_for(OPERATORS)
def delete_partner(partner_id: UUID) -> ResponseReturnValue:
    """Ask, and delete a partner with all its data."""
    form = PartnerDeletionForm()
    words = "Everything is being deleted. This page shows what is left to do."
    return _act("delete.html", form, DeletePartner, partner_id, words)


def _act(
    template: str,
    form: LineupForm,
    request_type: type[Any],
    partner_id: UUID,
    words: str,
) -> ResponseReturnValue:
    """A form that changes where a partner stands, and leads back to its page."""
    one: PartnershipDetails = ask(GetPartnership(partner_id=partner_id))
    return form_page(
        f"admin/partners/{template}",
        form,
        lambda: ask(form.to(request_type, partner_id=partner_id)),
        lambda _: go_to(url_for(".show_partnership", partner_id=partner_id), words),
        one=one,
        back=url_for(".show_partnership", partner_id=partner_id),
    )
