import pytest

from accounts.membership.operations import delete_user
from accounts.users.operations import (
    create_user,
    get_user,
    list_users,
    rename_user,
)
from accounts.users.service_times import follow_subscriptions
from lineup.context import Role
from lineup.contracts.accounts.users import (
    CreateUser,
    DeleteUser,
    GetUser,
    ListUsers,
    RenameUser,
)
from lineup.contracts.billing.refusals import SubscriptionActive
from lineup.contracts.billing.subscriptions import SubscriptionState
from lineup.errors import Invalid, NotFound

from .conftest import a_subscription, actor_at


@pytest.fixture
def customer(make_customer, tree):
    return make_customer(tree.reseller)


@pytest.fixture
def add(ask, tree, dependencies, customer):
    def add(name="Kids", actor=None, customer=customer):
        request = CreateUser(customer_id=customer.id, name=name)
        return ask(
            actor or tree.reseller, create_user, request, dependencies=dependencies
        )

    return add


class TestCreating:
    @pytest.mark.feature("CU-18")
    def test_five_users_have_five_playlists_and_credentials(self, add, dependencies):
        users = [add("Room") for _ in range(5)]
        assert len({user.token for user in users}) == 5
        assert len({user.username for user in users}) == 5
        assert len({dependencies.keyring.open(user.password) for user in users}) == 5

    def test_credentials_are_of_fixed_length_and_easy_to_type(self, add, dependencies):
        user = add()
        typed = user.username + dependencies.keyring.open(user.password)
        assert (len(user.username), len(typed)) == (10, 22)
        assert typed == typed.lower()
        assert not set(typed) & set("ilo01")
        assert len(user.token) >= 22

    def test_it_is_announced_whole_and_sealed(self, add, announced, dependencies):
        user = add()
        [state] = announced("user_changed")
        assert state.id == str(user.id)
        assert (state.version, state.status) == (1, "active")
        assert state.public_url == user.public_url == "https://lineup.example"
        assert dependencies.keyring.open(user.password) not in repr(state)
        assert dependencies.keyring.open(state.password) == dependencies.keyring.open(
            user.password
        )

    @pytest.mark.feature("CU-19")
    def test_two_may_share_a_name(self, add):
        assert add("Kids").name == add(" Kids ").name

    def test_a_name_that_is_none_is_refused(self, add):
        with pytest.raises(Invalid) as refusal:
            add("")
        assert refusal.value.fields.keys() == {"name"}

    def test_a_customer_adds_to_itself_only(self, add, customer, make_customer, tree):
        as_customer = actor_at(customer, Role.CUSTOMER)
        assert add(actor=as_customer).customer_id == customer.id
        with pytest.raises(NotFound):
            add(actor=as_customer, customer=make_customer(tree.reseller))

    def test_strangers_add_nothing(self, add, tree):
        for stranger in (tree.neighbour, tree.dealer):
            with pytest.raises(NotFound):
                add(actor=stranger)


class TestSeeing:
    @pytest.mark.feature("AH-25")
    def test_a_customer_lists_its_own(
        self, add, customer, make_customer, ask, tree, dependencies
    ):
        mine = add()
        other = make_customer(tree.reseller, user_name="Kids")
        as_customer = actor_at(customer, Role.CUSTOMER)
        page = ask(as_customer, list_users, ListUsers(), dependencies=dependencies)
        assert [user.id for user in page.items] == [mine.id]
        of_other = ListUsers(customer_id=other.id)
        assert (
            ask(as_customer, list_users, of_other, dependencies=dependencies).items
            == []
        )

    def test_the_operator_lists_all_with_each_partners_address(
        self, add, make_customer, ask, tree, dependencies
    ):
        add()
        make_customer(tree.neighbour, user_name="Kids")
        page = ask(tree.operator, list_users, ListUsers(), dependencies=dependencies)
        assert {user.partner_id for user in page.items} == {
            tree.partner.account_id,
            tree.neighbour.account_id,
        }

    def test_one_is_seen_from_above_and_from_nowhere_else(
        self, add, ask, tree, dependencies
    ):
        user = add()
        request = GetUser(user_id=user.id)
        for actor in (tree.operator, tree.partner, tree.reseller):
            assert ask(actor, get_user, request, dependencies=dependencies) == user
        for stranger in (tree.neighbour, tree.dealer):
            with pytest.raises(NotFound):
                ask(stranger, get_user, request, dependencies=dependencies)


class TestRenaming:
    @pytest.mark.feature("CU-23")
    def test_only_the_name_changes(self, add, customer, ask, dependencies, announced):
        user = add()
        as_customer = actor_at(customer, Role.CUSTOMER)
        request = RenameUser(user_id=user.id, name="Attic")
        renamed = ask(as_customer, rename_user, request, dependencies=dependencies)
        assert renamed.name == "Attic"
        assert (renamed.username, renamed.token, renamed.password) == (
            user.username,
            user.token,
            user.password,
        )
        assert [(s.version, s.name) for s in announced("user_changed")] == [
            (1, "Kids"),
            (2, "Attic"),
        ]

    def test_strangers_rename_nothing(self, add, ask, tree, dependencies):
        request = RenameUser(user_id=add().id, name="Attic")
        for stranger in (tree.neighbour, tree.dealer):
            with pytest.raises(NotFound):
                ask(stranger, rename_user, request, dependencies=dependencies)


class TestDeleting:
    @pytest.fixture
    def delete(self, ask, tree, dependencies):
        def delete(user, actor=None):
            request = DeleteUser(user_id=user.id)
            return ask(
                actor or tree.reseller, delete_user, request, dependencies=dependencies
            )

        return delete

    @pytest.fixture
    def keep(self, database):
        def keep(state):
            with database.transaction() as work:
                follow_subscriptions(work, [state])

        return keep

    @pytest.mark.feature("CU-23")
    def test_it_is_announced_and_seen_no_more(
        self, add, delete, ask, tree, dependencies, announced
    ):
        user = add()
        delete(user)
        assert announced("user_changed")[-1].status == "deleted"
        with pytest.raises(NotFound):
            ask(
                tree.partner,
                get_user,
                GetUser(user_id=user.id),
                dependencies=dependencies,
            )
        with pytest.raises(NotFound):
            delete(user)

    @pytest.mark.feature("CU-24")
    def test_a_running_subscription_forbids_it_and_names_the_way(
        self, add, delete, keep, clock
    ):
        user = add()
        running = a_subscription(user, clock)
        keep(running)
        with pytest.raises(SubscriptionActive) as refusal:
            delete(user)
        assert (refusal.value.code, refusal.value.status) == (
            "subscription_active",
            409,
        )
        assert refusal.value.details == {
            "action": "stop_subscription",
            "subscription_id": str(running.id),
        }

    def test_a_stopped_one_does_not_whatever_comes_late(self, add, delete, keep, clock):
        user = add()
        running = a_subscription(user, clock)
        stopped = a_subscription(
            user, clock, id=running.id, version=2, state=SubscriptionState.STOPPED
        )
        keep(stopped)
        keep(running)
        delete(user)

    def test_nor_does_one_past_its_end(self, add, delete, keep, clock):
        user = add()
        keep(a_subscription(user, clock))
        clock.forward(days=30)
        delete(user)

    def test_strangers_delete_nothing(self, add, delete, tree):
        user = add()
        for stranger in (tree.neighbour, tree.dealer):
            with pytest.raises(NotFound):
                delete(user, stranger)
