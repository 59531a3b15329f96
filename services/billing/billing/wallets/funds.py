"""What customers can spend: what is on their balance, and the credit they were given.

Credit pays for purchases and renewals. It is never handed out: what leaves a balance
by hand has to be on it.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from billing.wallets.models import Wallet
from billing.wallets.movements import Account
from lineup.database import UnitOfWork
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

    def missing(self, account: Account, amount: Money) -> Money:
        """How much more it takes to pay an amount; zero when it is covered."""
        if not amount:
            return amount
        credit = Money(self._credit.get(account.id, 0), account.asset)
        return max(amount - self.left(account) - credit, Money.zero(account.asset))

    def take(self, account: Account, amount: Money) -> bool:
        """Set an amount aside; False, and nothing taken, when it is not covered."""
        if self.missing(account, amount):
            return False
        self._balance[account.id] = (self.left(account) - amount).amount_minor
        return True


def funds_of(work: UnitOfWork, account: Account) -> Funds:
    """What a customer can spend as it looks just now; nothing is locked."""
    statement = select(Wallet).where(Wallet.id == account.id)
    return Funds(work.session.scalars(statement))


def lock_funds(work: UnitOfWork, accounts: Iterable[Account]) -> Funds:
    """Lock customers' wallets, in the order of their ids, and see what is in them."""
    statement = (
        select(Wallet)
        .where(Wallet.id.in_({account.id for account in accounts}))
        .order_by(Wallet.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return Funds(work.session.scalars(statement))
