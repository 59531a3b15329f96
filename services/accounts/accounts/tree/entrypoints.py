"""Ways in to the account tree."""

from accounts.tree import operations
from accounts.tree.current import CURRENT_ACCOUNT
from lineup.bus import Doors, rpc
from lineup.context import PARTNERS, SELLERS_AND_SUPPORT, Call
from lineup.contracts.accounts.tree import (
    AccountView,
    GetAccount,
    ListAccounts,
    SetAccountState,
)
from lineup.contracts.paging import Page


class TreeDoors(Doors):
    """Ways in to the account tree."""

    @rpc(allowed=SELLERS_AND_SUPPORT)
    def get_account(self, call: Call[GetAccount]) -> AccountView:
        """One partner or seller."""
        return self.database.read(call, operations.get_account)

    @rpc(allowed=SELLERS_AND_SUPPORT)
    def list_accounts(self, call: Call[ListAccounts]) -> Page[AccountView]:
        """Partners and sellers, newest first."""
        return self.database.read(call, operations.list_accounts)

    @rpc(allowed=PARTNERS)
    def set_account_state(self, call: Call[SetAccountState]) -> AccountView:
        """Switch a partner or seller on or off."""
        return self.database.once(call, operations.set_account_state, CURRENT_ACCOUNT)
