"""Pages about the trash: deleted customers, restored or deleted permanently."""

from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from gateway.admin.people.customers import name_of
from gateway.panel.filters import TextFilter
from gateway.panel.forms import confirm_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from gateway.request_context import ask
from lineup.context import SELLERS, SELLERS_AND_SUPPORT
from lineup.contracts.accounts.refusals import CustomerNotFound
from lineup.contracts.accounts.trash import (
    ListTrash,
    PurgeCustomer,
    RestoreCustomer,
    TrashedCustomer,
)
from lineup.errors import Conflict

pages = Blueprint("trash_pages", __name__)

TRASH = Table(
    "trash",
    Column("name", "Name", order="name"),
    Column("username", "Username", order="username"),
    Column("email", "Email", path="person.email", is_hidden=True),
    Column("user_count", "Users", is_numeric=True),
    Column("seller_name", "Seller", is_hidden=True),
    Column("deleted_at", "Deleted", order="deleted_at"),
    Column("deleted_by", "Deleted by"),
    Column("reason", "Reason", is_hidden=True),
    Column("purge_at", "Kept until"),
    Column("acts", ""),
    filters=(TextFilter("Name, email, phone, username or MAC"),),
    order="-deleted_at",
)


@pages.get("/customers/trash")
@page_for(SELLERS_AND_SUPPORT)
def list_trash() -> str:
    """Deleted customers that can be restored, the latest first."""
    listing = TRASH.listing_of(ListTrash)
    return render_template("admin/people/trash/list.html", listing=listing)


@pages.post("/customers/trash/<uuid:customer_id>/restore")
@page_for(SELLERS, asks=RestoreCustomer)
def restore_customer(customer_id: UUID) -> ResponseReturnValue:
    """Restore a customer; its mail address may be in use by now."""
    try:
        restored = ask(RestoreCustomer(customer_id=customer_id))
    except Conflict as refusal:
        message = f"Not restored. {refusal.message}"
        return go_to(url_for(".list_trash"), message, "danger")
    page = url_for("customers_pages.show_customer", customer_id=customer_id)
    return go_to(page, f"{name_of(restored)} was restored.")


@pages.route("/customers/trash/<uuid:customer_id>/delete", methods=["GET", "POST"])
@page_for(SELLERS, asks=PurgeCustomer)
def purge_customer(customer_id: UUID) -> ResponseReturnValue:
    """Ask, then delete a customer in the trash permanently."""
    customer = _trashed(customer_id)
    return confirm_page(
        "admin/people/trash/delete.html",
        PurgeCustomer(customer_id=customer_id),
        url_for(".list_trash"),
        f"{name_of(customer)} was deleted permanently.",
        customer=customer,
    )


def _trashed(customer_id: UUID) -> TrashedCustomer:
    for customer in ask(ListTrash(customer_id=customer_id)).items:
        return customer
    raise CustomerNotFound
