"""Lists of customers narrow by what is so at this instant, and figures equal lists."""

from datetime import timedelta
from itertools import chain

import pytest

from accounts.customers.counting import count_customers, month_starts
from accounts.customers.groups import create_group
from accounts.customers.operations import (
    get_customer,
    list_customers,
    update_customer,
)
from accounts.devices.operations import add_device, remove_device
from accounts.membership.operations import delete_user, switch_customer
from accounts.tree.operations import set_account_state
from accounts.users.operations import create_user, list_users, rename_user
from accounts.users.service_times import follow_subscriptions
from lineup.context import Actor
from lineup.contracts.accounts.customers import (
    CountCustomers,
    CustomerSettings,
    CustomerStatus,
    GetCustomer,
    ListCustomers,
    SwitchCustomer,
    UpdateCustomer,
)
from lineup.contracts.accounts.devices import AddDevice, RemoveDevice
from lineup.contracts.accounts.groups import CreateCustomerGroup
from lineup.contracts.accounts.tree import SetAccountState, Status
from lineup.contracts.accounts.users import (
    CreateUser,
    DeleteUser,
    ListUsers,
    RenameUser,
)
from lineup.contracts.billing.subscriptions import SubscriptionState
from lineup.contracts.paging import Paging
from lineup.ids import new_id

from .conftest import a_person, a_subscription


@pytest.fixture
def found(ask, tree):
    """`found(search="maas")` is the ids a partner's list shows."""

    def found(actor=None, **narrowed):
        page = ask(actor or tree.partner, list_customers, ListCustomers(**narrowed))
        return [item.id for item in page.items]

    return found


@pytest.fixture
def state_of(ask, tree):
    def state_of(customer):
        request = GetCustomer(customer_id=customer.id)
        return ask(tree.partner, get_customer, request).state

    return state_of


@pytest.fixture
def add_line(ask, tree, dependencies):
    def add_line(customer, name="Kids"):
        request = CreateUser(customer_id=customer.id, name=name)
        return ask(tree.partner, create_user, request, dependencies=dependencies)

    return add_line


@pytest.fixture
def hear(database, clock):
    """`hear(user, is_trial=True)` is billing's word on a subscription of a user."""

    def hear(user, **facts):
        state = a_subscription(user, clock, **facts)
        with database.transaction() as work:
            follow_subscriptions(work, [state])
        return state

    return hear


class TestStanding:
    def test_it_is_told_at_the_instant_asked(
        self, make_customer, add_line, hear, state_of, found, clock
    ):
        customer = make_customer()
        user = add_line(customer)
        assert state_of(customer) is CustomerStatus.PENDING

        hear(user, is_trial=True, ends_at=clock.now() + timedelta(days=3))
        assert state_of(customer) is CustomerStatus.TRIAL
        assert found(state=CustomerStatus.TRIAL) == [customer.id]

        hear(user, ends_at=clock.now() + timedelta(days=30))
        assert state_of(customer) is CustomerStatus.ACTIVE
        assert found(state=CustomerStatus.TRIAL) == []

        clock.forward(days=30)
        assert state_of(customer) is CustomerStatus.EXPIRED
        assert found(state=CustomerStatus.EXPIRED) == [customer.id]
        assert found(state=CustomerStatus.ACTIVE) == []

    @pytest.mark.feature("CU-26")
    def test_what_is_switched_off_is_disabled_whatever_runs(
        self, make_customer, add_line, hear, state_of, found, ask, tree, dependencies
    ):
        customer = make_customer()
        hear(add_line(customer))
        request = SwitchCustomer(customer_id=customer.id, is_active=False)
        ask(tree.partner, switch_customer, request, dependencies=dependencies)

        assert state_of(customer) is CustomerStatus.DISABLED
        assert found(state=CustomerStatus.ACTIVE) == []
        assert found(state=CustomerStatus.DISABLED) == [customer.id]

    @pytest.mark.parametrize("above", ["dealer", "partner"])
    def test_who_buys_of_what_is_switched_off_is_disabled_until_it_is_on_again(
        self, make_customer, add_line, hear, found, ask, tree, dependencies, above
    ):
        customer, beside = make_customer(tree.dealer), make_customer(tree.neighbour)
        hear(add_line(customer))

        def states():
            one = ask(tree.operator, get_customer, GetCustomer(customer_id=customer.id))
            users = ListUsers(customer_id=customer.id)
            [user] = ask(
                tree.operator, list_users, users, dependencies=dependencies
            ).items
            counts = ask(tree.operator, count_customers, CountCustomers()).states
            return (
                one.state,
                user.state,
                found(tree.operator, state=CustomerStatus.ACTIVE),
                found(tree.operator, state=CustomerStatus.DISABLED),
                {count.state: count.customers for count in counts if count.customers},
            )

        account_id = getattr(tree, above).account_id
        for status in (Status.INACTIVE, Status.ACTIVE):
            request = SetAccountState(account_id=account_id, state=status)
            ask(tree.operator, set_account_state, request)
            is_on = status is Status.ACTIVE
            state = CustomerStatus.ACTIVE if is_on else CustomerStatus.DISABLED
            listed = [customer.id]
            assert states() == (
                state,
                state,
                listed if is_on else [],
                [] if is_on else listed,
                {state: 1, CustomerStatus.PENDING: 1},
            )
        assert beside.state is CustomerStatus.PENDING

    @pytest.mark.feature("CU-26")
    def test_each_customer_is_in_one_state_and_the_list_agrees_with_its_row(
        self, make_customer, add_line, hear, found, state_of, clock
    ):
        people = [make_customer() for _ in range(4)]
        hear(add_line(people[0]), is_trial=True)
        hear(add_line(people[1]))
        hear(add_line(people[2]), ends_at=clock.now())

        by_state = {state: found(state=state) for state in CustomerStatus}

        assert sorted(chain(*by_state.values())) == sorted(p.id for p in people)
        for state, ids in by_state.items():
            assert all(state_of(p) is state for p in people if p.id in ids)

    def test_old_news_does_not_undo_newer(
        self, make_customer, add_line, hear, state_of, clock
    ):
        customer = make_customer()
        first = hear(add_line(customer), version=2)
        stopped = {"state": SubscriptionState.STOPPED, "ends_at": clock.now()}
        user = type("User", (), vars(first) | {"id": first.user_id})

        hear(user, id=first.id, version=1, **stopped)
        assert state_of(customer) is CustomerStatus.ACTIVE

        hear(user, id=first.id, version=3, **stopped)
        assert state_of(customer) is CustomerStatus.STOPPED

    def test_what_was_stopped_is_not_called_expired(
        self,
        make_customer,
        add_line,
        hear,
        state_of,
        found,
        ask,
        tree,
        dependencies,
        clock,
    ):
        customer = make_customer()
        kids, den = add_line(customer), add_line(customer)
        hear(kids, ends_at=clock.now() - timedelta(days=2))
        hear(den, ends_at=clock.now(), state=SubscriptionState.STOPPED)

        assert state_of(customer) is CustomerStatus.STOPPED
        assert found(state=CustomerStatus.STOPPED) == [customer.id]
        assert found(state=CustomerStatus.EXPIRED) == []
        users = ask(
            tree.partner, list_users, ListUsers(), dependencies=dependencies
        ).items
        states = {user.id: user.state for user in users}
        assert states == {
            kids.id: CustomerStatus.EXPIRED,
            den.id: CustomerStatus.STOPPED,
        }

        hear(den, ends_at=clock.now() + timedelta(days=1))
        assert state_of(customer) is CustomerStatus.ACTIVE
        clock.forward(days=2)
        assert state_of(customer) is CustomerStatus.EXPIRED

    def test_a_deleted_users_past_goes_with_it(
        self, make_customer, add_line, hear, state_of, ask, tree, dependencies, clock
    ):
        customer = make_customer()
        user = add_line(customer)
        hear(user, ends_at=clock.now())
        ask(
            tree.partner,
            delete_user,
            DeleteUser(user_id=user.id),
            dependencies=dependencies,
        )

        assert state_of(customer) is CustomerStatus.PENDING
        seen = ask(tree.partner, get_customer, GetCustomer(customer_id=customer.id))
        assert (seen.user_count, seen.ends_at) == (0, None)

    def test_the_furthest_end_counts_and_each_user_has_its_own(
        self, make_customer, add_line, hear, ask, tree, dependencies, clock
    ):
        customer = make_customer()
        near, far = add_line(customer, "Near"), add_line(customer, "Far")
        hear(near, ends_at=clock.now() + timedelta(days=5), product_name="Small")
        end = clock.now() + timedelta(days=50)
        hear(far, ends_at=end, product_name="Large")

        seen = ask(tree.partner, get_customer, GetCustomer(customer_id=customer.id))
        users = ask(
            tree.partner,
            list_users,
            ListUsers(customer_id=customer.id, paging=Paging(order="ends_at")),
            dependencies=dependencies,
        )
        assert seen.ends_at == end
        assert [user.product_name for user in users.items] == ["Small", "Large"]
        assert {user.state for user in users.items} == {CustomerStatus.ACTIVE}


class TestNarrowing:
    @pytest.mark.feature("CU-35")
    def test_words_are_found_anywhere(self, make_customer, add_line, ask, tree, found):
        person = {"email": "eva@maas.example", "phone": "020 123 45 67"}
        customer = make_customer(last_name="Maas", mobile="+31612345678", **person)
        user = add_line(customer, "Living room")
        request = AddDevice(user_id=user.id, model="MAG", mac="00:1a:79:12:34:56")
        device = ask(tree.partner, add_device, request)
        make_customer(last_name="Berg")

        for text in (
            "maas anna",
            "EVA@",
            "0201234567",
            "+3161234",
            customer.username,
            "living",
            user.username,
            "00-1A-79-12",
            "001a79123456",
            "001a.7912.3456",
        ):
            assert found(search=text) == [customer.id], text
        assert found(search="maas berg") == []

        ask(tree.partner, remove_device, RemoveDevice(device_id=device.id))
        assert found(search="001a79123456") == []

    def test_a_user_is_found_by_its_new_name_only(
        self, make_customer, add_line, ask, tree, dependencies, found
    ):
        user = add_line(make_customer(), "Attic")
        request = RenameUser(user_id=user.id, name="Cellar")
        ask(tree.partner, rename_user, request, dependencies=dependencies)

        assert found(search="attic") == []
        assert len(found(search="cellar")) == 1

    def test_percent_and_underscore_are_only_themselves(self, make_customer, found):
        make_customer(last_name="Berg")
        assert found(search="%") == []
        assert found(search="b_rg") == []

    @pytest.mark.feature("CU-35", "CU-01")
    def test_seller_group_product_and_end_narrow(
        self, make_customer, add_line, hear, ask, tree, found, dependencies, clock
    ):
        own, sellers = make_customer(), make_customer(tree.dealer)
        group = ask(tree.partner, create_group, CreateCustomerGroup(name="Friends"))
        change = UpdateCustomer(
            customer_id=own.id,
            person=a_person(),
            settings=CustomerSettings(group_id=group.id),
        )
        ask(tree.partner, update_customer, change, dependencies=dependencies)
        state = hear(add_line(sellers), ends_at=clock.now() + timedelta(days=7))

        assert found(seller_id=tree.dealer.account_id) == [sellers.id]
        assert found(seller_id=tree.partner.account_id) == [own.id]
        assert found(group_id=group.id) == found(is_grouped=True) == [own.id]
        assert found(is_grouped=False) == [sellers.id]
        assert found(product_id=state.product_id) == [sellers.id]
        assert found(product_id=new_id()) == []
        assert found(ends_from=state.ends_at) == [sellers.id]
        assert found(ends_from=clock.now(), ends_until=state.ends_at) == []

    def test_orders_go_both_ways(self, make_customer, found):
        zoe, adam = make_customer(last_name="zoe"), make_customer(last_name="Adam")

        assert found(paging=Paging(order="name")) == [adam.id, zoe.id]
        assert found(paging=Paging(order="-name")) == [zoe.id, adam.id]
        for order in ("created_at", "ends_at", "city", "username"):
            forth = found(paging=Paging(order=order))
            assert found(paging=Paging(order=f"-{order}")) == forth[::-1]

    def test_nobody_finds_a_neighbours(self, make_customer, found, tree):
        customer = make_customer(tree.dealer, last_name="Maas")

        for stranger in (tree.neighbour, tree.reseller):
            assert found(stranger, search="maas") == []
            assert found(stranger, state=CustomerStatus.PENDING) == []
            assert found(stranger, partner_id=customer.partner_id) == []


class TestCounting:
    @pytest.mark.feature("RP-01")
    def test_every_figure_is_the_length_of_a_list(
        self, make_customer, add_line, hear, ask, tree, found, dependencies
    ):
        people = [make_customer() for _ in range(3)]
        people.append(make_customer(tree.dealer))
        group = ask(tree.partner, create_group, CreateCustomerGroup(name="Friends"))
        change = UpdateCustomer(
            customer_id=people[0].id,
            person=a_person(),
            settings=CustomerSettings(group_id=group.id),
        )
        ask(tree.partner, update_customer, change, dependencies=dependencies)
        hear(add_line(people[0]), product_name="Family")
        hear(add_line(people[3]), is_trial=True)

        counts = ask(tree.partner, count_customers, CountCustomers())

        assert counts.total == len(found()) == 4
        for count in counts.states:
            assert count.customers == len(found(state=count.state))
        assert {c.name: c.customers for c in counts.sellers} == {"north": 3, "stall": 1}
        for count in counts.sellers:
            assert count.customers == len(found(seller_id=count.id))
        assert {c.id: c.customers for c in counts.groups} == {group.id: 1, None: 3}
        assert len(counts.products) == 2
        for count in counts.products:
            assert count.customers == len(found(product_id=count.id)) == 1
        assert [count.customers for count in counts.months] == [0] * 11 + [4]

    def test_the_same_filter_narrows_figures(self, make_customer, ask, tree):
        make_customer()
        make_customer(tree.dealer)
        request = CountCustomers(seller_id=tree.dealer.account_id)

        assert ask(tree.partner, count_customers, request).total == 1

    def test_a_stranger_counts_nothing(self, make_customer, ask, tree):
        make_customer(tree.dealer)

        for stranger in (tree.neighbour, tree.reseller):
            counts = ask(stranger, count_customers, CountCustomers())
            assert counts.total == 0
            assert counts.sellers == counts.groups == counts.products == []

    def test_months_begin_at_midnight_of_the_zone(self, clock):
        zone = Actor(role="partner", scopes=(), time_zone="Europe/Paris").time_zone
        starts = month_starts(clock.now(), zone)

        assert len(starts) == 12
        assert {(start.day, start.hour) for start in starts} == {(1, 0)}
        assert starts == sorted(set(starts))
        assert starts[-1] <= clock.now() < starts[-1] + timedelta(days=31)
