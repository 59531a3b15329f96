"""A document as a page and as a file, for whoever may see it."""

from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from gateway.api.schemas import reply_schema
from gateway.document_files import file_of, pdf_file, shown
from gateway.panel.guard import page_for
from gateway.request_context import actor, ask
from lineup.context import SELLERS_AND_SUPPORT, Role
from lineup.contracts.billing.documents import Document, GetDocument

pages = Blueprint("document_pages", __name__)

READERS = SELLERS_AND_SUPPORT | {Role.CUSTOMER}


@pages.get("/documents/<uuid:document_id>")
@page_for(READERS, asks=GetDocument)
def show_document(document_id: UUID) -> str:
    """A document as it was issued."""
    document = _document(document_id)
    is_own = actor().role is Role.CUSTOMER
    back = "portal_documents.my_documents" if is_own else "documents_pages.list_all"
    return render_template(
        "documents/document.html", back=url_for(back), **shown(document)
    )


@pages.get("/documents/<uuid:document_id>.pdf")
@page_for(READERS, asks=GetDocument)
def save_pdf(document_id: UUID) -> ResponseReturnValue:
    """The same as a PDF."""
    return pdf_file(_document(document_id))


@pages.get("/documents/<uuid:document_id>.json")
@page_for(READERS, asks=GetDocument)
def save_json(document_id: UUID) -> ResponseReturnValue:
    """The same as JSON, as the API has it."""
    document = _document(document_id)
    text = reply_schema(Document)().dumps(document, indent=2)
    return file_of(document, text, "application/json", "json")


def _document(document_id: UUID) -> Document:
    return ask(GetDocument(document_id=document_id))
