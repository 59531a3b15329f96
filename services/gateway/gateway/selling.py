"""Sales that take several steps, each of which acts once however often it is sent."""

from uuid import UUID

from gateway.request_context import ask
from lineup.contracts.billing.subscriptions import (
    Purchase,
    SubscriptionView,
)
from lineup.contracts.billing.wallets import TopUp
from lineup.money import Money

CASH = "Paid in cash"
"""How money is named in the statement that was taken with a sale."""


def take_cash(customer_id: UUID, amount: Money) -> None:
    """Put money on a balance that was taken at the counter; nothing for nothing."""
    if amount:
        rpc_request = TopUp(customer_id=customer_id, amount=amount, note=CASH)
        ask(rpc_request, step="cash")


def buy_for_cash(
    customer_id: UUID, taken: Money, purchase: Purchase
) -> SubscriptionView:
    """Take money, and buy with it."""
    take_cash(customer_id, taken)
    return ask(purchase, step="purchase")
