"""Password resets by a link that works once, and passwords for the first sign-in."""

import pytest
from sqlalchemy import text

from accounts.logins.identity import identify
from accounts.logins.limits import TooManyTries
from accounts.logins.operations import prune
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from accounts.resets.operations import (
    answer_wishes,
    request_password_reset,
    send_reset_link,
    set_password_by_link,
)
from accounts.sellers.operations import create_staff
from accounts.staff.logins import (
    get_login,
    reset_password,
    set_login_state,
    update_login,
)
from accounts.staff.own_password import change_password
from lineup.access import PasswordChangeRequired
from lineup.context import NOBODY, Pending, Role
from lineup.contracts.accounts.logins import (
    CreateStaff,
    GetLogin,
    ResetPassword,
    SetLoginState,
    UpdateLogin,
)
from lineup.contracts.accounts.refusals import (
    InvalidCredentials,
    NoEmail,
    NotSignedIn,
    ResetLinkInvalid,
)
from lineup.contracts.accounts.resets import (
    RequestPasswordReset,
    SendResetLink,
    SetPasswordByLink,
)
from lineup.contracts.accounts.sessions import ChangePassword, Identify, SignIn
from lineup.contracts.accounts.tree import LoginDetails, Status
from lineup.contracts.accounts.users import GetUser
from lineup.errors import Invalid, NotFound
from lineup.testing.statements import holder
from lineup.verbs import verb_of

from .conftest import KEYRING, PASSWORD, call

NEW = "another long password"


@pytest.fixture
def enter(database):
    """`enter("stall", password)` signs in and gives the token and the actor."""

    def enter(username, password=PASSWORD):
        request = SignIn(username=username, password=password)
        return sign_in(
            database, call(request, NOBODY), is_right=is_right, keyring=KEYRING
        )

    return enter


@pytest.fixture
def helper(ask, tree, dependencies):
    request = CreateStaff(
        account_id=tree.partner.account_id,
        role=Role.STAFF,
        login=LoginDetails(username="helper", password=PASSWORD),
        email="helper@example.org",
    )
    return ask(tree.partner, create_staff, request, dependencies=dependencies)


@pytest.fixture
def wish(database):
    def wish(name, address="192.0.2.1"):
        request = RequestPasswordReset(username=name, address=address)
        request_password_reset(database, call(request, NOBODY))

    return wish


@pytest.fixture
def links(database, announced, dependencies):
    """`links()` sends what was asked for: pairs of address and code, oldest first."""

    def links():
        with database.transaction() as work:
            answer_wishes(work, dependencies)
        keyring = dependencies.keyring
        issued = announced("reset_link_issued")
        return [(one.email, keyring.open(one.token)) for one in issued]

    return links


@pytest.fixture
def use(database, dependencies):
    """`use(code)` sets a new password by a link."""

    def use(code, password=NEW, address="192.0.2.1"):
        request = SetPasswordByLink(token=code, new_password=password, address=address)
        set_password_by_link(database, call(request, NOBODY), dependencies=dependencies)

    return use


@pytest.mark.feature("AH-30")
class TestByLink:
    def test_the_old_password_works_until_a_new_one_is_set(
        self, enter, helper, wish, links, use
    ):
        wish("Helper ")
        [(email, code)] = links()
        assert email == "helper@example.org"
        session = enter("helper")

        use(code)

        with pytest.raises(InvalidCredentials):
            enter("helper")
        assert enter("helper", NEW).actor.name == session.actor.name

    def test_every_session_ends(self, ask, enter, helper, wish, links, use):
        tokens = [enter("helper").token for _ in range(2)]
        wish("helper")
        use(links()[0][1])
        for token in tokens:
            with pytest.raises(NotSignedIn):
                ask(NOBODY, identify, Identify(token=token))

    def test_a_link_works_once_and_takes_the_others_with_it(
        self, enter, helper, wish, links, use
    ):
        wish("helper")
        wish("helper")
        (_, first), (_, second) = links()
        use(second)
        for code in (first, second, "made up"):
            with pytest.raises(ResetLinkInvalid) as refusal:
                use(code, "yet another password")
            assert refusal.value.fields.keys() == {"token"}
        assert enter("helper", NEW)

    def test_it_is_over_after_an_hour(self, clock, helper, wish, links, use, database):
        wish("helper")
        [(_, first)] = links()
        clock.forward(minutes=59)
        use(first)
        wish("helper")
        third = links()[1][1]
        clock.forward(minutes=60)
        with pytest.raises(ResetLinkInvalid):
            use(third)

    def test_a_password_that_is_refused_leaves_the_link(
        self, enter, helper, wish, links, use
    ):
        wish("helper")
        [(_, code)] = links()
        with pytest.raises(Invalid) as refusal:
            use(code, "short")
        assert refusal.value.fields.keys() == {"new_password"}
        use(code)
        assert enter("helper", NEW)

    def test_a_password_set_otherwise_ends_the_link(
        self, ask, tree, dependencies, helper, wish, links, use
    ):
        wish("helper")
        [(_, code)] = links()
        request = ResetPassword(login_id=helper.id, password=NEW)
        ask(tree.partner, reset_password, request, dependencies=dependencies)
        with pytest.raises(ResetLinkInvalid):
            use(code, "yet another password")

    def test_a_disabled_login_is_sent_nothing_and_its_link_is_of_no_use(
        self, ask, tree, helper, wish, links, use
    ):
        wish("helper")
        [(_, code)] = links()
        off = SetLoginState(login_id=helper.id, state=Status.INACTIVE)
        ask(tree.partner, set_login_state, off)
        wish("helper")
        assert len(links()) == 1
        with pytest.raises(ResetLinkInvalid):
            use(code)

    def test_a_mail_address_names_every_login_whose_mail_goes_there(
        self, make_customer, tree, helper, wish, links
    ):
        for partner, username in ((tree.partner, "anna"), (tree.neighbour, "ann")):
            make_customer(
                partner,
                login=LoginDetails(username=username, password="1234"),
                email="Anna@Example.org",
            )
        wish("anna@example.ORG")
        assert [email for email, _ in links()] == ["Anna@example.org"] * 2
        wish("helper@example.org")
        assert links()[2][0] == "helper@example.org"

    def test_an_unknown_name_is_answered_alike_after_the_same_work(
        self, engine, database, helper, wish, links
    ):
        database.on_announced = lambda: None
        held = holder(engine, {"a wish": (3, "rows to count in, counted, noted")})
        held("a wish", lambda: wish("helper"))
        held("a wish", lambda: wish("nobody at all"))
        assert [email for email, _ in links()] == ["helper@example.org"]

    @pytest.mark.feature("AH-33")
    @pytest.mark.parametrize("name", ["helper", "nobody"])
    def test_asking_again_and_again_is_slowed_down(self, helper, wish, enter, name):
        for _ in range(10):
            wish(name)
        with pytest.raises(TooManyTries) as refusal:
            wish(name, address="192.0.2.9")
        assert refusal.value.details["retry_after"] >= 1
        assert enter("helper")

    @pytest.mark.feature("AH-33")
    def test_guessing_at_links_is_slowed_down(self, use):
        for number in range(100):
            with pytest.raises(ResetLinkInvalid):
                use(f"guess {number}")
        with pytest.raises(TooManyTries):
            use("guess")

    def test_a_code_is_kept_by_digest_alone(self, engine, helper, wish, links):
        wish("helper")
        [(_, code)] = links()
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT * FROM reset_links")).all()
            told = connection.execute(text("SELECT envelope FROM outbox")).all()
        assert len(rows) == 1
        assert code not in f"{rows}{told}"

    def test_old_links_are_forgotten(
        self, clock, database, engine, helper, wish, links
    ):
        wish("helper")
        links()
        clock.forward(hours=3)
        with database.transaction() as work:
            prune(work)
        with engine.connect() as connection:
            assert not connection.execute(text("SELECT * FROM reset_links")).all()


@pytest.mark.feature("AH-30")
class TestByStaff:
    def test_a_link_is_sent_to_who_is_managed(
        self, ask, tree, enter, helper, links, use, dependencies
    ):
        request = SendResetLink(login_id=helper.id)
        ask(tree.partner, send_reset_link, request, dependencies=dependencies)
        [(email, code)] = links()
        assert email == "helper@example.org"
        use(code)
        assert enter("helper", NEW)
        with pytest.raises(NotFound):
            ask(tree.neighbour, send_reset_link, request, dependencies=dependencies)

    def test_without_a_mail_address_it_is_refused(
        self, ask, tree, helper, dependencies
    ):
        change = UpdateLogin(login_id=helper.id, email="")
        assert ask(tree.partner, update_login, change).email == ""
        request = SendResetLink(login_id=helper.id)
        with pytest.raises(NoEmail):
            ask(tree.partner, send_reset_link, request, dependencies=dependencies)

    def test_a_neighbour_changes_nothing(self, ask, tree, helper):
        change = UpdateLogin(login_id=helper.id, email="thief@example.org")
        with pytest.raises(NotFound):
            ask(tree.neighbour, update_login, change)
        seen = ask(tree.partner, get_login, GetLogin(login_id=helper.id))
        assert seen.email == "helper@example.org"

    def test_a_password_for_the_first_sign_in_must_be_changed_before_anything(
        self, ask, tree, enter, helper, dependencies, database
    ):
        request = ResetPassword(
            login_id=helper.id, password=NEW, must_change_password=True
        )
        ask(tree.partner, reset_password, request, dependencies=dependencies)
        actor = enter("helper", NEW).actor
        assert actor.pending is Pending.PASSWORD_CHANGE
        with pytest.raises(PasswordChangeRequired):
            verb_of(GetUser).access.check(actor)
        verb_of(ChangePassword).access.check(actor)

        change = ChangePassword(old_password=NEW, new_password="my very own password")
        change_password(
            database, call(change, actor), is_right=is_right, dependencies=dependencies
        )

        assert enter("helper", "my very own password").actor.pending is None
