"""Finding: one text looked up among people, devices, orders and channels at once."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from gateway.panel.optional_results import OptionalResult, optional, wait_for
from gateway.request_context import actor, ask_later
from lineup.context import PARTNERS_AND_SUPPORT
from lineup.contracts.accounts.customers import (
    CustomerStatus,
    CustomerView,
    ListCustomers,
)
from lineup.contracts.accounts.devices import DeviceView, ListDevices
from lineup.contracts.accounts.users import ListUsers, UserView
from lineup.contracts.billing.orders import ListOrders, OrderView
from lineup.contracts.paging import Page, Paging
from lineup.contracts.playlists.channels import ChannelView, ListChannels
from lineup.rpc import Answer

SHORTEST = 2
"""Fewer letters find everything, which is nothing."""
MAX_FETCHED, MAX_SHOWN = 100, 8
"""Rows asked for of each kind, so that an exact hit is among them; rows shown."""
MAC = re.compile(r"([0-9A-F]{2}[:.-]?){5}[0-9A-F]{2}\Z")


@dataclass(frozen=True, kw_only=True)
class Search:
    """A text: part of a name or mail address, a login name, a MAC, an order number."""

    q: str


@dataclass(frozen=True, kw_only=True)
class FoundUser:
    """One user, without what its player needs."""

    id: UUID
    customer_id: UUID
    name: str
    username: str
    state: CustomerStatus
    product_name: str


@dataclass(frozen=True, kw_only=True)
class FoundChannel:
    """One channel, without where it comes from."""

    id: UUID
    number: int
    name: str
    group: str


@dataclass(frozen=True, kw_only=True)
class SearchResults:
    """What was found of each kind; `away` names parts that could not be asked."""

    customers: list[CustomerView] = field(default_factory=list)
    users: list[FoundUser] = field(default_factory=list)
    devices: list[DeviceView] = field(default_factory=list)
    orders: list[OrderView] = field(default_factory=list)
    channels: list[FoundChannel] = field(default_factory=list)
    exact: UUID | None = None
    """The one row that has just this login name, mail address, MAC or number."""
    away: list[str] = field(default_factory=list)

    def is_empty(self) -> bool:
        """Whether nothing was found."""
        people = self.customers or self.users or self.devices
        return not (people or self.orders or self.channels)


def find(text: str) -> SearchResults:
    """Look a text up in everything the actor may see; too short a text finds nothing.

    Accounts and billing are asked at once. What is away is named, the rest is there.
    """
    wanted = text.strip()
    if len(wanted) < SHORTEST:
        return SearchResults()
    answers = dict(_send_requests(wanted))
    wait_for(*answers.values())
    found_by_kind = {kind: optional(answer) for kind, answer in answers.items()}
    return _results(wanted, found_by_kind)


def _send_requests(text: str) -> Iterator[tuple[str, Answer[Any]]]:
    page = Paging(limit=MAX_FETCHED)
    customers = ListCustomers(search=text, paging=page)
    yield "customers", ask_later(customers)
    users = ListUsers(search=text, paging=page)
    yield "users", ask_later(users)
    devices = ListDevices(search=text, paging=page)
    yield "devices", ask_later(devices)
    if actor().role in PARTNERS_AND_SUPPORT:
        orders = ListOrders(search=text.removeprefix("#"), paging=page)
        yield "orders", ask_later(orders)
        channels = ListChannels(search=text, paging=page)
        yield "channels", ask_later(channels)


def _results(
    text: str, found_by_kind: dict[str, OptionalResult[Page[Any]]]
) -> SearchResults:
    exact = [
        row
        for kind, found in found_by_kind.items()
        for row in _exact(kind, found, text)
    ]
    return SearchResults(
        customers=_first_rows(found_by_kind.get("customers"), exact),
        users=list(map(_user, _first_rows(found_by_kind.get("users"), exact))),
        devices=_first_rows(found_by_kind.get("devices"), exact),
        orders=_first_rows(found_by_kind.get("orders"), exact),
        channels=list(map(_channel, _first_rows(found_by_kind.get("channels"), exact))),
        exact=exact[0].id if len(exact) == 1 else None,
        away=[kind for kind, found in found_by_kind.items() if found.is_away],
    )


def _first_rows(found: OptionalResult[Page[Any]] | None, exact: list[Any]) -> list[Any]:
    """The first rows, exact hits before all others."""
    rows = found.value.items if found and found.value else []
    return sorted(rows, key=lambda row: row not in exact)[:MAX_SHOWN]


def _exact(kind: str, found: OptionalResult[Page[Any]], text: str) -> list[Any]:
    rows = found.value.items if found.value else []
    return [row for row in rows if IS_EXACTLY[kind](row, text.casefold())]


def is_customer(customer: CustomerView, text: str) -> bool:
    """Whether a text is a customer's login name or mail address."""
    return text in {customer.username.casefold(), customer.person.email.casefold()}


def is_device(device: DeviceView, text: str) -> bool:
    """Whether a text is a device's MAC, in any usual way of writing it."""
    is_mac = bool(device.mac and MAC.match(text.upper()))
    return is_mac and _digits(text) == _digits(device.mac)


def is_order(order: OrderView, text: str) -> bool:
    """Whether a text is an order's number, with or without the # in front."""
    return text.removeprefix("#") == order.number.casefold().removeprefix("#")


def is_user(user: UserView, text: str) -> bool:
    """Whether a text is a user's Xtream name."""
    return text == user.username.casefold()


def is_channel(_: ChannelView, text: str) -> bool:
    """Whether a text names one channel alone: names are no keys, so it never does."""
    return not text


IS_EXACTLY: dict[str, Callable[[Any, str], bool]] = {
    "customers": is_customer,
    "users": is_user,
    "devices": is_device,
    "orders": is_order,
    "channels": is_channel,
}


def _digits(mac: str) -> str:
    return re.sub(r"[^0-9A-F]", "", mac.upper())


def _channel(channel: ChannelView) -> FoundChannel:
    details = channel.details
    return FoundChannel(
        id=channel.id, number=details.number, name=details.name, group=details.group
    )


def _user(user: UserView) -> FoundUser:
    return FoundUser(
        id=user.id,
        customer_id=user.customer_id,
        name=user.name,
        username=user.username,
        state=user.state,
        product_name=user.product_name,
    )
