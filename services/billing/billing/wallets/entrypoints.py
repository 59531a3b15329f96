"""Ways in to the ledger."""

from billing.wallets import operations
from billing.wallets.checks import check_ledger
from lineup.bus import Doors, rpc
from lineup.context import EVERYBODY, PARTNERS, Call
from lineup.contracts.billing import (
    CheckLedger,
    EntryView,
    GetWallet,
    LedgerReport,
    ListEntries,
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
        return self.database.read(call, operations.list_entries)

    @rpc(allowed=PARTNERS)
    def check_ledger(self, call: Call[CheckLedger]) -> LedgerReport:
        """Check the books of everything in scope."""
        return self.database.read(call, check_ledger)
