"""Reading what was just written: short, bounded waits for copies that are on their way.

Services keep copies of each other's facts, fed by events. What a caller has just
written may be refused a moment later by a service whose copy is older. So a refusal
that an old copy can be the reason of is checked with the owner of the fact: where the
owner has it, the copy is on its way, and the same call is made again until it has
arrived, for two seconds at most. `OWNERS` says of which refusals that is true and whom
to ask.

This is done for every call that is waited for (`gateway.guards.guarded`), of the API
and the panel alike. The tries share one context, so none or one of them acts.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from gateway.app_context import app_context
from gateway.public.access_facts import AccessFacts
from gateway.request_context import actor, ask
from lineup.contracts.accounts.customers import GetCustomer
from lineup.contracts.accounts.tree import AccountKind, AccountView, GetAccount
from lineup.contracts.accounts.users import GetUser, UserView
from lineup.contracts.billing.catalog import ListProducts
from lineup.contracts.billing.deletion_blockers import GetDeletionBlockers
from lineup.contracts.billing.reports import GetSubscriptionFigures
from lineup.contracts.paging import MAX_LIMIT, Paging
from lineup.contracts.playlists.packages import GetPackage
from lineup.delivery import token_name, username_name
from lineup.errors import NotFound, Refusal, Unavailable

R = TypeVar("R")

WAIT_SECONDS = 2.0
PAUSE_SECONDS = 0.02


def until_link_answers(*users: UserView) -> None:
    """Wait until playlists has written the users' access, so that a new link answers
    at once; after 2 s the answer goes out all the same.
    """
    _until_known([token_name(user.token) for user in users])


def until_login_answers(user: UserView) -> None:
    """The same for a new Xtream user name."""
    _until_known([username_name(user.username)])


def _until_known(names: list[str]) -> None:
    facts = AccessFacts(app_context().blobs)

    def answer() -> bool:
        try:
            return all(facts.has(name) for name in names)
        except OSError:  # the store is away, or a file of it not whole
            return False

    _poll_until(answer)


def until_billing_closed(customer_id: UUID) -> None:
    """Wait until billing knows that a customer was deleted and takes no more money."""
    rpc_request = GetDeletionBlockers(customer_id=customer_id)

    def is_closed() -> bool:
        try:
            blockers = ask(rpc_request)
        except Unavailable:
            return True
        return blockers.is_deleted

    _poll_until(is_closed)


def retry_until_copied(call: Callable[[], R], rpc_request: Any) -> R:
    """Ask until the copies that were missing have arrived, for 2 s at most."""
    end = time.monotonic() + WAIT_SECONDS
    waited_for: set[str] = set()
    while True:
        try:
            return call()
        except Refusal as refusal:
            if time.monotonic() > end:
                raise
            if refusal.code not in waited_for and not is_on_its_way(
                refusal, rpc_request
            ):
                raise
            waited_for.add(refusal.code)
        time.sleep(PAUSE_SECONDS)


def is_on_its_way(refusal: Refusal, rpc_request: Any) -> bool:
    """Whether the owner of what was missing has it as the request would need it."""
    has_owner = OWNERS.get(refusal.code)
    if has_owner is None or isinstance(rpc_request, OWNER_READS):
        return False
    try:
        return has_owner(rpc_request)
    except (NotFound, Unavailable, AttributeError):
        return False


def _poll_until(is_there: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not is_there() and time.monotonic() < end:
        time.sleep(PAUSE_SECONDS)


def _has_customer(rpc_request: Any) -> bool:
    wanted = GetCustomer(customer_id=rpc_request.customer_id)
    return bool(ask(wanted))


def _has_user(rpc_request: Any) -> bool:
    wanted = GetUser(user_id=rpc_request.user_id)
    return bool(ask(wanted))


def _has_partner(rpc_request: Any) -> bool:
    partner_id = getattr(rpc_request, "partner_id", None) or actor().partner_id
    return partner_id is not None and _account(partner_id).kind is AccountKind.PARTNER


def _has_account(rpc_request: Any) -> bool:
    return bool(_account(rpc_request.account_id))


def _account(account_id: UUID) -> AccountView:
    return ask(GetAccount(account_id=account_id))


def _has_packages(rpc_request: Any) -> bool:
    return all(
        ask(GetPackage(package_id=package)) for package in rpc_request.package_ids
    )


def _has_currency(rpc_request: Any) -> bool:
    """Whether the actor's partner sells in the currency of a price by now."""
    own = actor().partner_id
    return own is not None and _account(own).currency == rpc_request.price.asset


def _nothing_runs(rpc_request: Any) -> bool:
    """Whether billing has stopped everything of a user or customer to be deleted."""
    wanted = GetDeletionBlockers(
        user_id=getattr(rpc_request, "user_id", None),
        customer_id=getattr(rpc_request, "customer_id", None),
    )
    return not ask(wanted).running


def _nothing_runs_on_package(rpc_request: Any) -> bool:
    """Whether no product with a package has a running subscription."""
    statistics = ask(GetSubscriptionFigures())
    running = {one.id for one in statistics.by_product if one.count}
    sold = ListProducts(paging=Paging(limit=MAX_LIMIT))
    products = ask(sold).items
    return not any(
        product.id in running and rpc_request.package_id in product.package_ids
        for product in products
    )


OWNER_READS = (GetAccount, GetCustomer, GetPackage, GetUser)
"""What owners themselves are asked: their answer is the last word."""
OWNERS: dict[str, Callable[[Any], bool]] = {
    "account_not_found": _has_account,
    "currency_mismatch": _has_currency,
    "customer_not_found": _has_customer,
    "package_in_use": _nothing_runs_on_package,
    "package_not_found": _has_packages,
    "partner_not_found": _has_partner,
    "subscription_active": _nothing_runs,
    "user_not_found": _has_user,
}
"""Refusals that an old copy can be the reason of, and whether its owner knows better.

`subscription_active` is of accounts, for a deletion; billing itself refuses a purchase
by the same code, and then something runs.
"""
