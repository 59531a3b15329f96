"""Ways in to making, switching and deleting customers and users."""

from functools import partial

from accounts.customers.current import CURRENT_CUSTOMER
from accounts.doors import MakingDoors
from accounts.membership import operations
from accounts.users.current import current_user
from lineup.bus import rpc
from lineup.context import SELLERS, SELLERS_AND_CUSTOMERS, Call
from lineup.contracts.accounts.customers import (
    CustomerView,
    DeleteCustomer,
    SwitchCustomer,
)
from lineup.contracts.accounts.membership import CreateCustomer, CreatedCustomer
from lineup.contracts.accounts.users import DeleteUser
from lineup.verbs import Done


class MembershipDoors(MakingDoors):
    """Ways in to making, switching and deleting customers and users."""

    @rpc(allowed=SELLERS)
    def create_customer(self, call: Call[CreateCustomer]) -> CreatedCustomer:
        """Make a customer with its login and first user, or nothing."""
        operation = partial(operations.create_customer, means=self.means)
        return self.database.once(call, operation)

    @rpc(allowed=SELLERS)
    def switch_customer(self, call: Call[SwitchCustomer]) -> CustomerView:
        """Switch a customer off, or on again."""
        operation = partial(operations.switch_customer, means=self.means)
        return self.database.once(call, operation, CURRENT_CUSTOMER)

    @rpc(allowed=SELLERS)
    def delete_customer(self, call: Call[DeleteCustomer]) -> Done:
        """Delete a customer without running subscriptions, and its users."""
        operation = partial(operations.delete_customer, means=self.means)
        return self.database.once(call, operation, CURRENT_CUSTOMER)

    @rpc(allowed=SELLERS_AND_CUSTOMERS)
    def delete_user(self, call: Call[DeleteUser]) -> Done:
        """Delete a user without a running subscription, and its devices."""
        operation = partial(operations.delete_user, means=self.means)
        return self.database.once(call, operation, current_user(self.means))
