"""Documents as PDF files."""

from uuid import UUID

from flask import Response

from gateway.api.subjects import documents
from gateway.document_files import PDF, pdf_file
from gateway.request_context import ask
from lineup.contracts.billing.documents import GetDocument
from lineup.verbs import verb_of

FILE = {"schema": {"type": "string", "format": "binary"}}


def get_document_pdf(document_id: UUID) -> Response:
    """Get a document as a PDF file."""
    return pdf_file(ask(GetDocument(document_id=document_id)))


documents.mount(
    "GET /documents/<uuid:document_id>/pdf",
    documents.blueprint.response(200, FILE["schema"], content_type=PDF)(
        get_document_pdf
    ),
    verb_of(GetDocument).access,
    get_document_pdf,
)
