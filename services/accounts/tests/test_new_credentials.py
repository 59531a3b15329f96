"""Replacing what a user's player signs in with."""

from contextlib import nullcontext
from dataclasses import replace

import pytest

from accounts.logins.limits import SignInLimits, TooManyTries
from accounts.membership.operations import delete_user
from accounts.users.new_credentials import (
    change_player_login,
    replace_player_password,
    replace_playlist_link,
)
from accounts.users.operations import create_user, get_user, list_users
from lineup.access import PermissionMissing
from lineup.context import Permission, Role
from lineup.contracts.accounts.refusals import InvalidCredentials
from lineup.contracts.accounts.users import (
    ChangePlayerLogin,
    CreateUser,
    DeleteUser,
    GetUser,
    ListUsers,
    ReplacePlayerPassword,
    ReplacePlaylistLink,
)
from lineup.contracts.audit import ListAuditEntries
from lineup.database.audit.reading import list_audit_entries
from lineup.errors import Conflict, NotFound
from lineup.values.bad_value import BadValueError
from lineup.values.checking import rule_of
from lineup.values.types import OptionalPlayerPassword, PlayerPassword, PlayerUsername

from .conftest import actor_at, call

LIMITS = SignInLimits.of(tries=2, tries_per_address=4)


@pytest.fixture
def customer(make_customer, tree):
    return make_customer(tree.reseller)


@pytest.fixture
def user(ask, tree, dependencies, customer):
    request = CreateUser(customer_id=customer.id, name="Kids")
    return ask(tree.reseller, create_user, request, dependencies=dependencies)


@pytest.fixture
def password(user, dependencies):
    return dependencies.keyring.open(user.password)


@pytest.fixture
def seen(ask, tree, dependencies, user):
    def seen():
        request = GetUser(user_id=user.id)
        return ask(tree.operator, get_user, request, dependencies=dependencies)

    return seen


@pytest.fixture
def change(database, tree, dependencies, user, password):
    def change(actor=None, key=None, **fields):
        given = {
            "old_username": user.username,
            "old_password": password,
            "new_username": "kids.room",
            "new_password": "rain-7",
        }
        request = ChangePlayerLogin(**(given | fields))
        asked = call(request, actor or tree.reseller, key)
        return change_player_login(
            database, asked, dependencies=dependencies, limits=LIMITS
        )

    return change


@pytest.mark.feature("PE-21")
class TestLink:
    def test_only_the_link_is_another(self, ask, customer, dependencies, user, seen):
        as_customer = actor_at(customer, Role.CUSTOMER)
        request = ReplacePlaylistLink(user_id=user.id)
        made = ask(
            as_customer, replace_playlist_link, request, dependencies=dependencies
        )
        assert made.token != user.token
        assert replace(made, token=user.token, updated_at=user.updated_at) == user
        assert seen() == made

    def test_it_is_announced(self, ask, tree, dependencies, user, announced):
        request = ReplacePlaylistLink(user_id=user.id)
        made = ask(
            tree.partner, replace_playlist_link, request, dependencies=dependencies
        )
        [before, after] = announced("user_changed")
        assert (before.token, after.token) == (user.token, made.token)
        assert after.version > before.version

    def test_strangers_replace_nothing(self, ask, tree, dependencies, user, seen):
        for stranger in (tree.neighbour, tree.dealer):
            for operation, request in (
                (replace_playlist_link, ReplacePlaylistLink(user_id=user.id)),
                (replace_player_password, ReplacePlayerPassword(user_id=user.id)),
            ):
                with pytest.raises(NotFound):
                    ask(stranger, operation, request, dependencies=dependencies)
        assert seen() == user


@pytest.mark.feature("CU-38")
class TestPassword:
    @pytest.mark.parametrize("chosen", ["rain-7", ""])
    def test_it_is_chosen_or_generated(
        self, ask, tree, dependencies, user, password, chosen
    ):
        request = ReplacePlayerPassword(user_id=user.id, new_password=chosen)
        made = ask(
            tree.reseller, replace_player_password, request, dependencies=dependencies
        )
        new = dependencies.keyring.open(made.password)
        assert new != password
        assert new == chosen if chosen else len(new) == 12
        assert (made.token, made.username) == (user.token, user.username)

    def test_who_sees_no_secrets_chooses_none(self, ask, tree, dependencies, user):
        some = replace(tree.partner, permissions=(Permission.CUSTOMERS,))
        for chosen in ("", "rain-7"):
            request = ReplacePlayerPassword(user_id=user.id, new_password=chosen)
            with pytest.raises(PermissionMissing) if chosen else nullcontext():
                ask(some, replace_player_password, request, dependencies=dependencies)


@pytest.mark.feature("CU-38")
@pytest.mark.feature("AP-14")
class TestLogin:
    def test_the_pair_is_another_and_the_link_stays(
        self, change, user, dependencies, seen, ask, tree, announced
    ):
        made = change()
        assert made == seen()
        assert (made.username, made.token) == ("kids.room", user.token)
        assert dependencies.keyring.open(made.password) == "rain-7"
        assert announced("user_changed")[-1].username == "kids.room"
        found = ListUsers(search="kids.room")
        page = ask(tree.reseller, list_users, found, dependencies=dependencies)
        assert [one.id for one in page.items] == [user.id]

    def test_a_wrong_pair_changes_nothing(self, change, seen, user):
        for wrong in ({"old_password": "wrong"}, {"old_username": "nobody-here"}):
            with pytest.raises(InvalidCredentials):
                change(**wrong)
        assert seen() == user

    def test_others_cannot_with_the_right_pair(self, change, tree, make_customer):
        stranger = actor_at(make_customer(tree.reseller), Role.CUSTOMER)
        for actor in (stranger, tree.neighbour, tree.dealer):
            with pytest.raises(InvalidCredentials):
                change(actor)

    def test_a_deleted_user_has_no_pair(self, change, ask, tree, dependencies, user):
        ask(
            tree.reseller,
            delete_user,
            DeleteUser(user_id=user.id),
            dependencies=dependencies,
        )
        with pytest.raises(InvalidCredentials):
            change()

    def test_a_name_that_is_taken_is_refused(
        self, change, ask, tree, dependencies, make_customer, seen, user
    ):
        made = make_customer(tree.neighbour, user_name="Den")
        [other] = made.users
        with pytest.raises(Conflict) as refusal:
            change(new_username=other.username)
        assert refusal.value.code == "username_taken"
        assert refusal.value.fields.keys() == {"new_username"}
        assert seen() == user

    def test_its_own_name_may_stay(self, change, user):
        assert change(new_username=user.username).username == user.username

    def test_it_stands_in_the_audit_log_without_its_passwords(
        self, change, ask, tree, password
    ):
        change()
        page = ask(tree.partner, list_audit_entries, ListAuditEntries())
        [row] = [one for one in page.items if one.action == "test"]
        assert password not in repr(row)
        assert "rain-7" not in repr(row)
        assert ("username", "kids.room") in {(c.field, c.after) for c in row.changes}

    def test_the_same_key_acts_once(self, change):
        assert change(key="one") == change(key="one")

    def test_wrong_pairs_have_to_wait(self, change, clock, tree):
        for _ in range(2):
            with pytest.raises(InvalidCredentials):
                change(old_password="wrong")
        with pytest.raises(TooManyTries) as refusal:
            change()
        assert refusal.value.details["retry_after"] > 0
        with pytest.raises(InvalidCredentials):
            change(tree.neighbour)
        clock.forward(minutes=30)
        assert change().username == "kids.room"

    def test_names_cannot_be_guessed_one_after_another(self, change):
        for number in range(4):
            with pytest.raises(InvalidCredentials):
                change(old_username=f"guess-{number}")
        with pytest.raises(TooManyTries):
            change(old_username="guess-5")


@pytest.mark.feature("CU-38")
@pytest.mark.parametrize(
    ("hint", "text"),
    [
        (PlayerUsername, "short"),
        (PlayerUsername, "a" * 101),
        (PlayerUsername, "anna living"),
        (PlayerUsername, "anna/living"),
        (PlayerUsername, ""),
        (PlayerPassword, "abc"),
        (PlayerPassword, "a" * 26),
        (PlayerPassword, "rain 77"),
        (PlayerPassword, "rain%77"),
        (PlayerPassword, ""),
        (OptionalPlayerPassword, "abc"),
        (OptionalPlayerPassword, "rain 77"),
    ],
)
def test_what_a_player_cannot_hold_is_refused(hint, text):
    with pytest.raises(BadValueError):
        rule_of(hint)[1].checked(text)


@pytest.mark.feature("CU-38")
def test_what_a_player_can_hold_is_kept():
    assert rule_of(PlayerUsername)[1].checked("Anna.B_2@tv-1") == "anna.b_2@tv-1"
    assert rule_of(PlayerPassword)[1].checked("Rain_7.@-") == "Rain_7.@-"
    assert rule_of(OptionalPlayerPassword)[1].checked("") == ""
