"""Ways in to making partners, sellers and staff."""

from functools import partial

from accounts.doors import MakingDoors
from accounts.sellers import editing, operations
from accounts.sellers.companies import find_company
from accounts.tree.current import CURRENT_ACCOUNT
from lineup.bus import rpc
from lineup.context import PARTNERS, PUBLIC, SELLERS, Call
from lineup.contracts.accounts.logins import CreateStaff, LoginView
from lineup.contracts.accounts.tree import (
    AccountView,
    CompanyFound,
    CreateAccount,
    FindCompany,
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
        return self.database.once(call, editing.update_account, CURRENT_ACCOUNT)

    @rpc(allowed=PUBLIC)
    def find_company(self, call: Call[FindCompany]) -> CompanyFound:
        """The partner whose pages stand at an address, for the sign-in page."""
        return self.database.read(call, partial(find_company, means=self.means))

    @rpc(allowed=SELLERS)
    def create_staff(self, call: Call[CreateStaff]) -> LoginView:
        """Make a further login on an account."""
        operation = partial(operations.create_staff, means=self.means)
        return self.database.once(call, operation)
