import pytest

from accounts.jobs.operations import move_customer
from accounts.logins.identity import identify
from accounts.logins.limits import TooManyTries
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from accounts.sellers.operations import create_account, create_staff
from accounts.staff.impersonation import begin_impersonation
from accounts.staff.logins import list_logins, reset_password, set_login_state
from accounts.staff.own_password import change_password
from accounts.staff.sessions import end_session, list_sessions
from accounts.tree.operations import get_account, set_account_state
from lineup.context import NOBODY, Role
from lineup.contracts.accounts.jobs import MoveCustomer
from lineup.contracts.accounts.logins import (
    CreateStaff,
    ListLogins,
    ResetPassword,
    SetLoginState,
)
from lineup.contracts.accounts.refusals import (
    AccountInactive,
    InvalidCredentials,
    LastLogin,
    NotSignedIn,
    OwnLogin,
    PasswordWrong,
)
from lineup.contracts.accounts.sessions import (
    ChangePassword,
    EndSession,
    EnterAccount,
    Identify,
    ListSessions,
    SessionKind,
    SignIn,
)
from lineup.contracts.accounts.tree import (
    AccountKind,
    GetAccount,
    LoginDetails,
    SetAccountState,
    Status,
)
from lineup.errors import Invalid, NotFound
from lineup.impersonation import NotWhileImpersonating, signature
from lineup.verbs import verb_of

from .conftest import KEYRING, PASSWORD, an_account, call

NEW = "another long password"


@pytest.fixture
def enter(database, tree):
    """`enter("stall")` signs in and gives the token and the actor."""

    def enter(username, password=PASSWORD, **options):
        request = SignIn(username=username, password=password, **options)
        return sign_in(
            database, call(request, NOBODY), is_right=is_right, keyring=KEYRING
        )

    return enter


@pytest.fixture
def who(ask):
    """`who(token)` identifies."""
    return lambda token: ask(NOBODY, identify, Identify(token=token))


@pytest.fixture
def change(database, dependencies):
    """`change(actor, old, new, token)` changes one's own password."""

    def change(actor, old, new, token=""):
        request = ChangePassword(old_password=old, new_password=new, token=token)
        return change_password(
            database, call(request, actor), is_right=is_right, dependencies=dependencies
        )

    return change


class TestOwnPassword:
    def test_the_new_one_counts_and_only_this_session_goes_on(
        self, enter, who, change, announced
    ):
        here, there = enter("north"), enter("north")
        token = enter("north", wants_token=True)
        change(here.actor, PASSWORD, NEW, here.token)

        assert who(here.token).name == "north"
        for ended in (there, token):
            with pytest.raises(NotSignedIn):
                who(ended.token)
        assert len(announced("session_ended")) == 2
        with pytest.raises(InvalidCredentials):
            enter("north")
        assert enter("north", NEW)

    def test_a_wrong_old_one_changes_nothing_and_counts_as_a_try(self, enter, change):
        actor = enter("north").actor
        for _ in range(10):
            with pytest.raises(PasswordWrong) as refusal:
                change(actor, "wrong", NEW)
        assert refusal.value.fields.keys() == {"old_password"}
        with pytest.raises(TooManyTries):
            change(actor, PASSWORD, NEW)

    def test_a_short_new_one_is_refused(self, enter, change):
        actor = enter("north").actor
        with pytest.raises(Invalid) as refusal:
            change(actor, PASSWORD, "short")
        assert refusal.value.fields.keys() == {"new_password"}
        assert enter("north")


class TestLogins:
    @pytest.fixture
    def helper(self, ask, tree, dependencies):
        request = CreateStaff(
            account_id=tree.partner.account_id,
            role=Role.STAFF,
            login=LoginDetails(username="helper", password=PASSWORD),
        )
        return ask(tree.partner, create_staff, request, dependencies=dependencies)

    def test_a_partner_sees_all_staff_sees_staff(self, ask, tree, enter, helper):
        request = ListLogins(account_id=tree.partner.account_id)
        seen = ask(tree.partner, list_logins, request).items
        assert {login.username for login in seen} == {"north", "helper"}
        staff = enter("helper").actor
        assert [login.id for login in ask(staff, list_logins, request).items] == [
            helper.id
        ]
        with pytest.raises(NotFound):
            ask(tree.neighbour, list_logins, request)

    def test_switched_off_it_cannot_act_and_on_again_it_can(
        self, ask, tree, enter, who, helper, announced
    ):
        token = enter("helper").token
        off = SetLoginState(login_id=helper.id, state=Status.INACTIVE)
        assert ask(tree.partner, set_login_state, off).state is Status.INACTIVE
        with pytest.raises(NotSignedIn):
            who(token)
        assert len(announced("session_ended")) == 1
        with pytest.raises(AccountInactive):
            enter("helper")
        on = SetLoginState(login_id=helper.id, state=Status.ACTIVE)
        ask(tree.partner, set_login_state, on)
        assert enter("helper")

    def test_a_deleted_one_is_gone_and_its_name_stays_taken(
        self, ask, tree, enter, helper, dependencies
    ):
        gone = SetLoginState(login_id=helper.id, state=Status.DELETED)
        ask(tree.partner, set_login_state, gone)
        with pytest.raises(InvalidCredentials):
            enter("helper")
        with pytest.raises(NotFound):
            ask(tree.partner, set_login_state, gone)

    def test_an_account_bears_the_name_of_a_login_that_is_there(
        self, ask, tree, enter, helper
    ):
        north = enter("north").actor
        gone = SetLoginState(login_id=north.login_id, state=Status.DELETED)
        ask(tree.operator, set_login_state, gone)

        request = GetAccount(account_id=tree.partner.account_id)
        assert ask(tree.operator, get_account, request).username == "helper"

    def test_the_last_one_of_an_account_stays(self, ask, tree, make_customer, enter):
        login = LoginDetails(username="anna", password="1234")
        customer = make_customer(tree.dealer, login=login)
        [only] = ask(tree.dealer, list_logins, ListLogins(account_id=customer.id)).items
        gone = SetLoginState(login_id=only.id, state=Status.DELETED)

        with pytest.raises(LastLogin):
            ask(tree.dealer, set_login_state, gone)

        [left] = ask(tree.dealer, list_logins, ListLogins(account_id=customer.id)).items
        assert left.state is Status.ACTIVE

    def test_a_reset_password_ends_its_sessions(
        self, ask, tree, enter, who, helper, dependencies
    ):
        token = enter("helper").token
        request = ResetPassword(login_id=helper.id, password=NEW)
        ask(tree.partner, reset_password, request, dependencies=dependencies)
        with pytest.raises(NotSignedIn):
            who(token)
        assert enter("helper", NEW)

    def test_who_tried_in_vain_enters_at_once_with_a_reset_password(
        self, ask, tree, enter, helper, dependencies
    ):
        for _ in range(10):
            with pytest.raises(InvalidCredentials):
                enter("helper", "wrong")
        request = ResetPassword(login_id=helper.id, password=NEW)
        ask(tree.partner, reset_password, request, dependencies=dependencies)
        assert enter("helper", NEW)

    def test_a_customers_password_may_be_short(
        self, ask, tree, dependencies, make_customer, enter
    ):
        login = LoginDetails(username="anna", password="1234")
        customer = make_customer(tree.dealer, login=login)
        request = ListLogins(account_id=customer.id)
        [login] = ask(tree.dealer, list_logins, request).items
        request = ResetPassword(login_id=login.id, password="4321")
        ask(tree.dealer, reset_password, request, dependencies=dependencies)
        assert enter("anna", "4321")
        with pytest.raises(NotFound):
            ask(tree.reseller, reset_password, request, dependencies=dependencies)

    def test_nobody_manages_who_stands_above_or_beside(
        self, ask, tree, enter, helper, dependencies
    ):
        staff, partner = enter("helper").actor, enter("north").actor
        for actor, login_id in (
            (staff, partner.login_id),
            (tree.neighbour, helper.id),
            (tree.dealer, helper.id),
        ):
            request = ResetPassword(login_id=login_id, password=NEW)
            with pytest.raises(NotFound):
                ask(actor, reset_password, request, dependencies=dependencies)
        request = SetLoginState(login_id=staff.login_id, state=Status.INACTIVE)
        with pytest.raises(OwnLogin):
            ask(staff, set_login_state, request)


class TestSessions:
    def test_ones_own_are_listed_and_ended(self, ask, enter, who, clock):
        here = enter("north", client="Firefox on\x00 Linux")
        token = enter("north", wants_token=True)
        enter("south")
        request = ListSessions(token=here.token)
        rows = {s.kind: s for s in ask(here.actor, list_sessions, request).items}
        assert rows.keys() == {SessionKind.SESSION, SessionKind.TOKEN}
        shown = rows[SessionKind.SESSION]
        assert (shown.is_current, shown.client) == (True, "Firefox on Linux")
        assert not rows[SessionKind.TOKEN].is_current
        assert shown.updated_at < rows[SessionKind.TOKEN].updated_at
        ask(here.actor, end_session, EndSession(session_id=rows[SessionKind.TOKEN].id))
        with pytest.raises(NotSignedIn):
            who(token.token)
        clock.forward(hours=13)
        assert ask(here.actor, list_sessions, request).items == []

    def test_those_of_lower_accounts_too_but_no_neighbours(self, ask, tree, enter):
        enter("stall")
        request = ListSessions(account_id=tree.dealer.account_id)
        [session] = ask(tree.partner, list_sessions, request).items
        assert session.username == "stall"
        for stranger in (tree.neighbour, tree.reseller):
            with pytest.raises(NotFound):
                ask(stranger, list_sessions, request)
            with pytest.raises(NotFound):
                ask(stranger, end_session, EndSession(session_id=session.id))
        ask(tree.partner, end_session, EndSession(session_id=session.id))
        assert ask(tree.partner, list_sessions, request).items == []


class TestImpersonation:
    @pytest.fixture
    def visit(self, ask):
        """`visit(actor, account_id)` enters a lower account."""
        return lambda actor, account_id: ask(
            actor, begin_impersonation, EnterAccount(account_id=account_id)
        )

    @pytest.mark.feature("AH-28")
    def test_one_acts_as_the_lower_account_under_both_names(
        self, enter, visit, who, tree, make_customer
    ):
        north = enter("north").actor
        inside = who(visit(north, tree.dealer.account_id).token)
        assert (inside.role, inside.scopes) == (Role.DEALER, tree.dealer.scopes)
        assert (inside.name, inside.on_behalf_of) == ("stall", "north")
        assert signature(inside) == "north on behalf of stall"
        assert signature(north) == "north"
        login = LoginDetails(username="anna", password="1234")
        customer = make_customer(tree.dealer, login=login)
        inside = who(visit(enter("stall").actor, customer.id).token)
        assert (inside.role, inside.name) == (Role.CUSTOMER, "anna")

    @pytest.mark.feature("AH-28")
    def test_it_is_over_after_half_an_hour_however_it_is_used(
        self, enter, visit, who, tree, clock
    ):
        token = visit(enter("north").actor, tree.dealer.account_id).token
        for _ in range(29):
            clock.forward(minutes=1)
            who(token)
        clock.forward(minutes=1)
        with pytest.raises(NotSignedIn):
            who(token)

    def test_it_is_over_when_its_customer_goes_to_another_seller(
        self, ask, enter, visit, who, tree, make_customer, dependencies
    ):
        customer = make_customer(tree.dealer)
        of_dealer, of_partner = (
            visit(enter(name).actor, customer.id).token for name in ("stall", "north")
        )
        to = tree.reseller.account_id
        request = MoveCustomer(customer_id=customer.id, to_account_id=to)
        moved = ask(tree.partner, move_customer, request, dependencies=dependencies)

        with pytest.raises(NotSignedIn):
            who(of_dealer)
        assert who(of_partner).scopes == (moved.scope,)

    @pytest.mark.feature("AH-28")
    @pytest.mark.parametrize(
        ("guest", "host"),
        [
            ("north", "partner"),
            ("north", "neighbour"),
            ("stall", "partner"),
            ("stall", "reseller"),
            ("south", "dealer"),
        ],
    )
    def test_nothing_but_ones_own_subtree_is_entered(
        self, guest, host, enter, visit, tree
    ):
        with pytest.raises(NotFound):
            visit(enter(guest).actor, getattr(tree, host).account_id)

    def test_no_visit_begins_from_a_visit(self, enter, visit, who, tree):
        inside = who(visit(enter("root").actor, tree.partner.account_id).token)
        assert inside.role is Role.PARTNER
        with pytest.raises(NotWhileImpersonating):
            verb_of(EnterAccount).access.check(inside)

    @pytest.mark.feature("AH-28")
    def test_passwords_and_logins_are_out_of_reach(self, enter, visit, who, tree):
        inside = who(visit(enter("root").actor, tree.partner.account_id).token)
        for request in (ChangePassword, ResetPassword, SetLoginState, CreateStaff):
            with pytest.raises(NotWhileImpersonating):
                verb_of(request).access.check(inside)

    def test_it_ends_with_the_login_behind_it(self, ask, enter, visit, who, tree):
        north = enter("north").actor
        token = visit(north, tree.dealer.account_id).token
        request = SetLoginState(login_id=north.login_id, state=Status.INACTIVE)
        ask(tree.operator, set_login_state, request)
        with pytest.raises(NotSignedIn):
            who(token)

    @pytest.mark.parametrize("off", ["dealer", "partner"])
    def test_it_ends_with_either_account(self, off, ask, enter, visit, who, tree):
        token = visit(enter("north").actor, tree.dealer.account_id).token
        account_id = getattr(tree, off).account_id
        request = SetAccountState(account_id=account_id, state=Status.INACTIVE)
        ask(tree.operator, set_account_state, request)
        with pytest.raises(AccountInactive):
            who(token)

    def test_it_is_listed_among_the_sessions_of_who_visits(
        self, ask, enter, visit, tree
    ):
        north = enter("north").actor
        visit(north, tree.dealer.account_id)
        rows = ask(north, list_sessions, ListSessions()).items
        assert [row.entered for row in rows] == ["stall", ""]
        assert rows[0].kind is SessionKind.VISIT


@pytest.mark.feature("AH-17")
def test_a_new_dealer_signs_in_at_once(ask, tree, dependencies, enter):
    ask(
        tree.partner,
        create_account,
        an_account(AccountKind.DEALER, "x1y"),
        dependencies=dependencies,
    )
    assert enter("x1y").actor.role is Role.DEALER
