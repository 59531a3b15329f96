"""Pages about subscriptions: who runs, who ends, who lapsed."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for

from gateway.admin import choices
from gateway.panel.exports import csv_of, file_address
from gateway.panel.filters import Choice, Dates, Id, TextFilter, YesNo
from gateway.panel.guard import page_for
from gateway.panel.optional_results import optional
from gateway.panel.tables import Column, Listing, Table
from gateway.request_context import ask_later
from lineup.context import SELLERS_AND_SUPPORT
from lineup.contracts.billing.reports import GetSubscriptionFigures, SubscriptionFigures
from lineup.contracts.billing.subscriptions import ListSubscriptions, SubscriptionState

pages = Blueprint("subscriptions_pages", __name__)

SUBSCRIPTIONS = Table(
    "subscriptions",
    Column("user_name", "User"),
    Column("customer_name", "Customer"),
    Column("product_name", "Product"),
    Column("state", "Status"),
    Column("ends_at", "Ends", order="ends_at"),
    Column("renews", "Auto-renew"),
    Column("price", "Price", is_numeric=True),
    Column("seller_name", "Seller", is_hidden=True),
    Column("started_at", "Started", order="started_at", is_hidden=True),
    filters=(
        TextFilter("Customer, email or user"),
        Choice("state", "Status", SubscriptionState),
        Dates("ends", "Ends"),
        Choice("product_id", "Product", convert=UUID),
        Choice("account_id", "Seller", convert=UUID),
        YesNo("renews", "Auto-renew", "On", "Off"),
        YesNo("is_trial", "Type", "Trials only", "Without trials"),
        YesNo("plan_retired", "Plan", "Retired", "On sale"),
        YesNo("is_suspended", "Suspension", "Suspended", "Not suspended"),
        YesNo("is_newest", "Renewed", "Not renewed since", "Renewed since"),
        Id("customer_id", "Customer"),
    ),
)
STANDING = {"state", "ends_from", "ends_until"}
"""What the figures above the list tell apart themselves."""
ENDS = Table("ends", filters=(Choice("account_id", "Seller", convert=UUID),))
FILE = (
    ("Customer", lambda row: row.customer_name),
    ("User", lambda row: row.user_name),
    ("Seller", lambda row: row.seller_name),
    ("Product", lambda row: row.product_name),
    ("Plan", lambda row: row.plan_name),
    ("Status", lambda row: row.state.value),
    ("Suspended", lambda row: row.suspended_at),
    ("Suspended because of", lambda row: row.suspension_reason),
    ("Started", lambda row: row.started_at),
    ("Ends", lambda row: row.ends_at),
    ("Auto-renew", lambda row: row.renews),
    ("Renewal blocked by", lambda row: row.obstacle),
    ("Price", lambda row: row.price),
    ("Currency", lambda row: row.price.asset),
    ("Customer id", lambda row: row.customer_id),
    ("User id", lambda row: row.user_id),
)
DAY = timedelta(days=1)
AHEAD = timedelta(days=29)
"""Beside today: 30 days in all."""

Query = Mapping[str, str]
Card = tuple[str, int, str, str]
"""Words, how many, the address of the list it counts, an icon."""


@pages.get("/subscriptions")
@page_for(SELLERS_AND_SUPPORT)
def list_subscriptions() -> str:
    """Subscriptions by state, end, product and seller; expiring and lapsed ones."""
    narrowed = SUBSCRIPTIONS.listing()
    statistics = ask_later(_whose(narrowed))
    rows = narrowed.later(ListSubscriptions)
    products, sellers = choices.products(), choices.sellers()
    listing = rows.with_options(product_id=products(), account_id=sellers())
    counted = optional(statistics).value
    return render_template(
        "admin/sales/subscriptions/list.html",
        listing=listing,
        cards=cards_of(counted, _kept(narrowed)) if counted else (),
        file=file_address("subscriptions_pages.export"),
    )


@pages.get("/subscriptions.csv")
@page_for(SELLERS_AND_SUPPORT)
def export() -> Response:
    """The same list as a file."""
    rpc_request = SUBSCRIPTIONS.listing().to_request(ListSubscriptions)
    return csv_of("subscriptions", FILE, rpc_request)


@pages.get("/subscriptions/ends")
@page_for(SELLERS_AND_SUPPORT)
def show_ends() -> str:
    """What ends and what lapsed, day by day, of one seller where it is named."""
    listing, sellers = ENDS.listing(), choices.sellers()
    account_id = listing.filters.get("account_id")
    statistics = optional(ask_later(GetSubscriptionFigures(account_id=account_id)))
    return render_template(
        "admin/sales/subscriptions/ends.html",
        sellers=sellers(),
        chosen=listing.filter_value("account_id"),
        figures=statistics,
        days=days_of(statistics.value) if statistics.value else (),
        address_of=address_of_day,
    )


def _whose(listing: Listing) -> GetSubscriptionFigures:
    """The counts of whose subscriptions are listed, by whatever state and end."""
    said = listing.filters
    return GetSubscriptionFigures(
        **{n: v for n, v in said.items() if n not in STANDING}
    )


def _kept(listing: Listing) -> dict[str, str]:
    """What the address says of whose subscriptions are listed."""
    names = {name for one in SUBSCRIPTIONS.filters for name in one.names} - STANDING
    return {name: said for name, said in listing.kept() if name in names}


def cards_of(statistics: SubscriptionFigures, kept: Query) -> Sequence[Card]:
    """The figures above the list; each leads to the list it counts."""
    today = statistics.today
    running, expired = SubscriptionState.RUNNING, SubscriptionState.EXPIRED
    return (
        ("Active", statistics.running, _address(running, None, kept), "player-play"),
        (
            "Expiring in 7 days",
            statistics.ending_in_7_days,
            _address(running, (today, today + 6 * DAY), kept),
            "hourglass",
        ),
        (
            "Expiring in 30 days",
            statistics.ending_in_30_days,
            _address(running, (today, today + AHEAD), kept),
            "calendar-due",
        ),
        (
            "Lapsed in the last 30 days",
            statistics.lapsed_in_30_days,
            _address(expired, (today - AHEAD, today), kept),
            "calendar-off",
        ),
    )


def days_of(statistics: SubscriptionFigures) -> list[tuple[date, int, int]]:
    """Each day with how many end and how many lapsed on it, the oldest first."""
    ending = {day.on: day.count for day in statistics.ending}
    lapsed = {day.on: day.count for day in statistics.lapsed}
    days = sorted({*ending, *lapsed})
    return [(on, ending.get(on, 0), lapsed.get(on, 0)) for on in days]


def address_of_day(on: date, state: str) -> str:
    """The list of what ends, or lapsed, on one day."""
    account_id = request.args.get("account_id")
    kept = {"account_id": account_id} if account_id else {}
    return _address(SubscriptionState(state), (on, on), kept)


def _address(
    state: SubscriptionState, days: tuple[date, date] | None, kept: Query
) -> str:
    query: dict[str, Any] = {**kept, "state": state.value, "order": "ends_at"}
    if days:
        query |= {"ends_from": str(days[0]), "ends_until": str(days[1])}
    return url_for("subscriptions_pages.list_subscriptions", **query)
