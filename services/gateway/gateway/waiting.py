"""Short, bounded waits for what follows a change by events."""

import time
from collections.abc import Callable
from typing import TypeVar

from gateway.asking import context
from gateway.ground import clients, ground
from lineup.contracts.accounts import GetUser, UserView
from lineup.contracts.billing import Purchase, SubscriptionView
from lineup.delivery import token_name
from lineup.errors import NotFound

R = TypeVar("R")

WAIT_SECONDS = 2.0
PAUSE_SECONDS = 0.02


def until_link_answers(*users: UserView) -> None:
    """Wait until playlists has written the users' access, so that a new link answers
    at once (PE-01); after 2 s the answer goes out all the same.
    """
    names = [token_name(user.token) for user in users]
    store = ground().blobs
    end = time.monotonic() + WAIT_SECONDS
    while not all(store.has(name) for name in names) and time.monotonic() < end:
        time.sleep(PAUSE_SECONDS)


def purchase(question: Purchase) -> SubscriptionView:
    """Buy; a user that billing has not heard of yet is waited for.

    Accounts is asked first whether the user exists in the actor's scope, so what is
    unknown stays NotFound. The tries share one idempotency key: none or one acts.
    """
    known = GetUser(user_id=question.user_id)
    return once_it_arrived(
        lambda: clients().billing.purchase(context(), question),
        lambda: clients().accounts.get_user(context(), known),
        missing="user_not_found",
    )


def once_it_arrived(
    ask: Callable[[], R], owner_knows: Callable[[], object], *, missing: str
) -> R:
    """Ask until the copy that was `missing` has arrived, for 2 s at most.

    `owner_knows` rises NotFound when there is nothing to wait for.
    """
    try:
        return ask()
    except NotFound as refusal:
        if refusal.code != missing:
            raise
        owner_knows()
    end = time.monotonic() + WAIT_SECONDS
    while True:
        time.sleep(PAUSE_SECONDS)
        try:
            return ask()
        except NotFound as refusal:
            if refusal.code != missing or time.monotonic() > end:
                raise
