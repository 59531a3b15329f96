import pytest

from accounts.customers.groups import (
    create_group,
    delete_group,
    get_group,
    list_groups,
    rename_group,
)
from accounts.customers.operations import get_customer, update_customer
from accounts.membership.operations import create_customer
from accounts.membership.trash import delete_customer
from lineup.context import Role
from lineup.contracts.accounts.customers import (
    CustomerSettings,
    DeleteCustomer,
    GetCustomer,
    SettingsChange,
    UpdateCustomer,
)
from lineup.contracts.accounts.groups import (
    CreateCustomerGroup,
    DeleteCustomerGroup,
    GetCustomerGroup,
    ListCustomerGroups,
    RenameCustomerGroup,
)
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.refusals import GroupUsed
from lineup.errors import Conflict, Forbidden, Invalid, NotFound

from .conftest import a_person, actor_at, codes_of


@pytest.fixture
def make_group(ask, tree):
    def make(name="Friends", actor=None):
        return ask(actor or tree.partner, create_group, CreateCustomerGroup(name=name))

    return make


@pytest.fixture
def move(ask, tree, dependencies):
    """`move(customer, group)` puts a customer in a group."""

    def move(customer, group, actor=None, **settings):
        request = UpdateCustomer(
            customer_id=customer.id,
            person=customer.person,
            settings=CustomerSettings(group_id=group and group.id, **settings),
        )
        return ask(
            actor or tree.partner, update_customer, request, dependencies=dependencies
        )

    return move


class TestMaking:
    @pytest.mark.feature("CU-01")
    def test_a_company_names_its_own_once(self, make_group, tree):
        made = make_group()
        assert (made.account_name, made.customer_count) == ("north", 0)

        with pytest.raises(Conflict) as refusal:
            make_group("FRIENDS")
        assert refusal.value.code == "group_name_taken"
        assert make_group(actor=tree.dealer).account_name == "stall"

    def test_a_name_must_be_given(self, make_group):
        with pytest.raises(Invalid) as refusal:
            make_group(" ")
        assert codes_of(refusal) == {"name": ["required"]}

    def test_the_operator_says_whose_it_is(self, ask, tree):
        with pytest.raises(Invalid):
            ask(tree.operator, create_group, CreateCustomerGroup(name="VIP"))
        request = CreateCustomerGroup(name="VIP", account_id=tree.partner.account_id)
        assert ask(tree.operator, create_group, request).account_name == "north"

    def test_nobody_makes_one_for_a_neighbour(self, ask, tree):
        request = CreateCustomerGroup(name="VIP", account_id=tree.partner.account_id)
        for stranger in (tree.neighbour, tree.dealer):
            with pytest.raises(NotFound):
                ask(stranger, create_group, request)


class TestChanging:
    def test_it_is_renamed_unless_the_name_is_used(self, make_group, ask, tree):
        group = make_group()
        make_group("Staff")
        request = RenameCustomerGroup(group_id=group.id, name="Relatives")
        assert ask(tree.partner, rename_group, request).name == "Relatives"

        request = RenameCustomerGroup(group_id=group.id, name="staff")
        with pytest.raises(Conflict):
            ask(tree.partner, rename_group, request)

    @pytest.mark.feature("CU-01")
    def test_a_used_one_stays_until_nobody_is_in_it(
        self, make_group, make_customer, move, ask, tree, dependencies
    ):
        group, customer = make_group(), make_customer()
        move(customer, group)
        with pytest.raises(GroupUsed):
            ask(tree.partner, delete_group, DeleteCustomerGroup(group_id=group.id))

        request = DeleteCustomer(customer_id=customer.id)
        ask(tree.partner, delete_customer, request, dependencies=dependencies)
        ask(tree.partner, delete_group, DeleteCustomerGroup(group_id=group.id))
        with pytest.raises(NotFound):
            ask(tree.partner, get_group, GetCustomerGroup(group_id=group.id))

    def test_strangers_see_and_change_nothing(self, make_group, ask, tree):
        group = make_group()
        for stranger in (tree.neighbour, tree.dealer):
            assert ask(stranger, list_groups, ListCustomerGroups()).items == []
            for operation, request in (
                (get_group, GetCustomerGroup(group_id=group.id)),
                (rename_group, RenameCustomerGroup(group_id=group.id, name="Mine")),
                (delete_group, DeleteCustomerGroup(group_id=group.id)),
            ):
                with pytest.raises(NotFound):
                    ask(stranger, operation, request)


class TestListing:
    def test_by_name_narrowed_by_text_and_by_who_can_be_in_them(
        self, make_group, ask, tree
    ):
        make_group("Zuid")
        make_group("Noord")
        make_group("Stall's", tree.dealer)

        def names(**narrowed):
            page = ask(tree.partner, list_groups, ListCustomerGroups(**narrowed))
            return [group.name for group in page.items]

        assert names() == ["Noord", "Stall's", "Zuid"]
        assert names(search="ZUI") == ["Zuid"]
        assert names(seller_id=tree.dealer.account_id) == ["Noord", "Stall's", "Zuid"]
        assert names(seller_id=tree.reseller.account_id) == ["Noord", "Zuid"]


class TestBelonging:
    @pytest.mark.feature("CU-01")
    def test_a_customer_is_made_in_one(self, make_group, ask, tree, dependencies):
        group = make_group()
        settings = CustomerSettings(group_id=group.id)
        request = CreateCustomer(person=a_person(), settings=settings)
        made = ask(tree.partner, create_customer, request, dependencies=dependencies)

        assert (made.group_name, made.settings.group_id) == ("Friends", group.id)
        seen = ask(tree.partner, get_group, GetCustomerGroup(group_id=group.id))
        assert seen.customer_count == 1

    def test_the_change_is_announced(self, make_group, make_customer, move, announced):
        group, customer = make_group(), make_customer()
        move(customer, group, takes_ads=True, takes_messages=False)

        told = announced("customer_changed")[-1]
        assert (told.group_id, told.version) == (str(group.id), 2)
        assert (told.takes_messages, told.takes_ads) == (False, True)

    def test_another_companys_group_is_unknown(
        self, make_group, make_customer, move, tree
    ):
        customer = make_customer()
        dealers = make_group(actor=tree.dealer)
        neighbours = make_group(actor=tree.neighbour)
        for group in (dealers, neighbours):
            with pytest.raises(Invalid) as refusal:
                move(customer, group)
            assert codes_of(refusal) == {"settings.group_id": ["group_unknown"]}

    def test_a_dealer_keeps_the_group_that_its_partner_chose(
        self, make_group, make_customer, move, tree
    ):
        group, customer = make_group(), make_customer(tree.dealer)
        move(customer, group)

        assert move(customer, group, tree.dealer, is_tester=True).settings.is_tester

    def test_a_customer_moves_not_itself(self, make_customer, make_group, move, ask):
        customer = make_customer()
        self_ = actor_at(customer, Role.CUSTOMER)

        assert move(customer, None, self_, takes_ads=True).settings.takes_ads
        with pytest.raises(Forbidden):
            move(customer, make_group(), self_)
        with pytest.raises(Forbidden):
            move(customer, None, self_, is_tester=True)
        seen = ask(self_, get_customer, GetCustomer(customer_id=customer.id))
        assert seen.settings.group_id is None

    def test_a_tester_in_a_group_changes_its_own_settings_and_stays_both(
        self, make_customer, make_group, move, ask, dependencies
    ):
        group, customer = make_group(), make_customer()
        move(customer, group, is_tester=True)
        change = UpdateCustomer(
            customer_id=customer.id,
            settings=SettingsChange(takes_ads=True, time_zone="Asia/Tokyo"),
        )

        changed = ask(
            actor_at(customer, Role.CUSTOMER),
            update_customer,
            change,
            dependencies=dependencies,
        )

        assert (changed.settings.takes_ads, changed.settings.time_zone) == (
            True,
            "Asia/Tokyo",
        )
        assert (changed.settings.group_id, changed.settings.is_tester) == (
            group.id,
            True,
        )
