import pytest
from click.testing import CliRunner
from sqlalchemy import select

from accounts.command import commands
from accounts.logins.models import Session
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from lineup.clock import SystemClock
from lineup.context import NOBODY, Role
from lineup.contracts.accounts.refusals import InvalidCredentials
from lineup.contracts.accounts.sessions import SignIn
from lineup.database import Database, connect
from lineup.secrets import make_key

from .conftest import KEYRING, PASSWORD, call


@pytest.fixture
def run(fresh_database):
    uri = fresh_database("accounts")

    def run(*words, entered=""):
        environment = {
            "AMQP_URI": "amqp://nowhere",
            "DATABASE_URI": uri,
            "LINEUP_SECRET_KEYS": make_key(),
        }
        return CliRunner().invoke(commands, words, input=entered, env=environment)

    run.uri = uri
    return run


def test_an_operator_is_made_once_and_may_sign_in(run):
    made = run("create-operator", "root", "--password-stdin", entered=f"{PASSWORD}\n")
    again = run("create-operator", "root", "--password-stdin", entered=f"{PASSWORD}\n")

    assert (made.exit_code, made.output) == (0, "Operator root was created.\n")
    assert again.exit_code == 1
    assert "username_taken" in again.output
    engine = connect(run.uri, pool_size=1)
    request = call(SignIn(username="root", password=PASSWORD), NOBODY)
    entered = sign_in(
        Database(engine, SystemClock()), request, is_right=is_right, keyring=KEYRING
    )
    engine.dispose()
    assert entered.actor.role is Role.OPERATOR


def test_a_name_that_is_there_may_be_no_fault(run):
    words = ("create-operator", "root", "--password-stdin", "--unless-there")
    made, again = (run(*words, entered=f"{PASSWORD}\n") for _ in range(2))
    faulty = run(*words, entered="short\n")

    assert (made.exit_code, made.output) == (0, "Operator root was created.\n")
    assert (again.exit_code, again.output) == (0, "root already exists.\n")
    assert faulty.exit_code == 1
    assert "password_short" in faulty.output


def test_the_password_is_asked_for_twice_and_not_shown(run):
    made = run("create-operator", "root", entered=f"{PASSWORD}\n{PASSWORD}\n")
    assert made.exit_code == 0
    assert PASSWORD not in made.output


def test_every_fault_is_told(run):
    made = run("create-operator", "Root", "--password-stdin", entered="short\n")
    assert made.exit_code == 1
    assert "username_capitals" in made.output
    assert "password_short" in made.output


def test_resync_says_how_many(run):
    assert run("resync").output == "0 republished.\n"


def test_a_password_is_reset_and_sessions_end(run):
    run("create-operator", "root", "--password-stdin", entered=f"{PASSWORD}\n")
    engine = connect(run.uri, pool_size=1)
    database = Database(engine, SystemClock())
    old = call(SignIn(username="root", password=PASSWORD), NOBODY)
    sign_in(database, old, is_right=is_right, keyring=KEYRING)

    unfit = run("reset-password", "root", "--password-stdin", entered="short\n")
    nobody = run(
        "reset-password", "toor", "--password-stdin", entered="a new password\n"
    )
    done = run("reset-password", "root", "--password-stdin", entered="a new password\n")

    assert "password_short" in unfit.output
    assert "no such login" in nobody.output
    assert (unfit.exit_code, nobody.exit_code, done.exit_code) == (1, 1, 0)
    with pytest.raises(InvalidCredentials):
        sign_in(database, old, is_right=is_right, keyring=KEYRING)
    again = call(SignIn(username="root", password="a new password"), NOBODY)
    assert sign_in(database, again, is_right=is_right, keyring=KEYRING).token
    with database.transaction() as work:
        assert len(work.session.scalars(select(Session)).all()) == 1
    engine.dispose()
