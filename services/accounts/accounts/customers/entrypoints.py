"""Ways in to customers."""

from functools import partial

from accounts.customers import operations
from accounts.customers.counting import count_customers
from accounts.customers.current import CURRENT_CUSTOMER
from accounts.doors import MakingDoors
from lineup.bus import rpc
from lineup.context import (
    EVERYBODY,
    SELLERS_AND_CUSTOMERS,
    SELLERS_AND_SUPPORT,
    Call,
    Role,
)
from lineup.contracts.accounts.customers import (
    CountCustomers,
    CustomerCounts,
    CustomerView,
    GetCustomer,
    GetPlayerSettings,
    ListCustomers,
    PlayerSettings,
    UpdateCustomer,
)
from lineup.contracts.accounts.logins import SetTimeZone
from lineup.contracts.paging import Page
from lineup.verbs import Done


class CustomerDoors(MakingDoors):
    """Ways in to customers."""

    @rpc(allowed=SELLERS_AND_CUSTOMERS)
    def update_customer(self, call: Call[UpdateCustomer]) -> CustomerView:
        """Change a customer's data."""
        operation = partial(operations.update_customer, means=self.means)
        return self.database.once(call, operation, CURRENT_CUSTOMER)

    @rpc(allowed=frozenset({Role.CUSTOMER}))
    def set_time_zone(self, call: Call[SetTimeZone]) -> Done:
        """Show a customer its times in another zone, on pages and in players."""
        return self.database.once(call, operations.set_time_zone)

    @rpc(allowed=EVERYBODY)
    def get_customer(self, call: Call[GetCustomer]) -> CustomerView:
        """One customer."""
        return self.database.read(call, operations.get_customer)

    @rpc(allowed=SELLERS_AND_CUSTOMERS)
    def get_player_settings(self, call: Call[GetPlayerSettings]) -> PlayerSettings:
        """What a customer's players go by."""
        return self.database.read(call, operations.get_player_settings)

    @rpc(allowed=SELLERS_AND_SUPPORT)
    def list_customers(self, call: Call[ListCustomers]) -> Page[CustomerView]:
        """Customers, filtered and sorted."""
        return self.database.read(call, operations.list_customers)

    @rpc(allowed=SELLERS_AND_SUPPORT)
    def count_customers(self, call: Call[CountCustomers]) -> CustomerCounts:
        """How many customers a filter finds, by what it narrows by."""
        return self.database.read(call, count_customers)
