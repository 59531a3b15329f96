"""Devices: what a user watches with, as it was told."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lineup.context import (
    EVERYBODY,
    SELLERS_AND_CUSTOMERS,
    SELLERS_AND_SUPPORT,
    Permission,
)
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
    """When it was last confirmed."""
    is_stale: bool
    """Last confirmed more than six months ago."""
    created_at: datetime

    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    needs=Permission.CUSTOMERS,
    rest="POST /users/<uuid:user_id>/devices",
)
class AddDevice(Request[DeviceView]):
    """Add a device to a user."""

    user_id: UUID
    model: Name
    app: OptionalName = ""
    mac: Mac = ""
    """In any common notation; stored as AA:BB:CC:DD:EE:FF."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    needs=Permission.CUSTOMERS,
    rest="PATCH|PUT /devices/<uuid:device_id>",
)
class ChangeDevice(Request[DeviceView]):
    """Update or confirm a device; at least one field is required."""

    device_id: UUID
    model: Given[Name] = UNSET
    app: Given[OptionalName] = resets_to("")
    mac: Given[Mac] = resets_to("")


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    needs=Permission.CUSTOMERS,
    rest="DELETE /devices/<uuid:device_id>",
)
class RemoveDevice(Request[Done]):
    """Remove a device; its MAC address becomes available."""

    device_id: UUID


@verb("accounts", Kind.READ, allowed=EVERYBODY, rest="GET /devices/<uuid:device_id>")
class GetDevice(Request[DeviceView]):
    """Get a device."""

    device_id: UUID


@verb("accounts", Kind.READ, allowed=EVERYBODY, rest="GET /devices")
class ListDevices(Request[Page[DeviceView]]):
    """List devices, optionally of one customer or user."""

    customer_id: UUID | None = None
    user_id: UUID | None = None
    search: Search = ""
    """Words in model, app or MAC address (in any common notation)."""
    mac: Mac = ""
    """Exact MAC address, in any common notation."""
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class DevicesOf:
    """Number of devices of one model or app."""

    name: str
    """Empty: it was not given."""
    devices: int
    """How many devices."""


@dataclass(frozen=True, kw_only=True)
class DeviceCounts:
    """What users watch with."""

    total: int
    """All devices."""
    stale: int
    """Not confirmed for more than six months."""
    models: list[DevicesOf]
    """The ten most frequent models, the most frequent first."""
    apps: list[DevicesOf]
    """The ten most frequent apps, the most frequent first."""


@verb("accounts", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /devices/count")
class CountDevices(Request[DeviceCounts]):
    """Number of devices by model and app."""
