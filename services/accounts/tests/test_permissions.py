"""What staff may do: sets of permissions, and nobody reaching past their own."""

import pytest

from accounts.logins.identity import identify
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from accounts.membership.trash import delete_customer
from accounts.sellers.operations import create_staff
from accounts.staff.impersonation import begin_impersonation
from accounts.staff.logins import list_logins, reset_password, update_login
from accounts.staff.permissions import (
    create_set,
    delete_set,
    get_set,
    list_sets,
    update_set,
)
from lineup.access import PermissionMissing
from lineup.context import NOBODY, Permission, Role
from lineup.contracts.accounts.customers import DeleteCustomer
from lineup.contracts.accounts.logins import (
    CreateStaff,
    ListLogins,
    ResetPassword,
    UpdateLogin,
)
from lineup.contracts.accounts.permissions import (
    CreatePermissionSet,
    DeletePermissionSet,
    GetPermissionSet,
    ListPermissionSets,
    UpdatePermissionSet,
)
from lineup.contracts.accounts.refusals import PermissionSetUsed
from lineup.contracts.accounts.sessions import EnterAccount, Identify, SignIn
from lineup.contracts.accounts.tree import LoginDetails
from lineup.errors import Conflict, Invalid, NotFound

from .conftest import KEYRING, PASSWORD, call

pytestmark = pytest.mark.feature("AH-31")
NEW = "another long password"


@pytest.fixture
def make_set(ask, tree):
    def make(*permissions, name="Support desk", actor=None):
        request = CreatePermissionSet(name=name, permissions=list(permissions))
        return ask(actor or tree.partner, create_set, request)

    return make


@pytest.fixture
def hire(ask, tree, dependencies):
    """`hire("helper", set_id)` makes a staff login."""

    def hire(username, set_id=None, *, actor=None, role=Role.STAFF, account=None):
        request = CreateStaff(
            account_id=(account or tree.partner).account_id,
            role=role,
            login=LoginDetails(username=username, password=PASSWORD),
            permission_set_id=set_id,
        )
        return ask(
            actor or tree.partner, create_staff, request, dependencies=dependencies
        )

    return hire


@pytest.fixture
def enter(database):
    def enter(username):
        request = SignIn(username=username, password=PASSWORD)
        return sign_in(
            database, call(request, NOBODY), is_right=is_right, keyring=KEYRING
        )

    return enter


class TestSets:
    def test_staff_may_what_its_set_says_and_the_partner_all(
        self, ask, make_set, hire, enter
    ):
        desk = make_set(Permission.CUSTOMERS, Permission.SELL)
        hire("helper", desk.id)
        assert enter("helper").actor.permissions == (
            Permission.CUSTOMERS,
            Permission.SELL,
        )
        assert enter("north").actor.permissions is None
        hire("trusted")
        assert enter("trusted").actor.permissions is None

    def test_a_changed_set_holds_for_who_is_signed_in(
        self, ask, tree, make_set, hire, enter
    ):
        desk = make_set(Permission.REFUND)
        hire("helper", desk.id)
        token = enter("helper").token
        change = UpdatePermissionSet(set_id=desk.id, permissions=[], name="Readers")
        assert ask(tree.partner, update_set, change).name == "Readers"
        assert ask(NOBODY, identify, Identify(token=token)).permissions == ()

    def test_one_that_is_in_use_stays(self, ask, tree, make_set, hire):
        desk = make_set()
        login = hire("helper", desk.id)
        with pytest.raises(PermissionSetUsed):
            ask(tree.partner, delete_set, DeletePermissionSet(set_id=desk.id))
        seen = ask(tree.partner, get_set, GetPermissionSet(set_id=desk.id))
        assert (seen.login_count, seen.permissions) == (1, [])
        change = UpdateLogin(login_id=login.id, permission_set_id=None)
        assert ask(tree.partner, update_login, change).permission_set == ""
        ask(tree.partner, delete_set, DeletePermissionSet(set_id=desk.id))
        assert ask(tree.partner, list_sets, ListPermissionSets()).items == []

    def test_a_name_is_used_once(self, ask, tree, make_set):
        make_set()
        with pytest.raises(Conflict) as refusal:
            make_set(name="support DESK")
        assert refusal.value.code == "permission_set_name_taken"
        assert make_set(actor=tree.neighbour).name == "Support desk"

    def test_a_neighbours_set_is_not_there(self, ask, tree, make_set, hire):
        theirs = make_set(actor=tree.neighbour)
        for operation, request in (
            (get_set, GetPermissionSet(set_id=theirs.id)),
            (update_set, UpdatePermissionSet(set_id=theirs.id, name="Mine")),
            (delete_set, DeletePermissionSet(set_id=theirs.id)),
        ):
            with pytest.raises(NotFound):
                ask(tree.partner, operation, request)
        with pytest.raises(Invalid) as refusal:
            hire("helper", theirs.id)
        assert refusal.value.code == "permission_set_unknown"

    def test_only_staff_can_have_one(self, tree, make_set, hire):
        desk = make_set()
        with pytest.raises(Invalid) as refusal:
            hire("boss", desk.id, role=Role.PARTNER)
        assert refusal.value.code == "role_unfit"


class TestNobodyReachesPastTheirOwn:
    @pytest.fixture
    def clerk(self, make_set, hire, enter):
        """Staff that manages logins and customers, and nothing else."""
        clerks = make_set(Permission.LOGINS, Permission.CUSTOMERS, name="Clerks")
        hire("clerk", clerks.id)
        return enter("clerk").actor

    def test_who_manages_logins_gives_no_more_than_it_has(self, make_set, hire, clerk):
        less = make_set(Permission.CUSTOMERS, name="Less")
        more = make_set(Permission.REFUND, name="More")
        assert hire("junior", less.id, actor=clerk).permission_set_id == less.id
        with pytest.raises(PermissionMissing) as refusal:
            hire("senior", more.id, actor=clerk)
        assert refusal.value.details == {"permission": "refund"}
        with pytest.raises(Invalid) as refusal:
            hire("anyone", None, actor=clerk)
        assert refusal.value.fields.keys() == {"permission_set_id"}

    def test_who_may_more_is_not_managed(
        self, ask, tree, make_set, hire, clerk, dependencies
    ):
        more = make_set(Permission.REFUND, name="More")
        for login in (hire("senior", more.id), hire("trusted")):
            request = ResetPassword(login_id=login.id, password=NEW)
            with pytest.raises(NotFound):
                ask(clerk, reset_password, request, dependencies=dependencies)
        listed = ListLogins(account_id=tree.partner.account_id)
        names = [one.username for one in ask(clerk, list_logins, listed).items]
        assert names == ["clerk"]

    def test_without_the_permission_no_login_is_seen(
        self, ask, tree, make_set, hire, enter
    ):
        hire("reader", make_set().id)
        listed = ListLogins(account_id=tree.dealer.account_id)
        assert ask(enter("reader").actor, list_logins, listed).items == []
        assert ask(tree.partner, list_logins, listed).items

    def test_acting_as_another_gives_no_more(self, ask, tree, make_set, hire, enter):
        visitors = make_set(Permission.LOGIN_AS, Permission.CUSTOMERS)
        hire("visitor", visitors.id)
        actor = enter("visitor").actor
        request = EnterAccount(account_id=tree.dealer.account_id)
        visit = ask(actor, begin_impersonation, request)
        assert visit.actor.role is Role.DEALER
        assert visit.actor.permissions == (Permission.CUSTOMERS, Permission.LOGIN_AS)

    def test_force_is_a_permission_of_its_own(
        self, ask, make_customer, make_set, hire, enter, dependencies
    ):
        customer = make_customer()
        hire("cleaner", make_set(Permission.DELETE).id)
        actor = enter("cleaner").actor
        forced = DeleteCustomer(customer_id=customer.id, force=True, reason="Gone")
        with pytest.raises(PermissionMissing):
            ask(actor, delete_customer, forced, dependencies=dependencies)
        request = DeleteCustomer(customer_id=customer.id)
        ask(actor, delete_customer, request, dependencies=dependencies)
