"""Support grants: no partner is entered by support without one, or after its end."""

from datetime import timedelta

import pytest

from accounts.logins.identity import identify
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from accounts.staff.impersonation import begin_impersonation
from accounts.staff.support import create_grant, end_grant, list_grants
from lineup.context import NOBODY, Actor, Role
from lineup.contracts.accounts.refusals import (
    NotSignedIn,
    SupportGrantNotFound,
    SupportNotGranted,
)
from lineup.contracts.accounts.sessions import EnterAccount, Identify, SignIn
from lineup.contracts.accounts.support_grants import (
    CreateSupportGrant,
    EndSupportGrant,
    ListSupportGrants,
)
from lineup.impersonation import NotWhileImpersonating
from lineup.verbs import verb_of

from .conftest import KEYRING, PASSWORD, call

pytestmark = pytest.mark.feature("AH-29")


@pytest.fixture
def grant(ask, tree):
    return lambda **how: ask(tree.partner, create_grant, CreateSupportGrant(**how))


@pytest.fixture
def enter(ask, support):
    def enter(account, actor=support):
        request = EnterAccount(account_id=account.account_id)
        return ask(actor, begin_impersonation, request)

    return enter


@pytest.fixture
def who(ask):
    return lambda token: ask(NOBODY, identify, Identify(token=token))


def test_without_a_grant_support_enters_nobody(tree, enter, ask):
    for account in (tree.partner, tree.reseller, tree.neighbour):
        with pytest.raises(SupportNotGranted) as refusal:
            enter(account)
    assert (refusal.value.status, refusal.value.code) == (403, "support_not_granted")


def test_with_one_support_enters_the_partner_and_all_below(
    tree, grant, enter, who, make_customer
):
    grant(hours=1)
    customer = make_customer()
    entered = who(enter(tree.partner).token)
    assert (entered.name, entered.on_behalf_of) == ("north", "sue")
    assert entered.role is Role.PARTNER
    dealer = who(enter(tree.dealer).token)
    assert (dealer.name, dealer.on_behalf_of) == ("stall", "sue")
    below = Actor(role=Role.CUSTOMER, scopes=(), account_id=customer.id)
    inside = who(enter(below).token)
    assert (inside.role, inside.on_behalf_of) == (Role.CUSTOMER, "sue")
    with pytest.raises(SupportNotGranted):
        enter(tree.neighbour)


def test_it_works_until_the_stated_time(tree, grant, enter, who, clock):
    grant(hours=1)
    clock.forward(minutes=45)
    signed = enter(tree.partner)
    assert signed.expires_at - clock.now() == timedelta(minutes=15)
    clock.forward(minutes=14)
    who(signed.token)
    clock.forward(minutes=1)
    with pytest.raises(NotSignedIn):
        who(signed.token)
    with pytest.raises(SupportNotGranted):
        enter(tree.partner)


def test_ended_sooner_it_ends_who_is_in_by_it(tree, ask, grant, enter, who, announced):
    one = grant()
    signed = enter(tree.partner)
    ask(tree.partner, end_grant, EndSupportGrant(grant_id=one.id))
    with pytest.raises(NotSignedIn):
        who(signed.token)
    assert len(announced("session_ended")) == 1
    with pytest.raises(SupportNotGranted):
        enter(tree.partner)


def test_ending_one_ends_nobody_else(tree, ask, database, grant, enter, who):
    grant(hours=3)
    by_longer = enter(tree.partner)
    other = ask(tree.neighbour, create_grant, CreateSupportGrant())
    shorter = grant(hours=1)
    for one in (other, shorter):
        owner = tree.neighbour if one is other else tree.partner
        ask(owner, end_grant, EndSupportGrant(grant_id=one.id))
    assert who(by_longer.token).on_behalf_of == "sue"


def test_the_partner_sees_who_used_it(tree, ask, grant, enter, clock):
    first = grant(hours=1)
    enter(tree.partner)
    clock.forward(minutes=5)
    enter(tree.dealer)
    clock.forward(hours=2)
    grant()
    new, old = ask(tree.partner, list_grants, ListSupportGrants()).items
    assert (new.is_open, new.visits) == (True, [])
    assert (old.id, old.is_open) == (first.id, False)
    assert [(one.username, one.account) for one in old.visits] == [
        ("sue", "stall"),
        ("sue", "north"),
    ]
    assert ask(tree.neighbour, list_grants, ListSupportGrants()).items == []


def test_nobody_ends_that_of_another_and_support_prolongs_none(
    tree, ask, grant, enter, who
):
    one = grant()
    with pytest.raises(SupportGrantNotFound):
        ask(tree.neighbour, end_grant, EndSupportGrant(grant_id=one.id))
    inside = who(enter(tree.partner).token)
    with pytest.raises(NotWhileImpersonating):
        verb_of(CreateSupportGrant).access.check(inside)


def test_others_enter_as_before(tree, ask, enter, database):
    request = SignIn(username="north", password=PASSWORD)
    asked = call(request, NOBODY)
    north = sign_in(database, asked, is_right=is_right, keyring=KEYRING).actor
    assert enter(tree.dealer, north).actor.on_behalf_of == "north"
