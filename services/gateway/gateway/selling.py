"""Sales that take several steps, each of which acts once however often it is sent."""

from dataclasses import replace
from uuid import UUID

from gateway.asking import context
from gateway.ground import clients
from lineup.context import Context
from lineup.contracts.billing.subscriptions import Purchase, SubscriptionView
from lineup.contracts.billing.wallets import TopUp
from lineup.money import Money

LONGEST_KEY = 200
CASH = "Paid in cash"
"""How money is named in the statement that was taken with a sale."""


def step(name: str) -> Context:
    """The context of one step of a form: with the form's key, made that step's own.

    Each step is compared by its own content: what stands elsewhere in the form may be
    put right after a refusal, and what was done before is not done again.
    """
    said = context()
    key = said.idempotency_key
    own = f"{key[:LONGEST_KEY]} {name}" if key else None
    return replace(said, idempotency_key=own, request_digest=None)


def take_cash(customer_id: UUID, amount: Money) -> None:
    """Put money on a balance that was taken at the counter; nothing for nothing."""
    if amount:
        question = TopUp(customer_id=customer_id, amount=amount, note=CASH)
        clients().billing.top_up(step("cash"), question)


def buy_for_cash(
    customer_id: UUID, taken: Money, purchase: Purchase
) -> SubscriptionView:
    """Take money, and buy with it."""
    take_cash(customer_id, taken)
    return clients().billing.purchase(step("purchase"), purchase)
