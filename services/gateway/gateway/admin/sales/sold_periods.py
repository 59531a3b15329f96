"""Pages about what was sold."""

from uuid import UUID

from flask import Blueprint, Response, render_template

from gateway.admin import choices
from gateway.panel.exports import csv_of, file_address
from gateway.panel.filters import Choice, Dates, Id
from gateway.panel.guard import page_for
from gateway.panel.optional_results import optional
from gateway.panel.tables import Column, Table
from gateway.request_context import ask_later
from lineup.context import SELLERS_AND_SUPPORT
from lineup.contracts.billing.reports import ListSales, SumSales

pages = Blueprint("sales_pages", __name__)

SALES = Table(
    "sales",
    Column("sold_at", "Date", order="sold_at"),
    Column("customer_name", "Customer"),
    Column("product_name", "Product"),
    Column("price", "Amount", is_numeric=True),
    Column("sold_by", "Sold by"),
    Column("seller_name", "Seller", is_hidden=True),
    Column("starts_at", "From", is_hidden=True),
    Column("ends_at", "Until"),
    Column("closed_at", "Ended early"),
    Column("refunded", "Refunded", is_numeric=True, is_hidden=True),
    filters=(
        Dates("sold", "Date"),
        Choice("product_id", "Product", convert=UUID),
        Choice("account_id", "Seller", convert=UUID),
        Id("customer_id", "Customer"),
        Id("subscription_id", "Subscription"),
    ),
)
FILE = (
    ("Date", lambda row: row.sold_at),
    ("Sold by", lambda row: row.sold_by),
    ("Seller", lambda row: row.seller_name),
    ("Customer", lambda row: row.customer_name),
    ("User", lambda row: row.user_name),
    ("Product", lambda row: row.product_name),
    ("Plan", lambda row: row.plan_name),
    ("Months", lambda row: row.months),
    ("Days", lambda row: row.days),
    ("Amount", lambda row: row.price),
    ("Currency", lambda row: row.price.asset),
    ("Paid by", lambda row: row.source),
    ("From", lambda row: row.starts_at),
    ("Until", lambda row: row.ends_at),
    ("Ended early", lambda row: row.closed_at),
    ("Ended by", lambda row: row.closed_by),
    ("Reason", lambda row: row.close_reason),
    ("Refunded", lambda row: row.refunded),
)


@pages.get("/sales")
@page_for(SELLERS_AND_SUPPORT, asks=ListSales)
def list_sales() -> str:
    """Sold periods, and what those that the filters let through add up to."""
    narrowed = SALES.listing()
    sums = ask_later(narrowed.totals_request(SumSales))
    rows = narrowed.later(ListSales)
    products, sellers = choices.products(), choices.sellers()
    listing = rows.with_options(product_id=products(), account_id=sellers())
    return render_template(
        "admin/sales/sold/list.html",
        listing=listing,
        sums=optional(sums),
        file=file_address("sales_pages.export"),
    )


@pages.get("/sales.csv")
@page_for(SELLERS_AND_SUPPORT, asks=ListSales)
def export() -> Response:
    """The same list as a file."""
    rpc_request = SALES.listing().to_request(ListSales)
    return csv_of("sales", FILE, rpc_request)
