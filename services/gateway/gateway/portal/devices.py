"""What a user watches with: noted, changed and removed."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer
from wtforms.validators import Length

from gateway.panel.forms import LineupForm, line_field, status_of, submit
from gateway.panel.guard import page_for
from gateway.panel.people import RequiredByService
from gateway.portal.users import pages, user_of
from gateway.request_context import ask
from lineup.context import SELLERS_AND_CUSTOMERS
from lineup.contracts.accounts.devices import (
    AddDevice,
    ChangeDevice,
    DeviceView,
    GetDevice,
    RemoveDevice,
)

NAME_LENGTH = 100


class DeviceForm(LineupForm):
    """A device, roughly."""

    model = line_field(
        "Device",
        RequiredByService(),
        Length(max=NAME_LENGTH),
        description="For example Smart TV LG or Fire TV Stick.",
    )
    app = line_field(
        "App", Length(max=NAME_LENGTH), description="Such as TiviMate or OTT Navigator."
    )
    mac = line_field(
        "MAC address",
        Length(max=NAME_LENGTH),
        description="If you know it, such as 00:1A:79:12:34:56.",
    )

    def request_fields(self) -> dict[str, str]:
        """What was entered."""
        return {
            "model": self.model.data or "",
            "app": self.app.data or "",
            "mac": self.mac.data or "",
        }


@pages.route("/users/<uuid:user_id>/devices/new", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS)
def add_device(user_id: UUID) -> ResponseReturnValue:
    """Note a device of a user."""
    user = user_of(user_id)
    form = DeviceForm()
    added = submit(
        form,
        lambda: ask(AddDevice(user_id=user_id, **form.request_fields())),
    )
    if added is not None:
        flash(f"{added.model} was added.")
        return _back_to(user_id)
    page = render_template(
        "portal/device_form.html", form=form, user_id=user_id, title=user.name
    )
    return page, status_of(form)


@pages.route("/devices/<uuid:device_id>/edit", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS)
def change_device(device_id: UUID) -> ResponseReturnValue:
    """Note what a device is now."""
    device = _device(device_id)
    form = DeviceForm(obj=device)
    rpc_request = ChangeDevice(device_id=device_id, **form.request_fields())
    changed = submit(form, lambda: ask(rpc_request))
    if changed is not None:
        flash(f"{changed.model} was confirmed.")
        return _back_to(device.user_id)
    page = render_template(
        "portal/device_form.html", form=form, user_id=device.user_id, device=device
    )
    return page, status_of(form)


@pages.route("/devices/<uuid:device_id>/remove", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS)
def remove_device(device_id: UUID) -> ResponseReturnValue:
    """Ask, and forget a device."""
    device = _device(device_id)
    form = LineupForm()
    rpc_request = RemoveDevice(device_id=device_id)
    gone = submit(form, lambda: ask(rpc_request))
    if gone is not None:
        flash(f"{device.model} was removed.")
        return _back_to(device.user_id)
    page = render_template("portal/device_remove.html", form=form, device=device)
    return page, status_of(form)


def _device(device_id: UUID) -> DeviceView:
    return ask(GetDevice(device_id=device_id))


def _back_to(user_id: UUID) -> Answer:
    return redirect(url_for("users.show_user", user_id=user_id, _anchor="devices"))
