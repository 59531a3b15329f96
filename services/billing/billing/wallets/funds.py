"""What customers can spend, while their wallets are locked."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from billing.wallets.models import Wallet
from billing.wallets.movements import Account
from lineup.database import Work
from lineup.money import Money


class Funds:
    """Balances from which amounts are set aside one after the other."""

    def __init__(self, wallets: Iterable[Wallet]) -> None:
        self._balance: dict[UUID, int] = {}
        self._credit: dict[UUID, int] = {}
        for wallet in wallets:
            self._balance[wallet.id] = wallet.balance_minor
            self._credit[wallet.id] = wallet.credit_limit_minor

    def left(self, account: Account) -> Money:
        """What is left of a balance; nothing in a wallet that was never opened."""
        return Money(self._balance.get(account.id, 0), account.asset)

    def take(self, account: Account, amount: Money) -> bool:
        """Set an amount aside; False, and nothing taken, when it is not covered."""
        rest = self.left(account).amount_minor - amount.amount_minor
        if amount and rest < -self._credit.get(account.id, 0):
            return False
        self._balance[account.id] = rest
        return True


def hold_funds(work: Work, accounts: Iterable[Account]) -> Funds:
    """Lock customers' wallets, in the order of their ids, and see what is in them."""
    statement = (
        select(Wallet)
        .where(Wallet.id.in_({account.id for account in accounts}))
        .order_by(Wallet.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return Funds(work.session.scalars(statement))
