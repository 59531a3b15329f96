"""Pages about payments of partners that extend nothing."""

from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from gateway.panel.entries import entry
from gateway.panel.filters import Id, YesNo
from gateway.panel.forms import LineupForm, form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from gateway.request_context import ask
from lineup.context import OPERATORS
from lineup.contracts.accounts.partner_packages import OPERATORS_AND_SUPPORT
from lineup.contracts.accounts.unmatched_payments import (
    GetUnmatchedPayment,
    ListUnmatchedPayments,
    SettleUnmatchedPayment,
    WhyUnmatched,
)

pages = Blueprint("unmatched_pages", __name__)

PAYMENTS = Table(
    "unmatched_payments",
    Column("reference", "Payment reference"),
    Column("amount", "Amount", is_numeric=True),
    Column("reason", "Reason"),
    Column("received_at", "Received", order="received_at"),
    Column("handled_at", "Handled"),
    Column("handled_by", "Handled by", is_hidden=True),
    Column("note", "Note", is_hidden=True),
    filters=(
        YesNo("is_handled", "Status", yes="Handled", no="Open"),
        Id("partner_id", "Partner"),
    ),
    order="-received_at",
)
WHY = {
    WhyUnmatched.PARTNER_PURGED: "The partner's data was deleted",
    WhyUnmatched.PAYMENT_KNOWN: "Booked before",
    WhyUnmatched.PARTNER_UNKNOWN: "Unknown partner",
}


class SettleForm(LineupForm):
    """What became of a payment's money."""

    asks = SettleUnmatchedPayment
    note = entry("Note", "Such as the number of the bank transfer that returned it.")


@pages.get("/unmatched-payments")
@page_for(OPERATORS_AND_SUPPORT)
def list_payments() -> str:
    """Payments whose money is to be returned."""
    listing = PAYMENTS.listing_of(ListUnmatchedPayments)
    return render_template("admin/partners/unmatched.html", listing=listing, why=WHY)


@pages.route("/unmatched-payments/<uuid:payment_id>/settle", methods=["GET", "POST"])
@page_for(OPERATORS, asks=SettleUnmatchedPayment)
def settle(payment_id: UUID) -> ResponseReturnValue:
    """Note that a payment's money was returned."""
    payment = ask(GetUnmatchedPayment(payment_id=payment_id))
    form = SettleForm()
    return form_page(
        "admin/partners/settle.html",
        form,
        lambda: ask(form.to(SettleUnmatchedPayment, payment_id=payment_id)),
        lambda _: go_to(url_for(".list_payments"), "Payment marked as handled."),
        payment=payment,
        why=WHY,
    )
