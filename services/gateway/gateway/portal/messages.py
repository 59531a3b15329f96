"""What was sent to the customer who looks."""

from uuid import UUID

from flask import Blueprint, render_template

from gateway.panel.filters import TextFilter
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from gateway.request_context import ask
from lineup.context import Role
from lineup.contracts.notifications import GetDelivery, ListDeliveries

pages = Blueprint("portal_messages", __name__)

CUSTOMERS = frozenset({Role.CUSTOMER})

MESSAGES = Table(
    "messages",
    Column("subject", "Subject", order="subject"),
    Column("receiver", "To"),
    Column("state", "Status"),
    Column("created_at", "Date", order="created_at"),
    filters=(TextFilter("Recipient or subject"),),
    order="-created_at",
)


@pages.get("/my/messages")
@page_for(CUSTOMERS)
def list_messages() -> str:
    """What was sent to the customer, newest first."""
    listing = MESSAGES.listing_of(ListDeliveries)
    return render_template("portal/messages.html", listing=listing)


@pages.get("/my/messages/<uuid:delivery_id>")
@page_for(CUSTOMERS)
def show_message(delivery_id: UUID) -> str:
    """One message, its secrets as dots."""
    message = ask(GetDelivery(delivery_id=delivery_id))
    return render_template("portal/message.html", message=message)
