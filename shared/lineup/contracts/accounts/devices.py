"""Devices: what a user watches with, as it was told."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lineup.context import EVERYBODY, SELLERS_AND_CUSTOMERS
from lineup.contracts.changes import UNSET, Given, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.values.types import Mac, Name, OptionalName, Search
from lineup.verbs import Done, Kind, Request, verb


@dataclass(frozen=True, kw_only=True)
class DeviceView:
    """One device."""

    id: UUID
    user_id: UUID
    customer_id: UUID
    partner_id: UUID
    scope: str
    model: str
    app: str
    mac: str
    noted_at: datetime
    """When somebody last said that it is so."""
    is_stale: bool
    """Noted longer than six months ago: worth asking again."""
    created_at: datetime

    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    rest="POST /users/<uuid:user_id>/devices",
)
class AddDevice(Request[DeviceView]):
    """Note a device of a user: roughly which model, and which app."""

    user_id: UUID
    model: Name
    app: OptionalName = ""
    mac: Mac = ""
    """Any usual way of writing it; kept as AA:BB:CC:DD:EE:FF."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    rest="PATCH|PUT /devices/<uuid:device_id>",
)
class ChangeDevice(Request[DeviceView]):
    """Note what a device is now. Saying it again is enough, saying nothing is not."""

    device_id: UUID
    model: Given[Name] = UNSET
    app: Given[OptionalName] = resets_to("")
    mac: Given[Mac] = resets_to("")


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    rest="DELETE /devices/<uuid:device_id>",
)
class RemoveDevice(Request[Done]):
    """Forget a device; its MAC is free again."""

    device_id: UUID


@verb("accounts", Kind.READ, allowed=EVERYBODY, rest="GET /devices/<uuid:device_id>")
class GetDevice(Request[DeviceView]):
    """One device by id."""

    device_id: UUID


@verb("accounts", Kind.READ, allowed=EVERYBODY, rest="GET /devices")
class ListDevices(Request[Page[DeviceView]]):
    """Devices, of one customer or user where it is named."""

    customer_id: UUID | None = None
    user_id: UUID | None = None
    search: Search = ""
    """Words in model, app or MAC, the MAC in any usual way of writing it."""
    mac: Mac = ""
    """Just this MAC address, in any usual way of writing it."""
    paging: Paging = field(default_factory=Paging)
