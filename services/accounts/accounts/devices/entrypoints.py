"""Ways in to devices."""

from accounts.devices import operations
from accounts.devices.models import Device
from lineup.bus import Doors, rpc
from lineup.context import EVERYBODY, SELLERS_AND_CUSTOMERS, Call
from lineup.contracts.accounts.devices import (
    AddDevice,
    ChangeDevice,
    DeviceView,
    GetDevice,
    ListDevices,
    RemoveDevice,
)
from lineup.contracts.paging import Page
from lineup.database import locked
from lineup.verbs import Done

CURRENT_DEVICE = locked(Device, operations.get_device, GetDevice)


class DeviceDoors(Doors):
    """Ways in to devices."""

    @rpc(allowed=SELLERS_AND_CUSTOMERS)
    def add_device(self, call: Call[AddDevice]) -> DeviceView:
        """Note a device of a user."""
        return self.database.once(call, operations.add_device)

    @rpc(allowed=SELLERS_AND_CUSTOMERS)
    def change_device(self, call: Call[ChangeDevice]) -> DeviceView:
        """Note what a device is now."""
        return self.database.once(call, operations.change_device, CURRENT_DEVICE)

    @rpc(allowed=SELLERS_AND_CUSTOMERS)
    def remove_device(self, call: Call[RemoveDevice]) -> Done:
        """Forget a device."""
        return self.database.once(call, operations.remove_device, CURRENT_DEVICE)

    @rpc(allowed=EVERYBODY)
    def get_device(self, call: Call[GetDevice]) -> DeviceView:
        """One device."""
        return self.database.read(call, operations.get_device)

    @rpc(allowed=EVERYBODY)
    def list_devices(self, call: Call[ListDevices]) -> Page[DeviceView]:
        """Devices, newest first."""
        return self.database.read(call, operations.list_devices)
