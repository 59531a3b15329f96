"""Who is behind a token, also while accounts is away."""

import pytest

from gateway.identity import (
    AGAIN_SECONDS,
    KEPT_SECONDS,
    REMEMBERED_SECONDS,
    Identities,
    digest_of,
)
from lineup.context import Actor, Role
from lineup.errors import Unauthenticated, Unavailable

ANA = Actor(role=Role.PARTNER, scopes=(), name="ana")


class Accounts:
    """Names everybody Ana until it is told otherwise; counts how often it is asked."""

    def __init__(self):
        self.answer = ANA
        self.asked = []
        self.now = 0.0

    def __call__(self, _, seconds):
        self.asked.append(seconds)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def accounts():
    return Accounts()


@pytest.fixture
def identities(accounts):
    return Identities(accounts, timer=lambda: accounts.now)


def test_somebody_is_asked_for_once_in_a_while(accounts, identities):
    for accounts.now in (0, 1, REMEMBERED_SECONDS - 1, REMEMBERED_SECONDS + 1):
        assert identities.actor_of("token") == ANA

    assert len(accounts.asked) == 2


def test_while_accounts_is_away_everybody_is_who_they_were(accounts, identities):
    identities.actor_of("token")
    accounts.answer = Unavailable()

    for accounts.now in (20, 21, 22):
        assert identities.actor_of("token") == ANA

    # It is asked once, and not for long: the page has parts to wait for.
    assert accounts.asked[1:] == [AGAIN_SECONDS]


def test_it_does_not_stay_so_for_ever(accounts, identities):
    identities.actor_of("token")
    accounts.answer = Unavailable()
    accounts.now = KEPT_SECONDS + 1

    with pytest.raises(Unavailable):
        identities.actor_of("token")


def test_somebody_new_cannot_be_named(accounts, identities):
    accounts.answer = Unavailable()

    with pytest.raises(Unavailable):
        identities.actor_of("token")


@pytest.mark.parametrize("ending", ["one", "all"])
def test_whose_session_ended_is_nobody_even_then(accounts, identities, ending):
    identities.actor_of("token")
    accounts.answer = Unavailable()
    if ending == "one":
        identities.forget(digest_of("token"))
    else:
        identities.forget_all()

    with pytest.raises(Unavailable):
        identities.actor_of("token")


def test_a_session_that_ended_unheard_is_over_when_accounts_is_back(
    accounts, identities
):
    identities.actor_of("token")
    accounts.answer = Unauthenticated()
    accounts.now = REMEMBERED_SECONDS + 1

    with pytest.raises(Unauthenticated):
        identities.actor_of("token")
    accounts.answer = Unavailable()
    with pytest.raises(Unavailable):
        identities.actor_of("token")
