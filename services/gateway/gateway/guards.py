"""What is asked before something goes, so that no money and no price is lost.

Accounts owns who there is and billing owns money, and neither asks the other. So what
a deletion, or another currency, would harm is asked of billing here, right before
accounts is told to act. What comes in between billing puts right when it hears of it.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from gateway.read_your_writes import retry_until_copied, until_billing_closed
from gateway.request_context import ask
from lineup.contracts.accounts.customers import DeleteCustomer
from lineup.contracts.accounts.erasure import EraseCustomer
from lineup.contracts.accounts.jobs import DeleteAccount
from lineup.contracts.accounts.refusals import CurrencyInUse
from lineup.contracts.accounts.tree import AccountKind, GetAccount, UpdateAccount
from lineup.contracts.accounts.users import DeleteUser
from lineup.contracts.billing.catalog import GetCurrencyUse
from lineup.contracts.billing.deletion_blockers import (
    DeletionBlockers,
    GetDeletionBlockers,
    RunningSubscription,
)
from lineup.contracts.billing.refusals import SubscriptionActive
from lineup.errors import Conflict, Unavailable
from lineup.money import Money
from lineup.verbs import Request

R = TypeVar("R")

FORCE = "or force the deletion with a reason."


class BalanceLeft(Conflict):
    """There is money on the balance: pay it out, or force the deletion."""

    code = "balance_left"


def guarded(request: Request[R], call: Callable[[], R], /) -> R:
    """One call: what must be asked first, the call itself, what is waited for after."""
    if (guard := BEFORE.get(type(request))) is not None:
        guard(request)
    reply = retry_until_copied(call, request)
    if (wait := AFTER.get(type(request))) is not None:
        wait(request)
    return reply


def _guard_customer(rpc_request: DeleteCustomer | EraseCustomer) -> None:
    """BalanceLeft or SubscriptionActive, naming the amount and what runs."""
    if rpc_request.force:
        return
    found = ask(GetDeletionBlockers(customer_id=rpc_request.customer_id))
    if found.running:
        raise SubscriptionActive(_running_text(found), details=_details(found))
    if found.balances:
        words = f"{_amounts(found)} is on the balance: pay it out, {FORCE}"
        raise BalanceLeft(words, details=_details(found))


def _guard_account(rpc_request: DeleteAccount) -> None:
    """BalanceLeft, naming what the customers of a seller have together."""
    if rpc_request.force:
        return
    found = ask(GetDeletionBlockers(account_id=rpc_request.account_id))
    if found.balances:
        words = (
            f"{_amounts(found)} is on the balances of its customers: pay it out, "
            f"{FORCE}"
        )
        raise BalanceLeft(words, details=_details(found))


def _guard_user(rpc_request: DeleteUser) -> None:
    """SubscriptionActive for what billing knows to run, even where accounts has not
    heard of it; while billing is away, what accounts has heard decides.
    """
    wanted = GetDeletionBlockers(user_id=rpc_request.user_id)
    try:
        found = ask(wanted)
    except Unavailable:
        return
    if found.running:
        raise SubscriptionActive(details=_details(found))


def _guard_currency(rpc_request: UpdateAccount) -> None:
    """CurrencyInUse for another currency while plans on sale are priced in the old."""
    if not rpc_request.currency:
        return
    wanted = GetAccount(account_id=rpc_request.account_id)
    account = ask(wanted)
    is_same = account.currency == rpc_request.currency.strip().upper()
    if is_same or account.kind is not AccountKind.PARTNER:
        return
    use = ask(GetCurrencyUse(partner_id=rpc_request.account_id))
    if use.plans:
        words = f"{use.plans} plans on sale use {use.currency}. Retire them first."
        raise CurrencyInUse(words, fields={"currency": [words]})


def _wait_closed(rpc_request: DeleteCustomer | EraseCustomer) -> None:
    until_billing_closed(rpc_request.customer_id)


BEFORE: dict[type, Callable[[Any], None]] = {
    DeleteAccount: _guard_account,
    DeleteCustomer: _guard_customer,
    DeleteUser: _guard_user,
    EraseCustomer: _guard_customer,
    UpdateAccount: _guard_currency,
}
AFTER: dict[type, Callable[[Any], None]] = {
    DeleteCustomer: _wait_closed,
    EraseCustomer: _wait_closed,
}


def _amounts(found: DeletionBlockers) -> str:
    return " and ".join(map(str, found.balances))


def _running_text(found: DeletionBlockers) -> str:
    one = found.running == 1
    are = "subscription is" if one else "subscriptions are"
    money = f", and {_amounts(found)} is on the balance" if found.balances else ""
    problem = f"{found.running} {are} active{money}"
    return f"{problem}: stop {'it' if one else 'them'} first, {FORCE}"


def _details(found: DeletionBlockers) -> dict[str, Any]:
    """Each thing in the way; `action` says what to do about a running subscription."""
    running = [_running_blocker(one) for one in found.subscriptions]
    money = [_money_blocker(amount) for amount in found.balances]
    first = found.subscriptions[0].subscription_id if found.subscriptions else None
    details = _stop_details(first) if first else {}
    return {**details, "running": found.running, "blockers": [*running, *money]}


def _stop_details(subscription_id: object) -> dict[str, str]:
    return {"action": "stop_subscription", "subscription_id": str(subscription_id)}


def _running_blocker(one: RunningSubscription) -> dict[str, str]:
    return {
        "kind": "subscription",
        "subscription_id": str(one.subscription_id),
        "user_id": str(one.user_id),
        "user_name": one.user_name,
        "product_name": one.product_name,
        "ends_at": one.ends_at.isoformat(),
    }


def _money_blocker(amount: Money) -> dict[str, Any]:
    return {
        "kind": "balance",
        "amount": {"amount": amount.decimal(), "currency": amount.asset},
    }
