"""Customers are switched off and on with everything that is theirs (CU-15)."""

from functools import partial

import pytest

from accounts.customers.operations import get_player_settings, update_customer
from accounts.logins.identity import identify
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from accounts.membership.operations import create_customer, switch_customer
from accounts.users.operations import create_user
from lineup.context import NOBODY, Role
from lineup.contracts.accounts.customers import (
    CustomerSettings,
    GetPlayerSettings,
    SwitchCustomer,
    UpdateCustomer,
)
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.refusals import AccountLocked, NotSignedIn
from lineup.contracts.accounts.sessions import Identify, SignIn
from lineup.contracts.accounts.tree import LoginDetails
from lineup.contracts.accounts.users import CreateUser
from lineup.errors import Invalid, NotFound

from .conftest import KEYRING, PASSWORD, a_person, actor_at, call, codes_of

ANNA = LoginDetails(username="anna", password=PASSWORD)


@pytest.fixture
def switch(ask, tree, dependencies):
    def switch(customer, *, is_active, actor=None):
        request = SwitchCustomer(customer_id=customer.id, is_active=is_active)
        return ask(
            actor or tree.partner, switch_customer, request, dependencies=dependencies
        )

    return switch


@pytest.fixture
def enter(database):
    """Signs Anna in."""

    def enter():
        request = call(SignIn(username="anna", password=PASSWORD), NOBODY)
        return sign_in(database, request, is_right=is_right, keyring=KEYRING)

    return enter


class TestSwitching:
    @pytest.mark.feature("CU-15")
    def test_off_ends_sessions_and_refuses_to_sign_in(
        self, make_customer, switch, enter, ask, announced
    ):
        customer = make_customer(login=ANNA)
        token = enter().token
        switch(customer, is_active=False)

        with pytest.raises(NotSignedIn):
            ask(NOBODY, identify, Identify(token=token))
        assert len(announced("session_ended")) == 1
        with pytest.raises(AccountLocked) as refusal:
            enter()
        assert (refusal.value.code, refusal.value.kind) == (
            "account_locked",
            "forbidden",
        )

        switch(customer, is_active=True)
        assert enter().actor.account_id == customer.id

    def test_its_users_are_announced_off_and_on_again(
        self, make_customer, switch, announced, ask, tree, dependencies
    ):
        customer = make_customer(user_name="Kids")
        switch(customer, is_active=False)
        request = CreateUser(customer_id=customer.id, name="Late")
        ask(tree.partner, create_user, request, dependencies=dependencies)
        switch(customer, is_active=True)

        told = [(u.name, u.version, u.status) for u in announced("user_changed")]
        assert told == [
            ("Kids", 1, "active"),
            ("Kids", 2, "inactive"),
            ("Late", 1, "inactive"),
            ("Kids", 3, "active"),
            ("Late", 2, "active"),
        ]
        states = [c.status for c in announced("customer_changed")]
        assert states == ["active", "inactive", "active"]

    def test_what_is_so_already_is_not_announced_again(
        self, make_customer, switch, announced
    ):
        switch(make_customer(), is_active=True)

        assert len(announced("customer_changed")) == 1

    def test_strangers_switch_nothing(self, make_customer, switch, tree):
        customer = make_customer()
        for stranger in (tree.neighbour, tree.dealer):
            with pytest.raises(NotFound):
                switch(customer, is_active=False, actor=stranger)


class TestSettings:
    def test_all_faults_are_told_at_once_and_nothing_is_made(
        self, ask, tree, dependencies, announced
    ):
        request = CreateCustomer(
            person=a_person(first_name="", country="XX"),
            login=LoginDetails(username="Anna", password="abc"),
            settings=CustomerSettings(inactivity_seconds=-1, time_zone="Mars"),
            pin="12a4",
        )
        with pytest.raises(Invalid) as refusal:
            ask(tree.partner, create_customer, request, dependencies=dependencies)

        assert codes_of(refusal) == {
            "person.first_name": ["required"],
            "person.country": ["country_unknown"],
            "login.username": ["username_capitals"],
            "login.password": ["password_short"],
            "settings.inactivity_seconds": ["seconds_invalid"],
            "settings.time_zone": ["time_zone_unknown"],
            "pin": ["pin_invalid"],
        }
        assert announced("customer_changed") == []

    @pytest.mark.feature("CU-11")
    def test_players_are_told_them_with_the_pin_sealed(
        self, ask, tree, dependencies, make_customer
    ):
        customer = make_customer()
        change = partial(
            UpdateCustomer, customer_id=customer.id, person=customer.person
        )
        settings = CustomerSettings(inactivity_seconds=600, time_zone="Europe/Paris")
        request = change(settings=settings, pin="0420")
        ask(tree.partner, update_customer, request, dependencies=dependencies)

        wanted = GetPlayerSettings(customer_id=customer.id)
        told = ask(actor_at(customer, Role.CUSTOMER), get_player_settings, wanted)
        assert (told.inactivity_seconds, told.time_zone) == (600, "Europe/Paris")
        assert "0420" not in told.pin
        assert dependencies.keyring.open(told.pin) == "0420"

        ask(tree.partner, update_customer, change(), dependencies=dependencies)
        kept = ask(tree.partner, get_player_settings, wanted)
        assert kept == told
        ask(tree.partner, update_customer, change(pin=""), dependencies=dependencies)
        assert ask(tree.partner, get_player_settings, wanted).pin == ""

    def test_strangers_are_told_nothing(self, ask, tree, make_customer):
        request = GetPlayerSettings(customer_id=make_customer().id)
        for stranger in (tree.neighbour, tree.dealer):
            with pytest.raises(NotFound):
                ask(stranger, get_player_settings, request)
