"""Pages about personal data that is erased: asking for it, and how far it is."""

from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from gateway.admin.people.customers import customer_of, name_of
from gateway.panel.deletion import DeletionForm, blockers_of
from gateway.panel.forms import form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from gateway.request_context import ask
from lineup.context import SELLERS, SELLERS_AND_SUPPORT
from lineup.contracts.accounts.erasure import EraseCustomer, ListErasures
from lineup.contracts.billing.deletion_blockers import GetDeletionBlockers

pages = Blueprint("erasure_pages", __name__)

ERASURES = Table(
    "erasures",
    Column("number", "Number"),
    Column("requested_at", "Requested"),
    Column("requested_by", "Requested by"),
    Column("reason", "Reason"),
    Column("waiting_for", "Waiting for"),
    Column("finished_at", "Finished"),
)


@pages.get("/customers/erasures")
@page_for(SELLERS_AND_SUPPORT)
def list_erasures() -> str:
    """Customers whose personal data was erased, and which services still work on it."""
    listing = ERASURES.listing_of(ListErasures)
    return render_template("admin/people/erasures/list.html", listing=listing)


@pages.route("/customers/<uuid:customer_id>/erase", methods=["GET", "POST"])
@page_for(SELLERS, asks=EraseCustomer)
def erase_customer(customer_id: UUID) -> ResponseReturnValue:
    """Say what is erased and what the law wants kept, ask for the name, and erase."""
    customer = customer_of(customer_id)
    blockers = blockers_of(GetDeletionBlockers(customer_id=customer_id))
    form = DeletionForm.of_customer(name_of(customer), blockers.value)
    return form_page(
        "admin/people/erasures/erase.html",
        form,
        lambda: ask(
            form.to(EraseCustomer, customer_id=customer_id, force=form.is_forced)
        ),
        lambda made: go_to(
            url_for(".list_erasures"),
            f"The personal data is being erased. What is left is number {made.number}.",
        ),
        customer=customer,
        blockers=blockers,
    )
