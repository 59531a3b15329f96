import pytest

from accounts.sellers.operations import create_account, create_operator, create_staff
from accounts.tree.operations import get_account, list_accounts, set_account_state
from lineup.context import Actor, Role
from lineup.contracts.accounts.logins import CreateStaff
from lineup.contracts.accounts.refusals import OwnAccount
from lineup.contracts.accounts.tree import (
    AccountKind,
    GetAccount,
    ListAccounts,
    LoginDetails,
    SetAccountState,
    Status,
)
from lineup.contracts.paging import Paging
from lineup.errors import Conflict, Forbidden, Invalid, NotFound
from lineup.ids import new_id

from .conftest import PASSWORD, an_account, codes_of


def roles(tree):
    return {
        "operator": tree.operator,
        "partner": tree.partner,
        "staff": Actor(
            role=Role.STAFF,
            scopes=tree.partner.scopes,
            account_id=tree.partner.account_id,
            partner_id=tree.partner.partner_id,
        ),
        "reseller": tree.reseller,
        "dealer": tree.dealer,
    }


class TestCreatingAccounts:
    @pytest.mark.parametrize(
        ("role", "kind", "may"),
        [
            ("operator", AccountKind.PARTNER, True),
            ("operator", AccountKind.RESELLER, True),
            ("operator", AccountKind.OPERATOR, False),
            ("operator", AccountKind.CUSTOMER, False),
            ("partner", AccountKind.PARTNER, False),
            ("partner", AccountKind.RESELLER, True),
            ("partner", AccountKind.DEALER, True),
            ("staff", AccountKind.DEALER, True),
            ("staff", AccountKind.PARTNER, False),
            ("reseller", AccountKind.DEALER, False),
            ("dealer", AccountKind.RESELLER, False),
        ],
    )
    def test_who_makes_what(self, role, kind, may, ask, tree, dependencies):
        request = an_account(kind, "newcomer", parent_id=tree.partner.account_id)
        if may:
            made = ask(
                roles(tree)[role], create_account, request, dependencies=dependencies
            )
            assert made.kind is kind
        else:
            with pytest.raises(Forbidden):
                ask(
                    roles(tree)[role],
                    create_account,
                    request,
                    dependencies=dependencies,
                )

    def test_a_seller_lies_below_its_partner_and_is_announced(
        self, tree, announced, ask
    ):
        states = {state.name: state for state in announced("account_changed")}
        assert states["north"].scope == f"/{tree.partner.account_id.hex}/"
        assert states["north"].partner_id == str(tree.partner.account_id)
        assert states["shop"].scope.startswith(states["north"].scope)
        assert states["shop"].partner_id == str(tree.partner.account_id)
        assert states["shop"].version == 1

    def test_nothing_is_made_below_a_neighbour(self, ask, tree, dependencies):
        request = an_account(
            AccountKind.DEALER, "spy", parent_id=tree.neighbour.account_id
        )
        with pytest.raises(NotFound):
            ask(tree.partner, create_account, request, dependencies=dependencies)

    def test_a_seller_does_not_lie_below_a_seller(self, ask, tree, dependencies):
        request = an_account(
            AccountKind.DEALER, "deep", parent_id=tree.reseller.account_id
        )
        with pytest.raises(Invalid):
            ask(tree.partner, create_account, request, dependencies=dependencies)

    def test_the_operator_names_the_partner(self, ask, tree, dependencies):
        with pytest.raises(Invalid):
            ask(
                tree.operator,
                create_account,
                an_account(AccountKind.DEALER, "lost"),
                dependencies=dependencies,
            )

    def test_every_fault_is_told_and_nothing_is_made(
        self, ask, tree, dependencies, announced
    ):
        before = len(announced("account_changed"))
        request = an_account(
            AccountKind.PARTNER,
            " ",
            login=LoginDetails(username="north", password="short"),
            email="nowhere",
            currency="EURO",
            time_zone="Mars",
            public_url="tv",
        )
        with pytest.raises(Invalid) as refusal:
            ask(tree.operator, create_account, request, dependencies=dependencies)
        assert codes_of(refusal) == {
            "name": ["required"],
            "email": ["email_invalid"],
            "currency": ["currency_unknown"],
            "time_zone": ["time_zone_unknown"],
            "public_url": ["public_url_invalid"],
            "login.username": ["username_taken"],
            "login.password": ["password_short"],
        }
        assert len(announced("account_changed")) == before

    def test_a_login_name_is_unique_in_the_installation(self, ask, tree, dependencies):
        request = an_account(AccountKind.DEALER, "south")
        with pytest.raises(Conflict) as refusal:
            ask(tree.partner, create_account, request, dependencies=dependencies)
        assert refusal.value.code == "username_taken"


class TestStaff:
    @pytest.mark.parametrize(
        ("role", "account", "wanted", "answer"),
        [
            ("operator", "partner", Role.PARTNER, None),
            ("operator", "partner", Role.SUPPORT, Invalid),
            ("partner", "partner", Role.PARTNER, None),
            ("partner", "partner", Role.STAFF, None),
            ("partner", "partner", Role.OPERATOR, Forbidden),
            ("partner", "reseller", Role.RESELLER, None),
            ("partner", "reseller", Role.STAFF, Invalid),
            ("partner", "neighbour", Role.STAFF, NotFound),
            ("staff", "partner", Role.STAFF, None),
            ("staff", "partner", Role.PARTNER, Forbidden),
            ("reseller", "reseller", Role.RESELLER, None),
            ("reseller", "partner", Role.RESELLER, NotFound),
            ("reseller", "dealer", Role.DEALER, NotFound),
        ],
    )
    def test_who_hands_out_what(
        self, role, account, wanted, answer, ask, tree, dependencies
    ):
        request = CreateStaff(
            account_id=getattr(tree, account).account_id,
            role=wanted,
            login=LoginDetails(username="newcomer", password=PASSWORD),
        )
        actor = roles(tree)[role]
        if answer is not NotFound:
            shown = ask(actor, get_account, GetAccount(account_id=request.account_id))
            assert (wanted in shown.login_roles) is (answer is None)
        if answer is None:
            made = ask(actor, create_staff, request, dependencies=dependencies)
            assert (made.role, made.account_id) == (wanted, request.account_id)
        else:
            with pytest.raises(answer):
                ask(actor, create_staff, request, dependencies=dependencies)

    def test_a_second_operator_joins_the_first_at_the_root(
        self, database, tree, dependencies
    ):
        with database.transaction() as work:
            login = LoginDetails(username="second", password=PASSWORD)
            made = create_operator(work, login, dependencies=dependencies)
        with database.transaction() as work, pytest.raises(Conflict) as refusal:
            create_operator(work, login, dependencies=dependencies)
        assert made.role is Role.OPERATOR
        assert refusal.value.code == "username_taken"


class TestSeeing:
    def test_each_sees_itself_and_what_lies_below(self, ask, tree):
        def names(actor):
            return {a.name for a in ask(actor, list_accounts, ListAccounts()).items}

        assert names(tree.operator) >= {"north", "south", "shop", "stall"}
        assert names(tree.partner) == {"north", "shop", "stall"}
        assert names(tree.neighbour) == {"south"}
        assert names(tree.reseller) == {"shop"}

    def test_customers_are_not_listed_among_them(self, ask, tree, make_customer):
        made = make_customer(tree.partner)
        listed = ask(tree.partner, list_accounts, ListAccounts()).items
        assert made.id not in {account.id for account in listed}
        with pytest.raises(NotFound):
            ask(tree.partner, get_account, GetAccount(account_id=made.id))

    def test_a_kind_narrows_and_pages_follow_each_other(self, ask, tree):
        request = ListAccounts(kind=AccountKind.PARTNER, paging=Paging(limit=1))
        first = ask(tree.operator, list_accounts, request)
        rest = ListAccounts(
            kind=AccountKind.PARTNER, paging=Paging(limit=1, after=first.next_after)
        )
        second = ask(tree.operator, list_accounts, rest)
        assert [p.items[0].name for p in (first, second)] == ["south", "north"]
        assert second.next_after is None

    @pytest.mark.parametrize("account", ["neighbour", "reseller", "dealer", None])
    def test_what_lies_outside_is_unknown(self, account, ask, tree):
        account_id = getattr(tree, account).account_id if account else new_id()
        viewer = tree.dealer if account == "reseller" else tree.neighbour
        if account == "neighbour":
            viewer = tree.partner
        with pytest.raises(NotFound):
            ask(viewer, get_account, GetAccount(account_id=account_id))


class TestSwitching:
    def test_off_and_on_is_announced_once_each(self, ask, tree, announced):
        for status in (Status.INACTIVE, Status.INACTIVE, Status.ACTIVE):
            request = SetAccountState(account_id=tree.reseller.account_id, state=status)
            assert ask(tree.partner, set_account_state, request).state is status
        states = [s for s in announced("account_changed") if s.name == "shop"]
        assert [(s.version, s.status) for s in states] == [
            (1, "active"),
            (2, "inactive"),
            (3, "active"),
        ]

    def test_nobody_switches_off_their_own_account(self, ask, tree):
        request = SetAccountState(
            account_id=tree.partner.account_id, state=Status.INACTIVE
        )
        with pytest.raises(OwnAccount):
            ask(tree.partner, set_account_state, request)

    def test_a_neighbours_seller_is_unknown(self, ask, tree):
        request = SetAccountState(
            account_id=tree.reseller.account_id, state=Status.INACTIVE
        )
        with pytest.raises(NotFound):
            ask(tree.neighbour, set_account_state, request)

    def test_deleting_is_no_switch(self, ask, tree):
        request = SetAccountState(
            account_id=tree.reseller.account_id, state=Status.DELETED
        )
        with pytest.raises(Invalid):
            ask(tree.partner, set_account_state, request)
