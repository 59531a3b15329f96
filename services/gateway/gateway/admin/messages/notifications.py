"""Pages about messages and how they leave."""

from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from gateway.admin.messages.forms import TestMailForm, TransportForm
from gateway.panel.customer_tabs import customer_tabs
from gateway.panel.filters import Choice, Dates, Id, TextFilter
from gateway.panel.forms import form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.optional_results import optional
from gateway.panel.tables import Column, Table
from gateway.request_context import ask, ask_later
from lineup.context import OF_PARTNER, SELLERS, SELLERS_AND_SUPPORT
from lineup.contracts.accounts.customers import GetCustomer
from lineup.contracts.notifications import (
    DeliveryState,
    GetDelivery,
    GetTransport,
    ListDeliveries,
    MessageKind,
    SaveTransport,
    SendAgain,
    SendTest,
    TransportView,
)
from lineup.errors import NotFound

pages = Blueprint("notifications_pages", __name__)

"""The operator has no transport of its own: it names a partner, by API."""

COLUMNS = (
    Column("subject", "Subject", order="subject"),
    Column("receiver", "To", order="receiver"),
    Column("template", "Type", is_hidden=True),
    Column("state", "Status", order="state"),
    Column("tries", "Attempts", is_numeric=True),
    Column("answer", "Mail server response", is_hidden=True),
    Column("next_try_at", "Next attempt", is_hidden=True),
    Column("created_at", "Created", order="created_at"),
)
OF_CUSTOMER = Table(
    "deliveries",
    *COLUMNS,
    filters=(
        TextFilter("Recipient or subject"),
        Choice("state", "Status", DeliveryState),
    ),
    order="-created_at",
)
DELIVERIES = Table(
    "deliveries",
    *COLUMNS,
    filters=(
        TextFilter("Recipient or subject"),
        Choice("state", "Status", DeliveryState),
        Choice("template", "Type", MessageKind),
        Dates("created", "Created"),
        Id("customer_id", "Customer"),
    ),
    order="-created_at",
)


@pages.get("/deliveries")
@page_for(SELLERS_AND_SUPPORT)
def list_deliveries() -> str:
    """The delivery log, newest first."""
    listing = DELIVERIES.listing_of(ListDeliveries)
    return render_template("admin/messages/deliveries.html", listing=listing)


@pages.get("/customers/<uuid:customer_id>/messages")
@page_for(SELLERS_AND_SUPPORT)
def customer_messages(customer_id: UUID) -> str:
    """What was sent to one customer: a part of its page."""
    found = ask_later(GetCustomer(customer_id=customer_id))
    listing = OF_CUSTOMER.listing_of(ListDeliveries, customer_id=customer_id)
    return render_template(
        "admin/messages/customer.html",
        listing=listing,
        customer=optional(found).value,
        tabs_of=customer_tabs(customer_id, "notifications_pages.customer_messages"),
    )


@pages.get("/deliveries/<uuid:delivery_id>")
@page_for(SELLERS_AND_SUPPORT)
def show_delivery(delivery_id: UUID) -> str:
    """One message as its receiver saw it, its secrets as dots, and how it went."""
    delivery = ask(GetDelivery(delivery_id=delivery_id))
    return render_template("admin/messages/delivery.html", delivery=delivery)


@pages.post("/deliveries/<uuid:delivery_id>/send-again")
@page_for(SELLERS, asks=SendAgain)
def send_again(delivery_id: UUID) -> ResponseReturnValue:
    """Queue a failed message once more."""
    ask(SendAgain(delivery_id=delivery_id))
    return go_to(_address(delivery_id), "The message was queued again.")


@pages.route("/mail-transport", methods=["GET", "POST"])
@page_for(OF_PARTNER, asks=SaveTransport)
def mail_transport() -> ResponseReturnValue:
    """How the partner's mail leaves."""
    kept = _transport()
    form = TransportForm(obj=kept)
    return form_page(
        "admin/messages/transport_form.html",
        form,
        lambda: ask(form.to(SaveTransport)),
        lambda _: go_to(
            url_for("notifications_pages.mail_transport"),
            "Email settings saved. Send a test email to check them.",
        ),
        kept=kept,
    )


@pages.route("/mail-transport/test", methods=["GET", "POST"])
@page_for(OF_PARTNER, asks=SendTest)
def send_test_mail() -> ResponseReturnValue:
    """Send a test message the way mail leaves now, and look how it goes."""
    form = TestMailForm()
    return form_page(
        "admin/messages/test_form.html",
        form,
        lambda: ask(form.to(SendTest)),
        lambda sent: go_to(_address(sent.id)),
    )


def _address(delivery_id: UUID) -> str:
    return url_for("notifications_pages.show_delivery", delivery_id=delivery_id)


def _transport() -> TransportView | None:
    try:
        return ask(GetTransport())
    except NotFound:
        return None
