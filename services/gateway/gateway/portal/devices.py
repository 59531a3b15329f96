"""What a user watches with: noted, changed and removed."""

from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue

from gateway.panel.entries import entry
from gateway.panel.forms import LineupForm, confirm_page, form_page, go_to
from gateway.panel.guard import page_for
from gateway.portal.users import pages, user_of
from gateway.request_context import ask
from lineup.context import SELLERS_AND_CUSTOMERS
from lineup.contracts.accounts.devices import (
    AddDevice,
    ChangeDevice,
    GetDevice,
    RemoveDevice,
)


class DeviceForm(LineupForm):
    """A device, roughly."""

    asks = AddDevice
    model = entry("Device", "For example Smart TV LG or Fire TV Stick.")
    app = entry("App", "Such as TiviMate or OTT Navigator.")
    mac = entry("MAC address", "If you know it, such as 00:1A:79:12:34:56.")


@pages.route("/users/<uuid:user_id>/devices/new", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS, asks=AddDevice)
def add_device(user_id: UUID) -> ResponseReturnValue:
    """Note a device of a user."""
    user = user_of(user_id)
    form = DeviceForm()
    return form_page(
        "portal/device_form.html",
        form,
        lambda: ask(form.to(AddDevice, user_id=user_id)),
        lambda added: go_to(_list(user_id), f"{added.model} was added."),
        user_id=user_id,
        title=user.name,
    )


@pages.route("/devices/<uuid:device_id>/edit", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS, asks=ChangeDevice)
def change_device(device_id: UUID) -> ResponseReturnValue:
    """Note what a device is now."""
    device = ask(GetDevice(device_id=device_id))
    form = DeviceForm(obj=device)
    return form_page(
        "portal/device_form.html",
        form,
        lambda: ask(form.to(ChangeDevice, device_id=device_id)),
        lambda changed: go_to(_list(device.user_id), f"{changed.model} was confirmed."),
        user_id=device.user_id,
        device=device,
    )


@pages.route("/devices/<uuid:device_id>/remove", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS, asks=RemoveDevice)
def remove_device(device_id: UUID) -> ResponseReturnValue:
    """Ask, and forget a device."""
    device = ask(GetDevice(device_id=device_id))
    return confirm_page(
        "portal/device_remove.html",
        RemoveDevice(device_id=device_id),
        _list(device.user_id),
        f"{device.model} was removed.",
        device=device,
    )


def _list(user_id: UUID) -> str:
    return url_for("users.show_user", user_id=user_id, _anchor="devices")
