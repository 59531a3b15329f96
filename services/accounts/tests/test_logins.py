import math

import pytest
from argon2 import PasswordHasher, extract_parameters
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select

from accounts.logins import passwords, usernames
from accounts.logins.identity import identify
from accounts.logins.models import Login, Session
from accounts.logins.operations import prune, reset_password, sign_out
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from accounts.tree.operations import set_account_state
from lineup.context import NOBODY, Role
from lineup.contracts.accounts.refusals import (
    AccountInactive,
    InvalidCredentials,
    NotSignedIn,
)
from lineup.contracts.accounts.sessions import Identify, SignIn, SignOut
from lineup.contracts.accounts.tree import LoginDetails, SetAccountState, Status
from lineup.validation import ValidationErrors

from .conftest import KEYRING, PASSWORD, call

CHOSEN, GENERATED = 19_456, 8
"""KiB that a guess at a password takes, of each kind."""
ANNA = LoginDetails(username="anna", password="1234")


@pytest.fixture
def enter(database):
    """`enter("anna", "1234")` signs in."""

    def enter(username, password, **options):
        request = SignIn(username=username, password=password, **options)
        return sign_in(
            database, call(request, NOBODY), is_right=is_right, keyring=KEYRING
        )

    return enter


@pytest.fixture
def who(ask):
    """`who(token)` identifies."""
    return lambda token: ask(NOBODY, identify, Identify(token=token))


class TestUsernames:
    @pytest.mark.parametrize(
        ("username", "code"),
        [
            ("Anna", "username_capitals"),
            ("an", "username_length"),
            ("a" * 65, "username_length"),
            ("anna b", "username_characters"),
            ("änna", "username_characters"),
            (".anna", "username_characters"),
            ("anna\n", "username_characters"),
        ],
    )
    def test_what_is_refused(self, username, code):
        errors = ValidationErrors()
        usernames.check_username(errors, "username", username)
        assert [fault.code for fault in errors.errors] == [code]

    @pytest.mark.parametrize(
        "username", ["anna", "anna.b@example.com", "4us", "a_b+c-d"]
    )
    def test_what_is_accepted(self, username):
        errors = ValidationErrors()
        usernames.check_username(errors, "username", username)
        assert errors.errors == []

    @given(st.text())
    def test_what_is_generated_of_any_hint_is_accepted(self, hint):
        errors = ValidationErrors()
        username = usernames.generate_username(hint, lambda _: False)
        usernames.check_username(errors, "username", username)
        assert errors.errors == []

    def test_a_mail_address_gives_its_local_part_and_digits(self):
        username = usernames.generate_username("Anna.Berg@example.com", lambda _: False)
        assert username.startswith("anna.berg")
        assert username.removeprefix("anna.berg").isdigit()

    def test_a_taken_name_is_not_generated(self):
        tried = []

        def is_taken(name):
            tried.append(name)
            return len(tried) < 6

        assert usernames.generate_username("anna", is_taken) == tried[5]

    def test_the_search_for_a_free_name_ends(self):
        with pytest.raises(LookupError):
            usernames.generate_username("anna", lambda _: True)


class TestPasswords:
    @pytest.mark.feature("CU-07")
    @pytest.mark.parametrize(
        ("role", "password", "codes"),
        [
            (Role.CUSTOMER, "123", ["password_short"]),
            (Role.CUSTOMER, "1234", []),
            (Role.STAFF, "elevenchars", ["password_short"]),
            (Role.STAFF, "twelve chars", []),
            (Role.OPERATOR, "x" * 129, ["password_long"]),
        ],
    )
    def test_the_floor_depends_on_the_role(self, role, password, codes):
        errors = ValidationErrors()
        passwords.check_password(errors, "password", password, role)
        assert [fault.code for fault in errors.errors] == codes

    def test_generated_ones_are_unambiguous_and_differ(self):
        made = {passwords.generate_password() for _ in range(200)}
        assert len(made) == 200
        assert not set("".join(made)) & set("ilo01ABC")

    def test_generated_ones_have_a_hundred_bits_of_chance(self):
        characters = passwords.generate_password().replace("-", "")
        assert set(characters) <= set(passwords.ALPHABET)
        assert len(characters) * math.log2(len(passwords.ALPHABET)) >= 100

    def test_only_what_was_generated_is_hashed_quickly(
        self, ask, tree, dependencies, engine, make_customer
    ):
        chosen = str(passwords.generate_password())
        make_customer(login=LoginDetails(username="chosen", password=chosen))
        generated = make_customer()

        assert cost_of(engine, "chosen") == CHOSEN
        assert cost_of(engine, generated.username) == GENERATED

    def test_a_login_that_gets_a_chosen_password_is_hashed_slowly(
        self, database, dependencies, enter, engine, make_customer
    ):
        generated = make_customer()
        with database.transaction() as work:
            reset_password(work, dependencies, generated.username, "a-new-one")

        assert cost_of(engine, generated.username) == CHOSEN
        assert enter(generated.username, "a-new-one").token

    @pytest.mark.parametrize(
        "kind", [passwords.hash_password, passwords.hash_generated]
    )
    def test_a_wrong_password_costs_as_much_whatever_the_hash_is_of(
        self, monkeypatch, kind
    ):
        password = passwords.generate_password()
        kept, looked_at = kind(password), []

        class Noting(PasswordHasher):
            def verify(self, password_hash, password):
                looked_at.append(extract_parameters(password_hash).memory_cost)
                return super().verify(password_hash, password)

        hasher = Noting(time_cost=2, memory_cost=CHOSEN, parallelism=1)
        monkeypatch.setattr(passwords, "_HASHER", hasher)

        assert is_right(kept, password)
        looked_at.clear()
        assert not is_right(kept, "another")
        assert looked_at.count(CHOSEN) == 1


def cost_of(engine, username):
    """KiB of memory that each guess at a login's password takes."""
    statement = select(Login.password_hash).where(Login.username == username)
    with engine.connect() as connection:
        return extract_parameters(connection.execute(statement).scalar()).memory_cost


class TestSignIn:
    def test_a_right_password_begins_a_session_of_its_own_part_of_the_tree(
        self, enter, who, tree, make_customer, clock
    ):
        customer = make_customer(tree.reseller, login=ANNA)

        entered = enter("anna", "1234")

        assert who(entered.token) == entered.actor
        assert entered.actor.role is Role.CUSTOMER
        assert entered.actor.scopes == (customer.scope,)
        assert entered.actor.account_id == customer.id
        assert entered.actor.partner_id == tree.partner.account_id
        assert entered.actor.name == "anna"
        assert (entered.expires_at - clock.now()).total_seconds() == 12 * 3600

    def test_the_operator_sees_everything(self, enter, tree):
        actor = enter("root", PASSWORD).actor
        assert (actor.role, actor.scopes, actor.partner_id) == (
            Role.OPERATOR,
            ("/",),
            None,
        )

    def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
        self, enter, tree
    ):
        answers = []
        for username, password in (("root", "wrong"), ("nobody", PASSWORD)):
            with pytest.raises(InvalidCredentials) as refusal:
                enter(username, password)
            answers.append(
                (refusal.value.code, refusal.value.status, str(refusal.value))
            )
        assert answers[0] == answers[1]
        assert answers[0][:2] == ("invalid_credentials", 401)

    def test_an_unknown_name_costs_a_password_check_too(self, database, tree):
        checked = []

        def note(password_hash, password):
            checked.append(password_hash)
            return is_right(password_hash, password)

        request = call(SignIn(username="nobody", password="x"), NOBODY)
        with pytest.raises(InvalidCredentials):
            sign_in(database, request, is_right=note, keyring=KEYRING)
        known = passwords.hash_password("x").rpartition("$")[0].rpartition("$")[0]
        assert [kept.startswith(known) for kept in checked] == [True]

    @pytest.mark.feature("CU-07")
    def test_only_digests_are_stored(self, enter, engine, tree):
        token = enter("root", PASSWORD).token
        with engine.connect() as connection:
            sessions = connection.execute(select(Session.__table__)).all()
            logins = connection.execute(select(Login.__table__)).all()
        assert token not in repr(sessions)
        assert PASSWORD not in repr(logins)
        assert "$argon2id$" in repr(logins)
        assert len(token) >= 43

    @pytest.mark.feature("AH-34")
    @pytest.mark.parametrize("who_is_off", ["partner", "reseller"])
    def test_below_what_is_switched_off_nobody_enters_or_stays(
        self, who_is_off, enter, who, tree, make_customer, ask
    ):
        make_customer(tree.reseller, login=ANNA)
        token = enter("anna", "1234").token
        off = SetAccountState(
            account_id=getattr(tree, who_is_off).account_id, state=Status.INACTIVE
        )
        ask(tree.operator, set_account_state, off)

        for attempt in (lambda: enter("anna", "1234"), lambda: who(token)):
            with pytest.raises(AccountInactive) as refusal:
                attempt()
            assert (refusal.value.code, refusal.value.status) == (
                "account_inactive",
                403,
            )

    def test_who_does_not_know_the_password_does_not_hear_of_that(
        self, enter, tree, ask
    ):
        off = SetAccountState(account_id=tree.partner.account_id, state=Status.INACTIVE)
        ask(tree.operator, set_account_state, off)
        with pytest.raises(InvalidCredentials):
            enter("north", "wrong")

    def test_the_neighbour_of_what_is_switched_off_stays(self, enter, who, tree, ask):
        off = SetAccountState(
            account_id=tree.neighbour.account_id, state=Status.INACTIVE
        )
        ask(tree.operator, set_account_state, off)
        assert who(enter("north", PASSWORD).token).role is Role.PARTNER


class TestSessions:
    def test_a_used_session_slides_on(self, enter, who, tree, clock):
        token = enter("root", PASSWORD).token
        for _ in range(3):
            clock.forward(hours=11)
            assert who(token).name == "root"

    def test_an_unused_one_ends_after_twelve_hours(self, enter, who, tree, clock):
        token = enter("root", PASSWORD).token
        clock.forward(hours=12)
        with pytest.raises(NotSignedIn):
            who(token)

    def test_a_token_lasts_ninety_days_however_it_is_used(
        self, enter, who, tree, clock
    ):
        token = enter("root", PASSWORD, wants_token=True).token
        clock.forward(days=89, hours=23)
        assert who(token).name == "root"
        clock.forward(hours=1)
        with pytest.raises(NotSignedIn):
            who(token)

    def test_an_unknown_token_is_nobody(self, who, tree):
        with pytest.raises(NotSignedIn):
            who("made-up")

    def test_signing_out_ends_it_and_is_announced(
        self, enter, who, database, tree, announced
    ):
        token = enter("root", PASSWORD).token
        other = enter("root", PASSWORD).token
        for _ in range(2):
            sign_out(database, call(SignOut(token=token), NOBODY))
        with pytest.raises(NotSignedIn):
            who(token)
        assert who(other).name == "root"
        assert len(announced("session_ended")) == 1
        assert token not in repr(announced("session_ended"))

    def test_identifying_asks_the_database_once(self, enter, who, tree, engine):
        token = enter("root", PASSWORD).token
        statements = []
        event.listen(
            engine, "before_cursor_execute", lambda *args: statements.append(args[2])
        )
        who(token)
        assert len(statements) == 1

    def test_what_is_long_over_is_forgotten(self, enter, who, database, tree, clock):
        old = enter("root", PASSWORD).token
        clock.forward(hours=14)
        new = enter("root", PASSWORD).token
        with database.transaction() as work:
            prune(work)
        with database.transaction() as work:
            assert len(work.session.scalars(select(Session)).all()) == 1
        assert who(new).name == "root"
        with pytest.raises(NotSignedIn):
            who(old)
