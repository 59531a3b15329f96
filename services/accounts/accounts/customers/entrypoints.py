"""Ways in to customers."""

from functools import partial

from accounts.customers import operations
from accounts.doors import MakingDoors
from lineup.bus import rpc
from lineup.context import EVERYBODY, SELLERS, STAFF_AND_SUPPORT, Call
from lineup.contracts.accounts import (
    CreateCustomer,
    CustomerView,
    DeleteCustomer,
    Done,
    GetCustomer,
    ListCustomers,
    UpdateCustomer,
)
from lineup.contracts.paging import Page


class CustomerDoors(MakingDoors):
    """Ways in to customers."""

    @rpc(allowed=SELLERS)
    def create_customer(self, call: Call[CreateCustomer]) -> CustomerView:
        """Make a customer with its login and first user, or nothing."""
        operation = partial(operations.create_customer, means=self.means)
        return self.database.once(call, operation)

    @rpc(allowed=SELLERS)
    def update_customer(self, call: Call[UpdateCustomer]) -> CustomerView:
        """Change a customer's data."""
        return self.database.once(call, operations.update_customer)

    @rpc(allowed=EVERYBODY)
    def get_customer(self, call: Call[GetCustomer]) -> CustomerView:
        """One customer."""
        return self.database.read(call, operations.get_customer)

    @rpc(allowed=STAFF_AND_SUPPORT)
    def list_customers(self, call: Call[ListCustomers]) -> Page[CustomerView]:
        """Customers, newest first."""
        return self.database.read(call, operations.list_customers)

    @rpc(allowed=SELLERS)
    def delete_customer(self, call: Call[DeleteCustomer]) -> Done:
        """Delete a customer without running subscriptions, and its users."""
        operation = partial(operations.delete_customer, means=self.means)
        return self.database.once(call, operation)
