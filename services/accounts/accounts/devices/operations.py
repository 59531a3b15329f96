"""What can be asked of devices."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, exists, func, select

from accounts import values
from accounts.customers.finding import find_for_update
from accounts.customers.models import Customer
from accounts.devices.models import FRESH_FOR, Device
from accounts.search_text import mac_words, search_words, searchable
from accounts.tree.operations import of_partner
from accounts.unique_violations import refused_as
from accounts.users.models import User
from accounts.users.operations import find_of_partner, lock_user
from lineup.contracts.accounts.devices import (
    AddDevice,
    ChangeDevice,
    CountDevices,
    DeviceCounts,
    DevicesOf,
    DeviceView,
    GetDevice,
    ListDevices,
    RemoveDevice,
)
from lineup.contracts.accounts.refusals import DeviceNotFound
from lineup.contracts.changes import UNSET
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.errors import Refusal
from lineup.ids import new_id
from lineup.scope import in_scope
from lineup.validation import ValidationErrors
from lineup.values import people
from lineup.values.bad_value import BadValueError
from lineup.verbs import Done, handles

CHECKS: Mapping[str, Callable[[ValidationErrors, str, str], str]] = {
    "model": values.name,
    "app": values.short_line,
    "mac": values.mac,
}
MAC_INDEX = "uq_devices_mac"
BOUGHT_WITH = "Device of the order"
"""What a device is called of which a buyer gave the MAC address only."""
MOST_COUNTED = 10
"""Models and apps that a count names."""


@handles(AddDevice)
def add_device(work: UnitOfWork, request: AddDevice) -> DeviceView:
    """Note a device of a user; a MAC is used once within the partner."""
    user = lock_user(work, request.user_id)
    device = Device(
        id=new_id(),
        user_id=user.id,
        customer_id=user.customer_id,
        partner_id=user.partner_id,
        scope=user.scope,
        created_at=work.now,
    )
    with refused_as(MAC_INDEX):
        _note(work, device, request)
        work.session.add(device)
        work.session.flush()
    _follow(work, user)
    return device.view(work.now)


@handles(ChangeDevice, changes=GetDevice)
def change_device(work: UnitOfWork, request: ChangeDevice) -> DeviceView:
    """Note what is given of a device; it counts as asked today, if anything is."""
    device, user = _locked(work, request.device_id)
    if request == ChangeDevice(device_id=device.id):
        return device.view(work.now)
    with refused_as(MAC_INDEX):
        _note(work, device, request)
        work.session.flush()
    _follow(work, user)
    return device.view(work.now)


@handles(RemoveDevice, changes=GetDevice)
def remove_device(work: UnitOfWork, request: RemoveDevice) -> Done:
    """Forget a device; its MAC is free again."""
    device, user = _locked(work, request.device_id)
    work.session.delete(device)
    work.session.flush()
    _follow(work, user)
    return Done()


@handles(GetDevice, row=Device)
def get_device(work: UnitOfWork, request: GetDevice) -> DeviceView:
    """One device in the actor's part of the tree."""
    return _device(work, request.device_id).view(work.now)


@handles(ListDevices)
def list_devices(work: UnitOfWork, request: ListDevices) -> Page[DeviceView]:
    """Devices, newest first, narrowed by customer, user and a text."""
    statement = of_partner(_visible(work), Device, work.actor)
    if request.customer_id is not None:
        statement = statement.where(Device.customer_id == request.customer_id)
    if request.user_id is not None:
        statement = statement.where(Device.user_id == request.user_id)
    if request.mac:
        statement = statement.where(Device.mac == request.mac)
    for word in search_words(request.search):
        statement = statement.where(Device.search.contains(word, autoescape=True))
    return page_of(
        work.session,
        statement,
        Device,
        request.paging,
        lambda device: device.view(work.now),
    )


@handles(CountDevices)
def count_devices(work: UnitOfWork, _request: CountDevices) -> DeviceCounts:
    """How many devices there are in the actor's part of the tree, by what they are."""
    noted = _visible(work).with_only_columns(Device.model, Device.app, Device.noted_at)
    devices = noted.subquery()
    is_stale = devices.c.noted_at < work.now - FRESH_FOR
    total, stale = work.session.execute(
        select(func.count(), func.count().filter(is_stale)).select_from(devices)
    ).one()
    return DeviceCounts(
        total=total,
        stale=stale,
        models=_most_frequent(work, devices.c.model),
        apps=_most_frequent(work, devices.c.app),
    )


def _most_frequent(work: UnitOfWork, column: ColumnElement[str]) -> list[DevicesOf]:
    counted = select(column, func.count()).group_by(column)
    most = counted.order_by(func.count().desc(), column).limit(MOST_COUNTED)
    return [DevicesOf(name=name, devices=n) for name, n in work.session.execute(most)]


def find_user_by_mac(work: UnitOfWork, partner_id: UUID, text: str) -> User | None:
    """Whose device a partner knows by this MAC, however it is written."""
    mac = mac_in(text)
    if not mac:
        return None
    statement = select(Device.user_id).where(
        Device.partner_id == partner_id, Device.mac == mac
    )
    user_id = work.session.scalar(statement)
    return None if user_id is None else find_of_partner(work, partner_id, user_id)


def note_mac(work: UnitOfWork, user: User, text: str) -> str:
    """Note a device that a buyer named at a user; why not, as a refusal's code.

    One that the user has already is the same one. No MAC at all is nothing to note.
    """
    mac = mac_in(text)
    if not mac:
        return "mac_invalid" if text.strip() else ""
    owner = find_user_by_mac(work, user.partner_id, mac)
    if owner is not None:
        return "" if owner.id == user.id else "mac_taken"
    find_for_update(work, user.customer_id)
    device = Device(
        id=new_id(),
        user_id=user.id,
        customer_id=user.customer_id,
        partner_id=user.partner_id,
        scope=user.scope,
        created_at=work.now,
    )
    device.note(model=BOUGHT_WITH, app="", mac=mac, now=work.now)
    try:
        with work.session.begin_nested(), refused_as(MAC_INDEX):
            work.session.add(device)
            work.session.flush()
    except Refusal:
        return "mac_taken"
    _follow(work, user)
    return ""


def register_device(work: UnitOfWork, user: User, *, model: str, mac: str) -> None:
    """Let a locked user have a device of this MAC; mac_taken where it is another's."""
    kept = select(Device).where(
        Device.partner_id == user.partner_id,
        Device.mac == mac,
        Device.user_id == user.id,
    )
    device = work.session.scalar(kept)
    if device is None:
        device = Device(
            id=new_id(),
            user_id=user.id,
            customer_id=user.customer_id,
            partner_id=user.partner_id,
            scope=user.scope,
            created_at=work.now,
        )
        device.app = ""
    with refused_as(MAC_INDEX):
        device.note(model=model, app=device.app, mac=mac, now=work.now)
        work.session.add(device)
        work.session.flush()
    _follow(work, user)


def forget_device(work: UnitOfWork, user: User, mac: str) -> None:
    """Let a locked user have no device of this MAC any more."""
    theirs = Device.user_id == user.id
    work.session.execute(delete(Device).where(theirs, Device.mac == mac))
    _follow(work, user)


def mac_in(text: str) -> str:
    """The MAC address in a text, as it is kept; empty where there is none."""
    try:
        return people.mac(text.strip())
    except BadValueError:
        return ""


def delete_devices(work: UnitOfWork, users: Sequence[User]) -> None:
    """Forget all devices of users that are no more; their MACs are free again."""
    ids = [user.id for user in users]
    work.session.execute(delete(Device).where(Device.user_id.in_(ids)))
    for user in users:
        _follow(work, user)


def _visible(work: UnitOfWork) -> Select[Device]:
    """Devices in the actor's part of the tree, but for those of trashed customers."""
    is_trashed = exists().where(
        Customer.id == Device.customer_id, Customer.trashed_at.is_not(None)
    )
    return in_scope(select(Device).where(~is_trashed), Device, work.actor)


def _device(work: UnitOfWork, device_id: UUID) -> Device:
    device = work.session.scalar(_visible(work).where(Device.id == device_id))
    if device is None:
        raise DeviceNotFound
    return device


def _locked(work: UnitOfWork, device_id: UUID) -> tuple[Device, User]:
    """A device and its user, with the customer above, for this transaction alone."""
    device = _device(work, device_id)
    user = lock_user(work, device.user_id)
    if work.session.get(Device, device_id, populate_existing=True) is None:
        raise DeviceNotFound
    return device, user


def _note(work: UnitOfWork, device: Device, request: AddDevice | ChangeDevice) -> None:
    errors = ValidationErrors()
    kept = {
        name: check(errors, name, getattr(request, name))
        if getattr(request, name) is not UNSET
        else getattr(device, name)
        for name, check in CHECKS.items()
    }
    errors.refuse()
    device.note(**kept, now=work.now)


def _follow(work: UnitOfWork, user: User) -> None:
    """Let the user and its customer follow their devices."""
    own = select(func.count()).where(Device.user_id == user.id)
    user.device_count = work.session.scalar(own) or 0
    customer = find_for_update(work, user.customer_id)
    if customer is not None:
        macs = select(Device.mac).where(Device.customer_id == customer.id)
        words = [word for mac in work.session.scalars(macs) for word in mac_words(mac)]
        customer.set_device_words(searchable(words))
