"""Wrong passwords: slower and slower for who guesses, never a lock for the owner."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, func, select

from accounts.logins.attempts import MOST_FROM_KNOWN
from accounts.logins.limits import SignInLimits, TooManyTries
from accounts.logins.models import KnownAddress, SignInFailures
from accounts.logins.operations import prune, reset_password
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from accounts.membership.trash import delete_customer, purge_customer
from lineup.context import NOBODY, Role
from lineup.contracts.accounts.customers import DeleteCustomer
from lineup.contracts.accounts.refusals import InvalidCredentials
from lineup.contracts.accounts.sessions import SignIn
from lineup.contracts.accounts.trash import PurgeCustomer
from lineup.contracts.accounts.tree import LoginDetails

from .conftest import KEYRING, PASSWORD, call

HOME, ELSEWHERE = "192.0.2.1", "203.0.113.9"


@pytest.fixture
def enter(database, tree):
    """`enter("north")` signs in rightly, from home."""

    def enter(username, password=PASSWORD, *, address=HOME, check=is_right):
        request = SignIn(username=username, password=password, address=address)
        return sign_in(database, call(request, NOBODY), is_right=check, keyring=KEYRING)

    return enter


@pytest.fixture
def guess(database, tree):
    """`guess("north", 12)` tries wrong passwords: what each was answered.

    401 for a password that was looked at, else the seconds to wait.
    """

    def one(username, address):
        request = SignIn(username=username, password="wrong", address=address)
        try:
            sign_in(
                database,
                call(request, NOBODY),
                is_right=lambda *_: False,
                keyring=KEYRING,
            )
        except InvalidCredentials as refusal:
            return refusal.status
        except TooManyTries as refusal:
            return refusal.details["retry_after"]

    def guess(username, times=1, *, address=ELSEWHERE):
        return [one(username, address) for _ in range(times)]

    return guess


class TestPauses:
    def test_the_eleventh_try_must_wait_even_with_the_right_password(
        self, enter, guess
    ):
        assert guess("north", 11) == [401] * 10 + [1]

        with pytest.raises(TooManyTries) as refusal:
            enter("north", address=ELSEWHERE)
        assert (refusal.value.code, refusal.value.status) == ("too_many_requests", 429)
        assert refusal.value.details == {"retry_after": 1}
        assert (
            refusal.value.message == "Too many failed attempts. Try again in 1 second."
        )

    def test_they_grow_to_a_quarter_of_an_hour(self, guess, clock):
        guess("north", 10)
        waits = []
        for _ in range(12):
            [wait] = guess("north")
            waits.append(wait)
            clock.forward(seconds=wait - 0.5)
            assert guess("north") == [1]
            clock.forward(seconds=0.5)
            assert guess("north") == [401]

        # Within the last two, one failure each was forgotten.
        assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 900]

    def test_a_try_in_a_pause_makes_it_no_longer(self, guess, clock):
        guess("north", 11)
        guess("north", 100)
        clock.forward(seconds=1)
        assert guess("north", 2) == [401, 2]

    def test_after_the_pause_the_right_password_enters_and_all_begins_anew(
        self, enter, guess, clock
    ):
        guess("north", 11)
        clock.forward(seconds=1)
        assert enter("north", address=ELSEWHERE).actor.role is Role.PARTNER
        assert guess("north", 11) == [401] * 10 + [1]

    def test_one_failure_is_forgotten_each_quarter_of_an_hour(self, guess, clock):
        guess("north", 10)
        clock.forward(minutes=15)
        assert guess("north", 2) == [401, 1]
        clock.forward(hours=3)
        assert guess("north", 11) == [401] * 10 + [1]

    def test_a_clock_put_back_locks_nobody_out(self, guess, clock):
        guess("north", 30)
        clock.forward(days=-200)
        assert guess("north") == [401]

    def test_in_a_pause_no_password_is_looked_at(self, enter, guess):
        guess("north", 10)
        looked_at = []
        with pytest.raises(TooManyTries):
            enter("north", address=ELSEWHERE, check=lambda *call: looked_at.append(1))
        assert looked_at == []

    def test_many_at_once_get_no_more_tries(self, guess):
        with ThreadPoolExecutor(6) as crowd:
            told = list(crowd.map(lambda _: guess("north")[0], range(40)))
        assert told.count(401) == 10
        assert set(told) == {401, 1}

    def test_right_passwords_are_never_held_up(self, enter, database):
        for _ in range(12):
            enter("north", check=lambda *_: True)
        with database.transaction() as work:
            assert work.session.scalars(select(SignInFailures)).all() == []

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [(2, "2 seconds"), (60, "1 minute"), (61, "2 minutes"), (900, "15 minutes")],
    )
    def test_the_refusal_says_when_to_try_again(self, seconds, words):
        assert TooManyTries(seconds).message.endswith(f"Try again in {words}.")


class TestUnknownNames:
    def test_they_are_answered_like_known_ones(self, guess, clock):
        answers = []
        for username in ("north", "nobody"):
            told = guess(username, 12)
            clock.forward(seconds=1)
            answers.append(told + guess(username, 3))
        assert answers[0] == answers[1]

    def test_nothing_of_what_was_typed_can_be_read(self, guess, engine):
        guess("north")
        guess("my secret password")
        with engine.connect() as connection:
            rows = connection.execute(select(SignInFailures.__table__)).all()
        assert len(rows) == 5  # two names, twice at the one address, the address
        for typed in ("north", "secret", ELSEWHERE):
            assert typed not in repr(rows)

    def test_the_database_is_asked_as_often_for_both(self, guess, engine):
        counted = []
        event.listen(
            engine, "before_cursor_execute", lambda *call: counted.append(call[2])
        )
        guess("north")
        known, counted[:] = list(counted), []
        guess("nobody")
        assert counted == known


class TestKnownAddresses:
    def test_strangers_never_lock_the_owner_out(self, enter, guess):
        enter("north")
        for number in range(60):
            guess("north", address=f"203.0.113.{number}")

        assert guess("north", address="198.51.100.1") != [401]
        assert enter("north").actor.role is Role.PARTNER

    def test_one_stranger_does_not_lock_out_who_never_signed_in(
        self, enter, guess, clock
    ):
        guess("north", 10)
        for wait in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 900):
            assert guess("north") == [wait]
            clock.forward(seconds=wait)
            guess("north")

        assert enter("north").actor.role is Role.PARTNER

    def test_strangers_from_everywhere_are_held_up_together(self, guess):
        told = [
            guess("north", address=f"203.0.113.{number}")[0] for number in range(60)
        ]
        assert told == [401] * 50 + [1] * 10

    def test_the_right_password_from_a_known_one_passes_its_own_pauses(
        self, enter, guess
    ):
        enter("north")
        told = guess("north", 40, address=HOME)

        assert told[:10] == [401] * 10
        assert 401 not in told[10:]
        assert enter("north").actor.role is Role.PARTNER
        assert guess("north", 11, address=HOME) == [401] * 10 + [1]

    def test_yet_who_shares_it_cannot_guess_on_and_on(self, enter, guess, clock):
        enter("north")
        guess("north", MOST_FROM_KNOWN, address=HOME)
        looked_at = []

        with pytest.raises(TooManyTries) as refusal:
            enter("north", check=lambda *_: looked_at.append(1))
        assert refusal.value.details == {"retry_after": 900}
        assert looked_at == []
        clock.forward(minutes=15)
        assert enter("north")

    def test_it_is_known_for_this_login_alone(self, enter, guess):
        enter("north")
        for number in range(100):
            guess(f"nobody{number}", address=HOME)

        assert guess("south", address=HOME) == [1]
        assert enter("north")

    def test_the_last_twenty_are_known_for_ninety_days(
        self, enter, engine, database, clock
    ):
        def known():
            with engine.connect() as connection:
                found = connection.execute(select(KnownAddress.address)).scalars()
                return set(found)

        for number in range(25):
            enter("north", address=f"192.0.2.{number}")
            clock.forward(hours=1)
        assert known() == {f"192.0.2.{number}" for number in range(5, 25)}

        clock.forward(days=90, hours=-3)
        with database.transaction() as work:
            prune(work)
        assert known() == {"192.0.2.22", "192.0.2.23", "192.0.2.24"}

    def test_after_ninety_days_it_is_a_stranger_before_it_is_cleared_away(
        self, enter, guess, clock
    ):
        enter("north")
        clock.forward(days=91)
        guess("north", 10, address=HOME)
        with pytest.raises(TooManyTries):
            enter("north")

    def test_a_deleted_customer_leaves_none(
        self, enter, make_customer, ask, tree, dependencies
    ):
        details = LoginDetails(username="anna", password=PASSWORD)
        customer = make_customer(tree.partner, login=details)
        enter("anna")
        request = DeleteCustomer(customer_id=customer.id)
        ask(tree.partner, delete_customer, request, dependencies=dependencies)
        request = PurgeCustomer(customer_id=customer.id)
        ask(tree.partner, purge_customer, request, dependencies=dependencies)

        def count(work, _):
            return work.session.scalar(select(func.count()).select_from(KnownAddress))

        assert ask(NOBODY, count, None) == 0


class TestAddresses:
    def test_one_that_tries_many_names_is_held_up(self, guess):
        told = [guess(f"name{number}")[0] for number in range(110)]
        assert told == [401] * 100 + [1] * 10

    def test_its_neighbours_tries_do_not_count_for_another(self, guess):
        for number in range(100):
            guess(f"name{number}")
        assert guess("name200", address="203.0.113.10") == [401]

    def test_ipv6_counts_by_its_network(self, guess):
        told = [guess("north", address=f"2001:db8::{n:x}")[0] for n in range(1, 12)]
        assert told == [401] * 10 + [1]
        assert guess("north", address="2001:db8:0:1::1") == [401]

    def test_who_signs_in_rightly_leaves_no_failure_to_share(self, enter, tree, guess):
        for number in range(99):
            guess(f"name{number}", address=HOME)
        enter("north")
        enter("south")
        assert guess("other", 2, address=HOME) == [401, 1]

    def test_without_one_only_the_name_counts(self, guess):
        for number in range(105):
            assert guess(f"name{number}", address="") == [401]
        assert guess("north", 11, address="") == [401] * 10 + [1]


def test_a_reset_password_clears_every_failure_of_the_name(
    enter, guess, database, dependencies
):
    for number in range(60):
        guess("north", address=f"203.0.113.{number}")
    guess("south", 10)
    with database.transaction() as work:
        reset_password(work, dependencies, "north", "a whole new password")

    assert enter("north", "a whole new password", address="198.51.100.7")
    assert guess("south") == [1]


def test_old_failures_are_cleared_away(guess, database, clock, engine):
    guess("north")
    clock.forward(days=1)
    guess("south", address=HOME)
    clock.forward(days=1, hours=1)
    with database.transaction() as work:
        assert prune(work) == 3
    with engine.connect() as connection:
        rows = connection.execute(select(SignInFailures.__table__)).all()
    assert len(rows) == 3


def test_limits_are_settings(database, tree):
    limits = SignInLimits.of(tries=2, longest_pause_seconds=1)
    request = SignIn(username="north", password="wrong", address=HOME)
    for _ in range(2):
        with pytest.raises(InvalidCredentials):
            sign_in(
                database,
                call(request, NOBODY),
                is_right=lambda *_: False,
                limits=limits,
                keyring=KEYRING,
            )
    with pytest.raises(TooManyTries):
        sign_in(
            database,
            call(request, NOBODY),
            is_right=lambda *_: False,
            limits=limits,
            keyring=KEYRING,
        )
