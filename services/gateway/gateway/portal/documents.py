"""The customer's own invoices and receipts."""

from flask import Blueprint, Response, render_template

from gateway.document_lists import FILE, OWN_DOCUMENTS
from gateway.panel.exports import csv_of, file_address
from gateway.panel.guard import page_for
from lineup.context import Role
from lineup.contracts.billing.documents import ListDocuments

pages = Blueprint("portal_documents", __name__)

CUSTOMERS = frozenset({Role.CUSTOMER})


@pages.get("/my/documents")
@page_for(CUSTOMERS, asks=ListDocuments)
def my_documents() -> str:
    """Invoices and receipts, the newest first."""
    return render_template(
        "documents/list.html",
        listing=OWN_DOCUMENTS.listing_of(ListDocuments),
        file=file_address("portal_documents.export"),
        title="My invoices",
    )


@pages.get("/my/documents.csv")
@page_for(CUSTOMERS, asks=ListDocuments)
def export() -> Response:
    """The same list as a file."""
    return csv_of("documents", FILE, OWN_DOCUMENTS.listing().to_request(ListDocuments))
