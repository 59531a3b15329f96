"""Who is behind a token, also while accounts is away."""

import itertools
import math
from dataclasses import replace
from uuid import uuid4

import pytest

from gateway.identity import (
    AGAIN_SECONDS,
    KEPT_SECONDS,
    REMEMBERED_SECONDS,
    REMEMBERED_TOKENS,
    Identities,
    digest_of,
)
from lineup.context import Actor, Role
from lineup.errors import Forbidden, Unauthenticated, Unavailable

ANA = Actor(role=Role.PARTNER, scopes=(), name="ana")


class AccountInactive(Forbidden):
    code = "account_inactive"


class Accounts:
    """Names everybody Ana until it is told otherwise; counts how often it is asked."""

    def __init__(self):
        self.answer = ANA
        self.calls = []
        self.now = 0.0

    def __call__(self, _, seconds, link_id=None):
        self.calls.append(seconds)
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

    assert len(accounts.calls) == 2


def test_who_changed_something_since_is_asked_for_again(accounts):
    wall = iter([100.0, 200.0])
    identities = Identities(
        accounts, timer=lambda: accounts.now, wall_clock=lambda: next(wall)
    )
    identities.actor_of("token")
    accounts.answer = replace(ANA, time_zone="Asia/Tokyo")

    assert identities.actor_of("token", changed_at=99.0) == ANA
    assert identities.actor_of("token", changed_at=150.0) == accounts.answer
    assert identities.actor_of("token", changed_at=150.0) == accounts.answer
    assert len(accounts.calls) == 2


def test_who_may_have_changed_itself_is_asked_for_again(accounts, identities):
    identities.actor_of("token")
    accounts.answer = replace(ANA, time_zone="Asia/Tokyo")
    identities.refresh("token")

    assert identities.actor_of("token") == accounts.answer


def test_while_accounts_is_away_everybody_is_who_they_were(accounts, identities):
    identities.actor_of("token")
    accounts.answer = Unavailable()

    for accounts.now in (20, 21, 22):
        assert identities.actor_of("token") == ANA

    # It is asked once, and not for long: the page has parts to wait for.
    assert accounts.calls[1:] == [AGAIN_SECONDS]


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
        identities.evict(digest_of("token"))
    else:
        identities.evict_all()

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


def test_who_lies_below_a_changed_account_is_asked_for_again(accounts, identities):
    below, beside = ("/a/b/",), ("/a/c/",)
    for token, scopes in (("below", below), ("beside", beside)):
        accounts.answer = Actor(role=Role.DEALER, scopes=scopes, name=token)
        identities.actor_of(token)

    identities.evict_below("/a/b/")
    accounts.answer = AccountInactive()

    with pytest.raises(Forbidden):
        identities.actor_of("below")
    assert identities.actor_of("beside").name == "beside"


def test_who_was_switched_off_stays_out_while_accounts_is_away(accounts, identities):
    identities.actor_of("token")
    accounts.now = REMEMBERED_SECONDS + 1
    accounts.answer = AccountInactive()
    with pytest.raises(Forbidden):
        identities.actor_of("token")
    accounts.answer = Unavailable()

    with pytest.raises(Unavailable):
        identities.actor_of("token")


def test_a_visit_is_not_kept_beyond_its_time(accounts, identities):
    accounts.answer = replace(ANA, on_behalf_of="boss")
    identities.actor_of("token")
    accounts.now = REMEMBERED_SECONDS + 1
    accounts.answer = Unavailable()

    with pytest.raises(Unavailable):
        identities.actor_of("token")


class Company:
    """Accounts, to which a reseller company's token acts through any link of its own."""

    def __init__(self, links):
        self.links = links
        self.calls = []

    def __call__(self, token, _, link_id=None):
        self.calls.append((token, link_id))
        if link_id is None or token != "company":
            return ANA
        if link_id not in self.links:
            raise Unauthenticated
        return replace(ANA, role=Role.RESELLER, account_id=link_id)


class TestThroughLinks:
    NORTH, SOUTH = LINKS = uuid4(), uuid4()

    @pytest.fixture
    def company(self):
        return Company([*self.LINKS])

    @pytest.fixture
    def identities(self, company):
        identities = Identities(company)
        for link_id in (None, *self.LINKS, None, *self.LINKS):
            identities.actor_of("company", link_id=link_id)
        assert len(company.calls) == 3
        company.calls.clear()
        return identities

    @pytest.mark.parametrize("how", ["evict", "refresh"])
    def test_a_token_is_asked_for_again_through_each(self, company, identities, how):
        identities.actor_of("other")
        if how == "evict":
            identities.evict(digest_of("company"))
        else:
            identities.refresh("company")
        company.calls.clear()

        for token, link_id in itertools.product(
            ("company", "other"), (None, *self.LINKS)
        ):
            identities.actor_of(token, link_id=link_id)
        identities.actor_of("other")

        asked = [link_id for token, link_id in company.calls if token == "company"]
        assert asked == [None, *self.LINKS]
        assert ("other", None) not in company.calls

    def test_one_that_is_refused_ends_no_other(self, company, identities):
        company.links.remove(self.NORTH)
        for _ in range(2):
            with pytest.raises(Unauthenticated):
                identities.actor_of("company", math.inf, self.NORTH)
        assert identities.actor_of("company") == ANA
        assert identities.actor_of("company", 0, self.SOUTH).role is Role.RESELLER
        assert company.calls == [("company", self.NORTH)] * 2

    def test_made_up_ones_push_nobody_out(self, company, identities):
        for _ in range(REMEMBERED_TOKENS + 1):
            identities.actor_of("other", link_id=uuid4())
        company.calls.clear()

        identities.actor_of("company", link_id=self.NORTH)
        identities.actor_of("other")
        assert company.calls == []


@pytest.mark.feature("AH-34")
def test_a_switched_off_account_is_out_within_ten_seconds():
    assert REMEMBERED_SECONDS < 10
