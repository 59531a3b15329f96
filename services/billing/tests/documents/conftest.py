"""What tests of documents need beside the shop floor."""

import pytest

from billing.documents.operations import get_document, list_documents
from billing.invoicing.operations import issue_all
from lineup.context import SYSTEM
from lineup.contracts.billing.documents import GetDocument, ListDocuments


class Files:
    """Issues what is due, and looks at it."""

    def __init__(self, database, ask):
        self._database, self._ask = database, ask

    def issue(self):
        return issue_all(self._database)

    def listed(self, actor=SYSTEM, **filters):
        """All that is due and was issued, the oldest first."""
        self.issue()
        return self.seen(actor, **filters)

    def seen(self, actor=SYSTEM, **filters):
        page = self._ask(list_documents, ListDocuments(**filters), actor)
        return list(reversed(page.items))

    def open(self, document, actor=SYSTEM):
        return self._ask(get_document, GetDocument(document_id=document.id), actor)


@pytest.fixture
def files(database, ask):
    return Files(database, ask)
