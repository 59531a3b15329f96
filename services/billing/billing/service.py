"""The billing service: its name and its doors."""

from typing import ClassVar

from lineup.contracts.resync import Resync, Resynced

from billing import watching
from billing.catalog.entrypoints import CatalogDoors
from billing.catalog.models import PackageCopy
from billing.figures.entrypoints import FigureDoors
from billing.people.entrypoints import PeopleDoors
from billing.people.models import AccountCopy, CustomerCopy, UserCopy
from billing.settings import BillingSettings
from billing.subscriptions import upkeep
from billing.subscriptions.entrypoints import RenewalDoors, SubscriptionDoors
from billing.wallets.entrypoints import WalletDoors
from billing.webshops.entrypoints import WebshopDoors
from billing.webshops.office import ShopDoors
from billing.webshops.operations.reading import announce_waiting_orders
from lineup.bus import Service, rpc
from lineup.context import OPERATORS, Call
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.tree import AccountChanged
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.playlists.events import PackageChanged


class BillingService(
    PeopleDoors,
    WalletDoors,
    CatalogDoors,
    SubscriptionDoors,
    RenewalDoors,
    FigureDoors,
    WebshopDoors,
    ShopDoors,
    watching.WatchDoors,
    Service,
):
    """Billing on the bus: what is owed, and what was paid for it."""

    name = "billing"
    settings_type = BillingSettings
    copies: ClassVar = {
        AccountChanged: (AccountCopy,),
        CustomerChanged: (CustomerCopy,),
        UserChanged: (UserCopy,),
        PackageChanged: (PackageCopy,),
    }
    looks = watching.LOOKS

    @rpc(allowed=OPERATORS)
    def resync(self, _call: Call[Resync]) -> Resynced:
        """Announce every subscription again, and every order that waits for users."""
        subscriptions = upkeep.resync(self.database)
        orders = announce_waiting_orders(self.database)
        return Resynced(announced=subscriptions + orders)
