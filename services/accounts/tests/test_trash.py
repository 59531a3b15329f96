"""Deleting customers: the trash, restoring from it, and what leaves it for good."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from accounts.customers.operations import get_customer, list_customers
from accounts.devices.operations import add_device, list_devices
from accounts.logins.identity import identify
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from accounts.membership.operations import switch_customer
from accounts.membership.trash import (
    delete_customer,
    list_trash,
    purge_customer,
    purge_expired,
    restore_customer,
)
from accounts.users.operations import list_users
from accounts.users.service_times import follow_subscriptions
from lineup.context import NOBODY
from lineup.contracts.accounts.customers import (
    BalanceSettlement,
    DeleteCustomer,
    GetCustomer,
    ListCustomers,
    SwitchCustomer,
)
from lineup.contracts.accounts.devices import AddDevice, ListDevices
from lineup.contracts.accounts.refusals import NotSignedIn
from lineup.contracts.accounts.sessions import Identify, SignIn
from lineup.contracts.accounts.trash import (
    ListTrash,
    PurgeCustomer,
    RestoreCustomer,
)
from lineup.contracts.accounts.tree import LoginDetails
from lineup.contracts.accounts.users import ListUsers
from lineup.contracts.billing.refusals import SubscriptionActive
from lineup.errors import Conflict, Invalid, NotFound
from lineup.impersonation import NotWhileImpersonating

from .conftest import KEYRING, a_subscription, call

ANNA = LoginDetails(username="anna", password="1234")


@pytest.fixture
def delete(ask, tree, dependencies):
    """`delete(customer)` puts it into the trash."""

    def delete(customer, actor=None, **details):
        request = DeleteCustomer(customer_id=customer.id, **details)
        ask(actor or tree.partner, delete_customer, request, dependencies=dependencies)

    return delete


@pytest.fixture
def restore(ask, tree, dependencies):
    """`restore(customer)` takes it out of the trash."""

    def restore(customer, actor=None):
        request = RestoreCustomer(customer_id=customer.id)
        return ask(
            actor or tree.partner, restore_customer, request, dependencies=dependencies
        )

    return restore


@pytest.fixture
def purge(ask, tree, dependencies):
    """`purge(customer)` deletes it for good."""

    def purge(customer, actor=None):
        request = PurgeCustomer(customer_id=customer.id)
        ask(actor or tree.partner, purge_customer, request, dependencies=dependencies)

    return purge


@pytest.fixture
def trash(ask, tree):
    """`trash()` lists what is in it."""

    def trash(actor=None, **details):
        return ask(actor or tree.partner, list_trash, ListTrash(**details)).items

    return trash


def users_and_devices(ask, tree, dependencies):
    users = ask(tree.partner, list_users, ListUsers(), dependencies=dependencies)
    return users.items, ask(tree.partner, list_devices, ListDevices()).items


class TestDeleting:
    def test_customer_users_and_sessions_go(
        self, make_customer, ask, tree, dependencies, database, announced
    ):
        made = make_customer(login=ANNA, email="anna@example.com", user_name="Kids")
        entered = sign_in(
            database,
            call(SignIn(username="anna", password="1234"), NOBODY),
            is_right=is_right,
            keyring=KEYRING,
        )
        request = DeleteCustomer(customer_id=made.id)
        ask(tree.partner, delete_customer, request, dependencies=dependencies)

        assert announced("customer_changed")[-1].status == "trashed"
        assert announced("user_changed")[-1].status == "trashed"
        assert len(announced("session_ended")) == 1
        with pytest.raises(NotFound):
            ask(tree.partner, get_customer, GetCustomer(customer_id=made.id))
        with pytest.raises(NotSignedIn):
            ask(NOBODY, identify, Identify(token=entered.token))
        assert (
            ask(tree.partner, list_users, ListUsers(), dependencies=dependencies).items
            == []
        )
        with pytest.raises(NotFound):
            ask(tree.partner, delete_customer, request, dependencies=dependencies)

    def test_the_address_is_free_again_and_the_login_name_is_not(
        self, make_customer, ask, tree, dependencies
    ):
        made = make_customer(login=ANNA, email="anna@example.com")
        request = DeleteCustomer(customer_id=made.id)
        ask(tree.partner, delete_customer, request, dependencies=dependencies)
        make_customer(email="anna@example.com")
        with pytest.raises(Conflict):
            make_customer(login=ANNA)

    @pytest.mark.feature("AH-40")
    def test_one_with_a_running_subscription_stays_whole(
        self, make_customer, ask, tree, dependencies, database, clock, announced
    ):
        made = make_customer(user_name="Kids")
        [user] = ask(
            tree.partner, list_users, ListUsers(), dependencies=dependencies
        ).items
        with database.transaction() as work:
            follow_subscriptions(work, [a_subscription(user, clock)])
        request = DeleteCustomer(customer_id=made.id)
        with pytest.raises(SubscriptionActive):
            ask(tree.partner, delete_customer, request, dependencies=dependencies)
        assert ask(tree.partner, get_customer, GetCustomer(customer_id=made.id))
        assert len(announced("customer_changed")) == 1

    @pytest.mark.feature("AH-40")
    def test_by_force_it_goes_with_the_reason_and_what_becomes_of_its_money(
        self, make_customer, ask, tree, dependencies, database, clock, announced
    ):
        made = make_customer(user_name="Kids")
        [user] = ask(
            tree.partner, list_users, ListUsers(), dependencies=dependencies
        ).items
        with database.transaction() as work:
            follow_subscriptions(work, [a_subscription(user, clock)])
        force = partial(DeleteCustomer, customer_id=made.id, force=True)
        for unfit in ("", " ", "a\nb", "x" * 301):
            with pytest.raises(Invalid) as refusal:
                ask(
                    tree.partner,
                    delete_customer,
                    force(reason=unfit),
                    dependencies=dependencies,
                )
            assert list(refusal.value.fields) == ["reason"]

        request = force(reason=" left ", settlement=BalanceSettlement.WRITE_OFF)
        ask(tree.partner, delete_customer, request, dependencies=dependencies)

        told = announced("customer_changed")[-1]
        assert (told.status, told.settlement) == ("trashed", "write_off")
        assert (told.deletion_reason, told.deleted_by) == ("left", tree.partner.name)
        assert announced("user_changed")[-1].status == "trashed"

    def test_nobody_forces_it_while_logged_in_as_another(
        self, make_customer, ask, tree, dependencies
    ):
        request = DeleteCustomer(
            customer_id=make_customer().id, force=True, reason="left"
        )
        visitor = replace(tree.partner, on_behalf_of="root")
        with pytest.raises(NotWhileImpersonating):
            ask(visitor, delete_customer, request, dependencies=dependencies)

    def test_a_neighbour_deletes_nothing(self, make_customer, ask, tree, dependencies):
        request = DeleteCustomer(customer_id=make_customer(tree.reseller).id)
        for stranger in (tree.neighbour, tree.dealer):
            with pytest.raises(NotFound):
                ask(stranger, delete_customer, request, dependencies=dependencies)


@pytest.mark.feature("CU-33")
class TestRestoring:
    def test_everything_is_back_as_it_was(
        self,
        make_customer,
        ask,
        tree,
        dependencies,
        delete,
        restore,
        announced,
        clock,
        database,
    ):
        made = make_customer(login=ANNA, email="anna@example.com", user_name="Kids")
        [user] = made.users
        device = AddDevice(
            user_id=user.id, model="Box", app="", mac="02:00:00:00:00:01"
        )
        ask(tree.partner, add_device, device)
        before = users_and_devices(ask, tree, dependencies)
        delete(made)
        assert users_and_devices(ask, tree, dependencies) == ([], [])

        clock.forward(days=29)
        restored = restore(made)

        assert (restored.username, restored.user_count) == ("anna", 1)
        assert restored.is_active
        [found], [kept] = users_and_devices(ask, tree, dependencies)
        assert (found.token, found.password) == (user.token, user.password)
        assert (found.is_active, kept.mac) == (True, before[1][0].mac)
        assert announced("customer_changed")[-1].status == "active"
        assert announced("user_changed")[-1].status == "active"
        signing = call(SignIn(username="anna", password="1234"), NOBODY)
        assert sign_in(database, signing, is_right=is_right, keyring=KEYRING).token

    def test_who_was_off_is_off_again(
        self, make_customer, ask, tree, dependencies, delete, restore, announced
    ):
        made = make_customer(user_name="Kids")
        off = SwitchCustomer(customer_id=made.id, is_active=False)
        ask(tree.partner, switch_customer, off, dependencies=dependencies)
        delete(made)
        assert not restore(made).is_active
        assert announced("user_changed")[-1].status == "inactive"

    def test_a_mail_address_that_is_used_by_now_is_named(
        self, make_customer, delete, restore, trash
    ):
        made = make_customer(email="anna@example.com")
        delete(made)
        make_customer(email="Anna@example.com")
        with pytest.raises(Conflict) as refusal:
            restore(made)
        assert refusal.value.code == "email_taken"
        assert [one.id for one in trash()] == [made.id]

    def test_only_what_is_in_the_trash_is_restored_or_purged(
        self, make_customer, delete, restore, purge
    ):
        made = make_customer()
        for act in (restore, purge):
            with pytest.raises(NotFound):
                act(made)
        delete(made)
        purge(made)
        for act in (restore, purge):
            with pytest.raises(NotFound):
                act(made)

    def test_a_neighbour_sees_and_does_nothing(
        self, make_customer, tree, delete, restore, purge, trash
    ):
        made = make_customer(tree.reseller)
        delete(made, tree.reseller)
        for stranger in (tree.neighbour, tree.dealer):
            assert trash(stranger) == []
            for act in (restore, purge):
                with pytest.raises(NotFound):
                    act(made, stranger)
        assert [one.id for one in trash(tree.reseller)] == [made.id]


@pytest.mark.feature("CU-33")
class TestTheTrash:
    def test_it_says_who_deleted_whom_why_and_until_when(
        self, make_customer, tree, delete, trash, ask, clock
    ):
        made = make_customer(user_name="Kids")
        make_customer(first_name="Zoe")
        delete(made, force=True, reason="Moved away")
        [one] = trash(search="anna")
        assert trash(search="zoe") == []
        assert (one.person.first_name, one.reason) == ("Anna", "Moved away")
        assert (one.deleted_at, one.deleted_by) == (clock.now(), tree.partner.name)
        assert one.purge_at == clock.now() + timedelta(days=30)
        left = ask(tree.partner, list_customers, ListCustomers()).items
        assert [customer.person.first_name for customer in left] == ["Zoe"]

    def test_what_leaves_it_is_gone_with_what_becomes_of_its_money(
        self, make_customer, delete, purge, announced, trash, ask, tree
    ):
        made = make_customer(user_name="Kids")
        device = AddDevice(
            user_id=made.users[0].id, model="Box", app="", mac="02:00:00:00:00:01"
        )
        ask(tree.partner, add_device, device)
        wishes = {"reason": "left", "settlement": BalanceSettlement.WRITE_OFF}
        delete(made, force=True, **wishes)
        purge(made)

        told = announced("customer_changed")[-1]
        assert (told.status, told.settlement) == ("deleted", "write_off")
        assert (told.deletion_reason, told.deleted_by) == ("left", tree.partner.name)
        assert announced("user_changed")[-1].status == "deleted"
        assert trash() == []
        again = make_customer(first_name="New", user_name="Kids")
        ask(tree.partner, add_device, replace(device, user_id=again.users[0].id))

    def test_after_thirty_days_it_goes_by_itself(
        self, make_customer, delete, restore, trash, database, dependencies, clock
    ):
        first, back, later = (make_customer(first_name=name) for name in "ABC")
        delete(first)
        delete(back)
        clock.forward(days=1)
        delete(later)
        restore(back)
        clock.forward(days=29, seconds=-1)
        assert purge_expired(database, dependencies) == 0
        clock.forward(seconds=1)
        assert purge_expired(database, dependencies) == 1
        assert [one.id for one in trash()] == [later.id]
        assert purge_expired(database, dependencies) == 0

    def test_one_that_cannot_be_purged_stops_no_other(
        self, make_customer, delete, trash, engine, database, dependencies, clock
    ):
        bad, good = make_customer(first_name="Bad"), make_customer(first_name="Good")
        delete(bad)
        delete(good)
        refuse = f"""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'broken'; END $$;
            CREATE TRIGGER refuse BEFORE UPDATE ON customers FOR EACH ROW
            WHEN (OLD.id = '{bad.id}') EXECUTE FUNCTION refuse()"""
        with engine.begin() as connection:
            connection.exec_driver_sql(refuse)
        clock.forward(days=30)
        assert purge_expired(database, dependencies) == 1
        assert [one.id for one in trash()] == [bad.id]
