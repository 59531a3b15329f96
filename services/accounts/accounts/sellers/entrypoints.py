"""Ways in to making partners, sellers and staff."""

from functools import partial

from accounts.doors import MakingDoors
from accounts.sellers import editing, operations
from lineup.bus import rpc
from lineup.context import PARTNERS, SELLERS, Call
from lineup.contracts.accounts import (
    AccountView,
    CreateAccount,
    CreateStaff,
    LoginView,
    UpdateAccount,
)


class SellerDoors(MakingDoors):
    """Ways in to making partners, sellers and staff."""

    @rpc(allowed=PARTNERS)
    def create_account(self, call: Call[CreateAccount]) -> AccountView:
        """Make a partner (operator) or a reseller or dealer (partner)."""
        operation = partial(operations.create_account, means=self.means)
        return self.database.once(call, operation)

    @rpc(allowed=SELLERS)
    def update_account(self, call: Call[UpdateAccount]) -> AccountView:
        """Change who an account is and how it is reached."""
        return self.database.once(call, editing.update_account)

    @rpc(allowed=SELLERS)
    def create_staff(self, call: Call[CreateStaff]) -> LoginView:
        """Make a further login on an account."""
        operation = partial(operations.create_staff, means=self.means)
        return self.database.once(call, operation)
