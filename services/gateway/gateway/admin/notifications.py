"""Pages about messages and how they leave."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from gateway.admin.forms import TransportForm
from gateway.asking import context
from gateway.ground import clients, ground
from gateway.panel.filters import Choice, Dates, Text
from gateway.panel.forms import LineupForm, attempt, status_of
from gateway.panel.guard import page_for
from gateway.panel.parts import READ_SECONDS
from gateway.panel.tables import Column, Table
from lineup.context import SELLERS, STAFF_AND_SUPPORT, Role
from lineup.contracts.notifications import (
    DeliveryState,
    GetDelivery,
    GetTransport,
    ListDeliveries,
    SendAgain,
    TransportView,
)
from lineup.errors import NotFound

pages = Blueprint("notifications_pages", __name__)

Shown = str | tuple[str, int] | Answer

PARTNER_ONLY = frozenset({Role.PARTNER, Role.STAFF})
"""The operator has no transport of its own: it names a partner, by API."""

DELIVERIES = Table(
    "deliveries",
    Column("subject", "Subject"),
    Column("receiver", "To"),
    Column("state", "State"),
    Column("tries", "Tries", is_numeric=True),
    Column("created_at", "When"),
    filters=(
        Text("Receiver or subject"),
        Choice("state", "State", DeliveryState),
        Dates("created", "Begun"),
    ),
)


@pages.get("/deliveries")
@page_for(STAFF_AND_SUPPORT)
def list_deliveries() -> str:
    """The delivery log, newest first."""
    listing = DELIVERIES.asked_of(
        clients().notifications.list_deliveries, ListDeliveries
    )
    return render_template("admin/notifications/deliveries.html", listing=listing)


@pages.get("/deliveries/<uuid:delivery_id>")
@page_for(STAFF_AND_SUPPORT)
def show_delivery(delivery_id: UUID) -> str:
    """One message, its secrets as dots."""
    delivery = clients().notifications.get_delivery(
        context(), GetDelivery(delivery_id=delivery_id), timeout=READ_SECONDS
    )
    return render_template(
        "admin/notifications/delivery.html", delivery=delivery, form=LineupForm()
    )


@pages.post("/deliveries/<uuid:delivery_id>/send-again")
@page_for(SELLERS)
def send_again(delivery_id: UUID) -> Shown:
    """Queue a failed message once more."""
    question = SendAgain(delivery_id=delivery_id)
    clients().notifications.send_again(context(), question)
    flash("The message is sent again.")
    return redirect(
        url_for("notifications_pages.show_delivery", delivery_id=delivery_id)
    )


@pages.route("/mail-transport", methods=["GET", "POST"])
@page_for(PARTNER_ONLY)
def mail_transport() -> Shown:
    """How the partner's mail leaves."""
    form = TransportForm(obj=_transport())
    saved = attempt(form, lambda: _save(form))
    if saved is not None:
        flash("Mail leaves this way from now on.")
        return redirect(url_for("notifications_pages.mail_transport"))
    page = render_template("admin/notifications/transport_form.html", form=form)
    return page, status_of(form)


def _transport() -> TransportView | None:
    try:
        return clients().notifications.get_transport(
            context(), GetTransport(), timeout=READ_SECONDS
        )
    except NotFound:
        return None


def _save(form: TransportForm) -> TransportView:
    password = form.password.data
    sealed = ground().keyring.seal(password) if password else None
    return clients().notifications.save_transport(context(), form.question(sealed))
