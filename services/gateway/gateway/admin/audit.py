"""Pages about the audit log: who changed what, and one change before and after."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, render_template, url_for
from markupsafe import Markup

from gateway.audit import SERVICES, find_entries, get_entry, list_entries
from gateway.panel.customer_tabs import customer_tabs
from gateway.panel.exports import csv_of, file_address
from gateway.panel.filters import Choice, Dates, Id, TextFilter
from gateway.panel.guard import may_open, page_for
from gateway.panel.optional_results import optional
from gateway.panel.tables import Column, Listing, Table
from gateway.request_context import ask_later
from lineup.context import EVERYBODY, SELLERS_AND_SUPPORT
from lineup.contracts.accounts.customers import GetCustomer
from lineup.contracts.audit import AuditEntry, ListAuditEntries
from lineup.verbs import Kind, verbs_of

pages = Blueprint("audit_pages", __name__)


def words_of(name: str) -> str:
    """A verb or a field as people read it: "Update customer"."""
    return name.replace(".", ": ").replace("_", " ").capitalize()


ACTIONS = sorted(
    {
        (verb.name, words_of(verb.name))
        for service in SERVICES
        for verb in verbs_of(service)
        if verb.kind is Kind.WRITE
    }
)
COLUMNS = (
    Column("at", "Time"),
    Column("actor", "Who"),
    Column("action", "Action"),
    Column("name", "What"),
    Column("channel", "Via", is_hidden=True),
    Column("address", "IP address", is_hidden=True),
    Column("request_id", "Request ID", is_hidden=True),
)
FILTERS = (
    TextFilter("Username", name="actor"),
    Choice("action", "Action", ACTIONS),
    Dates("made", "Date"),
    TextFilter("Request ID", name="request_id"),
)
LOG = Table("audit", *COLUMNS, filters=(*FILTERS, Id("thing_id", "About")))
OF_CUSTOMER = Table("audit", *COLUMNS, filters=FILTERS)
FILE = (
    ("Time", lambda row: row.at),
    ("Who", lambda row: row.actor),
    ("Role", lambda row: row.role),
    ("On behalf of", lambda row: row.on_behalf_of),
    ("Action", lambda row: row.action),
    ("Type", lambda row: row.kind),
    ("Name", lambda row: row.name),
    ("ID", lambda row: row.thing_id),
    ("Changes", lambda row: "; ".join(map(_change_text, row.changes))),
    ("Counts", lambda row: "; ".join(map(_count_text, row.counts))),
    ("Service", lambda row: row.service),
    ("Via", lambda row: row.channel),
    ("IP address", lambda row: row.address),
    ("User agent", lambda row: row.user_agent),
    ("Request ID", lambda row: row.request_id),
)
THINGS = {
    "account": ("sellers_pages.show_account", "account_id"),
    "customer": ("customers_pages.show_customer", "customer_id"),
    "user": ("users.show_user", "user_id"),
    "box": ("boxes_pages.show_box", "box_id"),
    "product": ("billing_pages.show_product", "product_id"),
    "shop": ("shops_pages.show_shop", "shop_id"),
    "order": ("shops_pages.show_order", "order_id"),
    "package": ("packages_pages.show_package", "package_id"),
    "channel": ("channel_pages.edit_channel", "channel_id"),
    "job": ("jobs_pages.show_job", "job_id"),
}
"""The page of a thing, and what its address calls it."""


@pages.get("/audit-log")
@page_for(EVERYBODY, asks=ListAuditEntries)
def list_log() -> str:
    """Changes in the actor's part of the tree, newest first."""
    listing, away = _found(LOG.listing())
    return render_template(
        "admin/audit/list.html",
        listing=listing,
        away=away,
        file=file_address(".export"),
    )


@pages.get("/audit-log.csv")
@page_for(EVERYBODY, asks=ListAuditEntries)
def export() -> Response:
    """The same list as a file."""
    rpc_request = LOG.listing().to_request(ListAuditEntries)
    return csv_of("audit-log", FILE, rpc_request, find=list_entries)


@pages.get("/audit-log/<uuid:entry_id>")
@page_for(EVERYBODY, asks=ListAuditEntries)
def show_entry(entry_id: UUID) -> str:
    """One change: who, from where, and each field before and after."""
    entry = get_entry(entry_id)
    return render_template("admin/audit/entry.html", entry=entry)


@pages.get("/customers/<uuid:customer_id>/log")
@page_for(SELLERS_AND_SUPPORT, asks=ListAuditEntries)
def customer_log(customer_id: UUID) -> str:
    """What was changed of one customer and its users: a part of its page."""
    found = ask_later(GetCustomer(customer_id=customer_id))
    listing, away = _found(OF_CUSTOMER.listing(), thing_id=customer_id)
    return render_template(
        "admin/audit/customer.html",
        listing=listing,
        away=away,
        customer=optional(found).value,
        tabs_of=customer_tabs(customer_id, "audit_pages.customer_log"),
    )


def _found(listing: Listing, **fixed: UUID) -> tuple[Listing, str]:
    """The list with its rows, and what is missing in it."""
    found = find_entries(listing.to_request(ListAuditEntries, **fixed))
    return listing.showing(found.page), ", ".join(map(str.title, found.away))


def page_of_thing(entry: AuditEntry) -> str:
    """The address of what was changed; empty where there is no page for this role."""
    endpoint, name = THINGS.get(entry.kind, ("", ""))
    if entry.thing_id is None or not endpoint or not may_open(endpoint):
        return ""
    path: dict[str, Any] = {name: entry.thing_id}
    return url_for(endpoint, **path)


def log_of(thing_id: UUID) -> str:
    """The address of what was changed of a thing; empty for who may not see it."""
    endpoint = "audit_pages.list_log"
    return url_for(endpoint, thing_id=thing_id) if may_open(endpoint) else ""


def history_link(thing_id: UUID) -> Markup:
    """A button that leads there, for the page of a thing."""
    address = log_of(thing_id)
    if not address:
        return Markup()
    icon: Any = current_app.jinja_env.globals["icon"]
    words = Markup('<a class="btn" href="{}">{}History</a>')
    return words.format(address, icon("history"))


def _change_text(change: object) -> str:
    values = vars(change)
    before, after = values["before"] or "", values["after"] or ""
    return f"{values['kind']} {values['field']}: {before} → {after}"


def _count_text(count: object) -> str:
    values = vars(count)
    return f"{values['count']} {values['kind']} {values['change']}"


@pages.app_context_processor
def _say() -> dict[str, object]:
    """What templates can say of the log."""
    return {
        "history_link": history_link,
        "log_of": log_of,
        "page_of_thing": page_of_thing,
        "words_of": words_of,
    }
