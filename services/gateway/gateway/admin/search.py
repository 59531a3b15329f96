"""The search over everything: the box at the head of every page, and what it finds."""

from typing import NamedTuple

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from gateway.finding import MAX_SHOWN, FoundChannel, FoundUser, SearchResults, find
from gateway.panel.guard import may_open, page_for
from lineup.context import SELLERS_AND_SUPPORT
from lineup.contracts.accounts.customers import CustomerView
from lineup.contracts.accounts.devices import DeviceView
from lineup.contracts.billing.orders import OrderView
from lineup.values import tidy_line

pages = Blueprint("search_pages", __name__)

TEXT_LENGTH = 200
Row = CustomerView | FoundUser | DeviceView | OrderView


class Hit(NamedTuple):
    """One line of the results."""

    title: str
    note: str
    address: str


class ResultGroup(NamedTuple):
    """The results of one kind."""

    title: str
    icon: str
    hits: list[Hit]
    more: str
    """The list that holds all of them; empty where these are all."""


@pages.get("/search")
@page_for(SELLERS_AND_SUPPORT)
def search() -> str | Answer:
    """What was found, by kind; an exact hit is opened at once where Enter was pressed.

    While somebody types, the results alone are asked for again.
    """
    text = tidy_line(request.args.get("q", ""), TEXT_LENGTH)
    found = find(text)
    is_typing = "HX-Request" in request.headers
    if found.exact is not None and not is_typing:
        return redirect(_exact(found))
    return render_template(
        "admin/search.html", text=text, found=found, groups=_groups(text, found)
    )


def address_of(row: Row) -> str:
    """The page of a row."""
    if isinstance(row, OrderView):
        return url_for("shops_pages.show_order", order_id=row.id)
    if isinstance(row, CustomerView):
        return url_for("customers_pages.show_customer", customer_id=row.id)
    return url_for("customers_pages.show_customer", customer_id=row.customer_id)


def _exact(found: SearchResults) -> str:
    rows: list[Row] = [*found.customers, *found.users, *found.devices, *found.orders]
    return next(address_of(row) for row in rows if row.id == found.exact)


def _groups(text: str, found: SearchResults) -> list[ResultGroup]:
    customers = [_customer(row) for row in found.customers]
    all_customers = url_for("customers_pages.list_customers", search=text)
    all_orders = url_for("shops_pages.list_orders", search=text)
    channels = list(map(_channel, found.channels))
    all_channels = url_for("channels_pages.list_channels", search=text)
    groups = (
        ResultGroup("Customers", "users", customers, all_customers),
        ResultGroup("Users", "device-tv", [_user(row) for row in found.users], ""),
        ResultGroup("Devices", "devices", [_device(row) for row in found.devices], ""),
        ResultGroup(
            "Orders", "building-store", list(map(_order, found.orders)), all_orders
        ),
        ResultGroup("Channels", "list-numbers", channels, all_channels),
    )
    return [_cut(group) for group in groups if group.hits]


def _cut(group: ResultGroup) -> ResultGroup:
    return group if len(group.hits) == MAX_SHOWN else group._replace(more="")


def _customer(row: CustomerView) -> Hit:
    name = f"{row.person.first_name} {row.person.last_name}".strip() or row.username
    return Hit(name, f"{row.username} · {row.person.email}", address_of(row))


def _user(row: FoundUser) -> Hit:
    return Hit(row.name, f"{row.username} · {row.product_name}", address_of(row))


def _device(row: DeviceView) -> Hit:
    return Hit(row.mac or row.model, f"{row.model} · {row.app}", address_of(row))


def _channel(row: FoundChannel) -> Hit:
    address = (
        url_for("channel_pages.edit_channel", channel_id=row.id)
        if may_open("channel_pages.edit_channel")
        else url_for("channels_pages.list_channels", search=row.name)
    )
    return Hit(row.name, f"{row.number} · {row.group}", address)


def _order(row: OrderView) -> Hit:
    number = row.number or row.external_id
    return Hit(number, f"{row.buyer_email} · {row.total}", address_of(row))
