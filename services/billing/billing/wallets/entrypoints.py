"""Ways in to the ledger."""

from billing.wallets import operations, statements
from billing.wallets.checks import check_ledger
from lineup.bus import Doors, rpc
from lineup.context import EVERYBODY, PARTNERS, SELLERS_AND_SUPPORT, Call
from lineup.contracts.billing.figures import BalancesView, GetBalances
from lineup.contracts.billing.wallets import (
    CheckLedger,
    EntryView,
    GetStatement,
    GetWallet,
    LedgerReport,
    ListEntries,
    ListWallets,
    StatementView,
    WalletView,
)
from lineup.contracts.paging import Page


class WalletDoors(Doors):
    """Balances and statements; money comes in by the renewals' door."""

    @rpc(allowed=EVERYBODY)
    def get_wallet(self, call: Call[GetWallet]) -> WalletView:
        """A customer's balance."""
        return self.database.read(call, operations.get_wallet)

    @rpc(allowed=EVERYBODY)
    def list_entries(self, call: Call[ListEntries]) -> Page[EntryView]:
        """A customer's statement, newest first."""
        return self.database.read(call, statements.list_entries)

    @rpc(allowed=EVERYBODY)
    def get_statement(self, call: Call[GetStatement]) -> StatementView:
        """The sums of a customer's statement over a time."""
        return self.database.read(call, statements.get_statement)

    @rpc(allowed=SELLERS_AND_SUPPORT)
    def list_wallets(self, call: Call[ListWallets]) -> Page[WalletView]:
        """Balances of customers."""
        return self.database.read(call, statements.list_wallets)

    @rpc(allowed=SELLERS_AND_SUPPORT)
    def get_balances(self, call: Call[GetBalances]) -> BalancesView:
        """What customers in scope have on their balances."""
        return self.database.read(call, statements.get_balances)

    @rpc(allowed=PARTNERS)
    def check_ledger(self, call: Call[CheckLedger]) -> LedgerReport:
        """Check the books of everything in scope."""
        return self.database.read(call, check_ledger)
