"""Lists of documents, alike for staff and for the customer whose they are."""

from gateway.panel.filters import Choice, Dates, Id, TextFilter, YesNo
from gateway.panel.tables import Column, Table
from lineup.contracts.billing.documents import DocumentKind

NUMBER = Column("number", "Number", order="number")
KIND = Column("kind", "Type")
ISSUED = Column("issued_at", "Issued", order="created_at")
SUMS = (
    Column("net", "Net", is_numeric=True, is_hidden=True),
    Column("tax", "Tax", is_numeric=True),
    Column("total", "Total", order="total", is_numeric=True),
)
FILTERS = (
    TextFilter("Number or recipient"),
    Choice("kind", "Type", DocumentKind),
    Dates("issued", "Issued"),
)

OWN_DOCUMENTS = Table("documents", NUMBER, KIND, ISSUED, *SUMS, filters=FILTERS)
DOCUMENTS = Table(
    "documents",
    NUMBER,
    KIND,
    Column("recipient_name", "Recipient"),
    ISSUED,
    *SUMS,
    Column("reference", "Reference", is_hidden=True),
    filters=(
        *FILTERS,
        YesNo("is_for_customer", "For", "Customers", "The company itself"),
        Id("customer_id", "Customer"),
    ),
)
FILE = (
    ("Number", lambda row: row.number),
    ("Type", lambda row: row.kind.value),
    ("Issued", lambda row: row.issued_at),
    ("Recipient", lambda row: row.recipient_name),
    ("Net", lambda row: row.net),
    ("Tax", lambda row: row.tax),
    ("Total", lambda row: row.total),
    ("Currency", lambda row: row.total.asset),
    ("Reference", lambda row: row.reference),
)
