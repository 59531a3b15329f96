"""The accounts service: who there is."""

from typing import ClassVar

from lineup.contracts.resync import Resync, Resynced

from accounts.customers.entrypoints import CustomerDoors
from accounts.customers.group_entrypoints import GroupDoors
from accounts.devices.entrypoints import DeviceDoors
from accounts.jobs.entrypoints import JobDoors
from accounts.logins.entrypoints import LoginDoors
from accounts.membership.entrypoints import MembershipDoors
from accounts.orders.entrypoints import OrderDoors
from accounts.resync import resync
from accounts.sellers.entrypoints import SellerDoors
from accounts.settings import AccountsSettings
from accounts.staff.entrypoints import StaffDoors
from accounts.subscriptions.models import SubscriptionCopy
from accounts.tree.entrypoints import TreeDoors
from accounts.users.entrypoints import UserDoors
from lineup.bus import Service, rpc
from lineup.context import OPERATORS, Call
from lineup.contracts.billing.subscriptions import SubscriptionChanged


class AccountsService(
    TreeDoors,
    LoginDoors,
    SellerDoors,
    StaffDoors,
    CustomerDoors,
    GroupDoors,
    UserDoors,
    DeviceDoors,
    MembershipDoors,
    OrderDoors,
    JobDoors,
    Service,
):
    """Accounts on the bus."""

    name = "accounts"
    settings_type = AccountsSettings
    copies: ClassVar = {SubscriptionChanged: (SubscriptionCopy,)}

    @rpc(allowed=OPERATORS)
    def resync(self, _call: Call[Resync]) -> Resynced:
        """Announce every account, customer and user again."""
        announced = resync(self.database, self.settings.public_url)
        return Resynced(announced=announced)
