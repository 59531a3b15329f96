"""Reports: how many customers there are, by everything they can be narrowed by."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, Response, render_template, url_for

from gateway.admin import choices
from gateway.panel.display import label_of, zone
from gateway.panel.exports import file_address, rows_file
from gateway.panel.filters import Choice, Dates
from gateway.panel.guard import page_for
from gateway.panel.optional_results import optional
from gateway.panel.tables import Listing, Table
from gateway.request_context import ask, ask_later
from lineup.context import SELLERS_AND_SUPPORT
from lineup.contracts.accounts.customers import (
    CountCustomers,
    CountOf,
    CustomerCounts,
    CustomerStatus,
)
from lineup.contracts.accounts.devices import CountDevices

pages = Blueprint("reports_pages", __name__)

LIST = "customers_pages.list_customers"
NARROWED = Table(
    "report",
    filters=(
        Choice("state", "Status", CustomerStatus),
        Choice("seller_id", "Seller", convert=UUID),
        Choice("group_id", "Group", convert=UUID),
        Choice("product_id", "Product", convert=UUID),
        Dates("created", "Created"),
    ),
)


class ReportRow(NamedTuple):
    """So many customers of one kind, and the list that holds them."""

    words: str
    customers: int
    address: str


class Section(NamedTuple):
    """All lines by one thing."""

    title: str
    icon: str
    lines: Sequence[ReportRow]
    note: str = ""


@pages.get("/reports/customers")
@page_for(SELLERS_AND_SUPPORT)
def count_customers() -> str:
    """Customers by state, seller, product, group, and when they were made."""
    listing = NARROWED.listing()
    pending = ask_later(CountCustomers(**listing.filters))
    devices = ask_later(CountDevices())
    options_by_name = choices.of_customers()
    listing = NARROWED.listing(**options_by_name())
    counts = optional(pending).value
    return render_template(
        "admin/people/reports/customers.html",
        listing=listing,
        counts=counts,
        sections=list(_sections(counts, listing)) if counts else [],
        months=_months(counts, listing) if counts else [],
        everybody=_address(listing, {}),
        devices=optional(devices).value,
        file=file_address("reports_pages.export_customers"),
        zone=str(zone()),
    )


@pages.get("/reports/customers.csv")
@page_for(SELLERS_AND_SUPPORT)
def export_customers() -> Response:
    """The same figures as a file."""
    listing = NARROWED.listing()
    rpc_request = CountCustomers(**listing.filters)
    counts = ask(rpc_request)
    rows: list[Sequence[Any]] = [("Group by", "Value", "Customers")]
    rows.append(("Total", str(zone()), counts.total))
    for section in _sections(counts, listing):
        rows += [(section.title, line.words, line.customers) for line in section.lines]
    rows += [("Month", line.words, line.customers) for line in _months(counts, listing)]
    return rows_file("customers", rows)


def _sections(counts: CustomerCounts, listing: Listing) -> Iterator[Section]:
    states = [
        ReportRow(
            label_of(one.state),
            one.customers,
            _address(listing, {"state": one.state.value}),
        )
        for one in counts.states
    ]
    yield Section("Status", "users", states)
    yield Section("Seller", "sitemap", _lines(counts.sellers, listing, "seller_id"))
    yield Section(
        "Product",
        "package",
        _lines(counts.products, listing, "product_id"),
        "A customer with several products is counted for each of them.",
    )
    yield Section("Group", "tags", _lines(counts.groups, listing, "group_id"))


def _lines(counts: Sequence[CountOf], listing: Listing, name: str) -> list[ReportRow]:
    return [
        ReportRow(
            one.name or ("No group" if name == "group_id" else "Unnamed"),
            one.customers,
            _address(listing, {name: str(one.id)} if one.id else {"is_grouped": "no"}),
        )
        for one in counts
    ]


def _months(counts: CustomerCounts, listing: Listing) -> list[ReportRow]:
    starts = [month.starts_at.astimezone(zone()).date() for month in counts.months]
    return [
        ReportRow(
            f"{start:%b %Y}",
            month.customers,
            _address(listing, _days_of_month(start, listing)),
        )
        for start, month in zip(starts, counts.months, strict=True)
    ]


def _days_of_month(start: date, listing: Listing) -> dict[str, str]:
    """The days of a month that were asked for."""
    last = (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(1)
    first_day, last_day = (
        listing.filter_value("created_from"),
        listing.filter_value("created_until"),
    )
    return {
        "created_from": max(str(start), first_day),
        "created_until": min(str(last), last_day or str(last)),
    }


def _address(listing: Listing, narrowed: Mapping[str, str]) -> str:
    """The list of just these customers."""
    kept = {name: value for name, value in listing.kept() if name in _names()}
    query: dict[str, Any] = {**kept, **narrowed}
    return url_for(LIST, **query)


def _names() -> set[str]:
    return {name for one in NARROWED.filters for name in one.names}
