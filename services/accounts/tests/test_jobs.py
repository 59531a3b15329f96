from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, text

from accounts.customers.groups import create_group
from accounts.customers.models import Customer
from accounts.customers.operations import get_customer
from accounts.devices.operations import add_device, get_device
from accounts.jobs.operations import (
    count_account,
    delete_account,
    get_account_job,
    list_account_jobs,
    move_customer,
    move_customers,
)
from accounts.jobs.running import continue_job, continue_jobs
from accounts.logins.identity import identify
from accounts.logins.passwords import is_right
from accounts.logins.sign_in import sign_in
from accounts.tree.operations import get_account
from accounts.users.models import User
from accounts.users.operations import get_user, list_users
from lineup.context import NOBODY
from lineup.contracts.accounts.customers import BalanceSettlement, GetCustomer
from lineup.contracts.accounts.devices import AddDevice, GetDevice
from lineup.contracts.accounts.groups import CreateCustomerGroup
from lineup.contracts.accounts.jobs import (
    AccountJobState,
    CountAccount,
    DeleteAccount,
    GetAccountJob,
    ListAccountJobs,
    MoveCustomer,
    MoveCustomers,
)
from lineup.contracts.accounts.refusals import (
    AccountInactive,
    ConfirmationMissing,
    CustomersComing,
    InvalidCredentials,
    NotSignedIn,
    OwnAccount,
)
from lineup.contracts.accounts.sessions import Identify, SignIn
from lineup.contracts.accounts.tree import GetAccount, LoginDetails, Status
from lineup.contracts.accounts.users import GetUser, ListUsers
from lineup.contracts.audit import ListAuditEntries
from lineup.database.audit.reading import list_audit_entries
from lineup.errors import Invalid, NotFound

from .conftest import KEYRING, PASSWORD, a_subscription, call

MANY = 13
"""More than two chunks of customers, as these tests cut them."""


@pytest.fixture
def go_on(database, dependencies):
    """`go_on()` is a turn, of five customers a transaction: few make several."""
    return partial(continue_jobs, database, dependencies, chunk=5)


@pytest.fixture
def delete(ask, tree):
    """`delete()` deletes the first partner's dealer."""

    def delete(actor=None, account=None, confirmation="stall", **fields):
        request = DeleteAccount(
            account_id=(account or tree.dealer).account_id,
            confirmation=confirmation,
            **fields,
        )
        return ask(actor or tree.partner, delete_account, request)

    return delete


@pytest.fixture
def many(make_customer, tree):
    """Customers of the dealer with a user each, and one of the reseller's."""
    rows = [
        make_customer(tree.dealer, user_name="Line", send_credentials=False)
        for _ in range(MANY)
    ]
    make_customer(tree.reseller, user_name="Stays")
    return rows


def living(database, model):
    with database.transaction() as work:
        statement = select(func.count()).where(model.status != Status.DELETED)
        return work.session.scalar(statement)


def users_counted(database):
    """How many users the rows of customers say that they have, by status."""
    with database.transaction() as work:
        statement = select(Customer.status, func.sum(Customer.user_count))
        rows = work.session.execute(statement.group_by(Customer.status))
        return {status: int(count) for status, count in rows}


@pytest.fixture
def break_row(engine):
    """`break_row(customer)` makes the database refuse each change of its row; the
    function it gives mends that.
    """

    def run(statement):
        with engine.begin() as connection:
            connection.execute(text(statement))

    def break_row(customer):
        run(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'a broken row'; END $$"
        )
        run(
            "CREATE TRIGGER refuse BEFORE UPDATE ON customers FOR EACH ROW"
            f" WHEN (OLD.id = '{customer.id}') EXECUTE FUNCTION refuse()"
        )
        return lambda: run("DROP TRIGGER refuse ON customers")

    return break_row


class TestOneHarmsNoOther:
    def test_a_customer_that_cannot_be_done_is_put_off_alone(
        self, delete, go_on, ask, tree, many, break_row, clock
    ):
        mend = break_row(many[1])
        job = delete()
        other = delete(account=tree.reseller, confirmation="shop")

        def seen(which):
            return ask(tree.partner, get_account_job, GetAccountJob(job_id=which.id))

        for _ in range(3):
            go_on()
        assert seen(other).state is AccountJobState.DONE
        assert seen(job).state is AccountJobState.RUNNING
        assert seen(job).customers_done == MANY - 1
        assert seen(job).next_try_at == clock.now() + timedelta(minutes=1)

        clock.forward(minutes=1)
        go_on()
        go_on()
        assert seen(job).next_try_at == clock.now() + timedelta(minutes=5)

        mend()
        clock.forward(minutes=5)
        for _ in range(2):
            go_on()
        assert seen(job).state is AccountJobState.DONE
        assert (seen(job).customers_done, seen(job).next_try_at) == (MANY, None)

    def test_jobs_take_turns(self, delete, ask, tree, many, database, dependencies):
        jobs = [delete(), delete(account=tree.reseller, confirmation="shop")]

        for _ in jobs:
            with database.transaction() as work:
                assert continue_job(work, dependencies, chunk=1)

        for job in jobs:
            request = GetAccountJob(job_id=job.id)
            assert ask(tree.partner, get_account_job, request).customers_done == 1


class TestDeleting:
    def test_it_is_said_what_goes(self, ask, tree, many):
        request = CountAccount(account_id=tree.dealer.account_id)
        counts = ask(tree.partner, count_account, request)
        assert (counts.customers, counts.users) == (MANY, MANY)
        with pytest.raises(NotFound):
            ask(tree.neighbour, count_account, request)

    @pytest.mark.feature("UI-05")
    @pytest.mark.parametrize("typed", ["", "Stall", "stal", "shop"])
    def test_without_the_typed_name_nothing_changes(
        self, typed, delete, ask, tree, announced
    ):
        before = len(announced("account_changed"))
        with pytest.raises(ConfirmationMissing) as refusal:
            delete(confirmation=typed)
        assert refusal.value.code == "confirmation_missing"
        shown = ask(
            tree.partner, get_account, GetAccount(account_id=tree.dealer.account_id)
        )
        assert shown.state is Status.ACTIVE
        assert len(announced("account_changed")) == before

    @pytest.mark.feature("AH-19")
    def test_nobody_at_or_below_it_signs_in_from_the_first_moment(
        self, delete, go_on, ask, tree, make_customer, database
    ):
        anna = LoginDetails(username="anna", password="1234")
        make_customer(tree.dealer, login=anna)

        def enter(username, password):
            request = SignIn(username=username, password=password)
            return sign_in(
                database, call(request, NOBODY), is_right=is_right, keyring=KEYRING
            ).token

        tokens = enter("stall", PASSWORD), enter("anna", "1234")
        delete()
        with pytest.raises(InvalidCredentials):
            enter("stall", PASSWORD)
        with pytest.raises(AccountInactive):
            enter("anna", "1234")
        for token, answer in zip(tokens, (NotSignedIn, AccountInactive), strict=True):
            with pytest.raises(answer):
                ask(NOBODY, identify, Identify(token=token))
        go_on()
        with pytest.raises(InvalidCredentials):
            enter("anna", "1234")
        with pytest.raises(NotSignedIn):
            ask(NOBODY, identify, Identify(token=tokens[1]))

    @pytest.mark.feature("AH-19")
    def test_everything_below_goes_in_the_end_and_nothing_else(
        self, delete, go_on, ask, tree, many, database, announced
    ):
        job = delete()
        assert (job.customers, job.users, job.customers_done) == (MANY, MANY, 0)
        go_on()
        request = GetAccountJob(job_id=job.id)
        done = ask(tree.partner, get_account_job, request)
        assert done.state is AccountJobState.DONE
        assert (done.customers_done, done.users_done) == (MANY, MANY)
        assert (living(database, Customer), living(database, User)) == (1, 1)
        assert users_counted(database) == {Status.DELETED: 0, Status.ACTIVE: 1}
        for customer in many:
            with pytest.raises(NotFound):
                ask(tree.partner, get_customer, GetCustomer(customer_id=customer.id))
        states = [s for s in announced("user_changed") if s.status == "deleted"]
        assert len({s.id for s in states}) == MANY
        assert all(s.forfeits for s in states)

    def test_its_customers_are_told_with_what_becomes_of_their_money(
        self, delete, go_on, many, announced, tree
    ):
        with pytest.raises(Invalid):
            delete(force=True)
        delete(force=True, reason="bankrupt", settlement=BalanceSettlement.WRITE_OFF)
        go_on()

        told = [s for s in announced("customer_changed") if s.status == "deleted"]
        assert len(told) == MANY
        assert {(s.settlement, s.deletion_reason, s.deleted_by) for s in told} == {
            ("write_off", "bankrupt", tree.partner.name)
        }
        states = [s for s in announced("customer_changed") if s.status == "deleted"]
        assert len(states) == MANY

    def test_a_running_subscription_is_no_obstacle(
        self, delete, go_on, ask, tree, make_customer, database, dependencies, clock
    ):
        from accounts.subscriptions.operations import upsert_subscriptions

        customer = make_customer(tree.dealer, user_name="Line")
        [user] = ask(
            tree.dealer,
            list_users,
            ListUsers(customer_id=customer.id),
            dependencies=dependencies,
        ).items
        with database.transaction() as work:
            upsert_subscriptions(work, [a_subscription(user, clock)])
        delete()
        go_on()
        with pytest.raises(NotFound):
            ask(
                tree.partner,
                get_user,
                GetUser(user_id=user.id),
                dependencies=dependencies,
            )

    def test_the_macs_of_its_devices_are_free_again(
        self, delete, go_on, ask, tree, make_customer, dependencies
    ):
        def add(seller):
            make_customer(seller, user_name="Line")
            [user] = ask(
                seller, list_users, ListUsers(), dependencies=dependencies
            ).items
            request = AddDevice(user_id=user.id, model="Box", mac="00:1A:79:12:34:56")
            return ask(seller, add_device, request)

        add(tree.dealer)
        delete()
        go_on()
        assert add(tree.reseller).mac == "00:1A:79:12:34:56"

    @pytest.mark.feature("IE-07")
    def test_a_death_in_the_middle_loses_nothing_and_doubles_nothing(
        self, delete, go_on, ask, tree, many, database, dependencies, announced
    ):
        job = delete()
        with database.transaction() as work:
            continue_job(work, dependencies, chunk=5)
        with suppress(KeyboardInterrupt), database.transaction() as work:
            continue_job(work, dependencies, chunk=5)
            raise KeyboardInterrupt
        seen = ask(tree.partner, get_account_job, GetAccountJob(job_id=job.id))
        assert 0 < seen.customers_done < MANY
        go_on()
        seen = ask(tree.partner, get_account_job, GetAccountJob(job_id=job.id))
        assert (seen.customers_done, seen.users_done) == (MANY, MANY)
        states = [s.id for s in announced("user_changed") if s.status == "deleted"]
        assert len(states) == len(set(states)) == MANY

    def test_copies_of_the_service_share_without_doubling(
        self, delete, go_on, ask, tree, many
    ):
        job = delete()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: go_on(), range(4)))
        go_on()
        seen = ask(tree.partner, get_account_job, GetAccountJob(job_id=job.id))
        assert (seen.state, seen.customers_done) == (AccountJobState.DONE, MANY)

    def test_it_is_not_done_while_somebody_else_is_at_a_customer(
        self, delete, go_on, ask, tree, make_customer, database
    ):
        customer = make_customer(tree.dealer)
        request = GetAccountJob(job_id=delete().id)
        with database.transaction() as other:
            other.session.get(Customer, customer.id, with_for_update=True)
            go_on()
            seen = ask(tree.partner, get_account_job, request)
            assert seen.state is AccountJobState.RUNNING
        go_on()
        seen = ask(tree.partner, get_account_job, request)
        assert (seen.state, seen.customers_done) == (AccountJobState.DONE, 1)

    def test_on_a_visit_both_names_are_kept(self, delete, tree):
        job = delete(actor=replace(tree.partner, on_behalf_of="root"))
        assert job.actor == "root on behalf of partner"

    @pytest.mark.feature("AH-19")
    def test_the_audit_log_says_how_many_went_and_who_wanted_it(
        self, delete, go_on, ask, tree, many
    ):
        delete(force=True, reason="closed")
        go_on()

        request = ListAuditEntries(thing_id=tree.dealer.account_id)
        [entry] = ask(tree.partner, list_audit_entries, request).items
        assert (entry.action, entry.name) == ("finish_delete_job", "stall")
        assert {one.kind: one.count for one in entry.counts} == {
            "customer": MANY,
            "user": MANY,
        }
        assert entry.request == {"reason": "partner: closed"}
        assert ask(tree.neighbour, list_audit_entries, request).items == []

    def test_the_tombstone_says_who_did_it(self, delete, go_on, ask, tree):
        job = delete()
        go_on()
        request = ListAccountJobs(account_id=tree.dealer.account_id)
        [shown] = ask(tree.partner, list_account_jobs, request).items
        assert (shown.id, shown.username, shown.actor) == (job.id, "stall", "partner")
        assert ask(tree.neighbour, list_account_jobs, request).items == []
        with pytest.raises(NotFound):
            ask(tree.neighbour, get_account_job, GetAccountJob(job_id=job.id))
        with pytest.raises(NotFound):
            ask(
                tree.partner, get_account, GetAccount(account_id=tree.dealer.account_id)
            )

    def test_who_may_not(self, delete, tree):
        with pytest.raises(NotFound):
            delete(actor=tree.neighbour)
        with pytest.raises(OwnAccount):
            delete(account=tree.partner, confirmation="north")
        with pytest.raises(Invalid):
            delete(actor=tree.operator, account=tree.partner, confirmation="north")

    def test_no_customer_slips_below_a_seller_that_goes(
        self, tree, make_customer, delete, ask, database
    ):
        from accounts.tree.models import Account
        from accounts.tree.operations import lock_account

        with database.transaction() as late:
            account = late.session.get(Account, tree.dealer.account_id)
            delete()
            request = MoveCustomers(
                account_id=tree.reseller.account_id, to_account_id=account.id
            )
            with pytest.raises(NotFound):
                move_customers(late, request)
            with pytest.raises(NotFound):
                lock_account(late, account)


class TestMoving:
    @pytest.mark.feature("AH-23")
    def test_one_goes_with_ids_and_links(
        self, ask, tree, make_customer, dependencies, announced
    ):
        customer = make_customer(tree.dealer, user_name="Line")
        before = ask(
            tree.dealer,
            list_users,
            ListUsers(customer_id=customer.id),
            dependencies=dependencies,
        ).items[0]
        request = MoveCustomer(
            customer_id=customer.id, to_account_id=tree.reseller.account_id
        )
        moved = ask(tree.partner, move_customer, request, dependencies=dependencies)
        assert moved.scope == f"{tree.reseller.scopes[0]}{customer.id.hex}/"
        with pytest.raises(NotFound):
            ask(tree.dealer, get_customer, GetCustomer(customer_id=customer.id))
        after = ask(
            tree.reseller,
            get_user,
            GetUser(user_id=before.id),
            dependencies=dependencies,
        )
        assert (after.token, after.username) == (before.token, before.username)
        assert after.scope == moved.scope
        for event in ("customer_changed", "user_changed"):
            assert announced(event)[-1].scope == moved.scope

    @pytest.mark.feature("AH-23")
    def test_all_go_together(self, ask, tree, many, go_on):
        request = MoveCustomers(
            account_id=tree.dealer.account_id,
            to_account_id=tree.reseller.account_id,
        )
        job = ask(tree.partner, move_customers, request)
        go_on()
        seen = ask(tree.partner, get_account_job, GetAccountJob(job_id=job.id))
        assert (seen.state, seen.customers_done) == (AccountJobState.DONE, MANY)
        for actor, left in ((tree.dealer, 0), (tree.reseller, MANY + 1)):
            count = CountAccount(account_id=actor.account_id)
            assert ask(actor, count_account, count).customers == left

    def test_nobody_goes_to_where_they_are(self, ask, tree):
        here = tree.dealer.account_id
        with pytest.raises(Invalid):
            ask(
                tree.partner,
                move_customers,
                MoveCustomers(account_id=here, to_account_id=here),
            )

    def test_nobody_goes_to_a_seller_that_goes_itself(
        self, ask, tree, many, delete, go_on, database
    ):
        request = MoveCustomers(
            account_id=tree.reseller.account_id, to_account_id=tree.dealer.account_id
        )
        ask(tree.partner, move_customers, request)
        with pytest.raises(CustomersComing) as refusal:
            delete()
        assert (refusal.value.code, refusal.value.status) == ("customers_coming", 409)
        go_on()
        delete()
        go_on()
        assert living(database, Customer) == 0

    @pytest.mark.parametrize("target", ["neighbour", None])
    def test_nobody_moves_to_another_partner(
        self, target, ask, tree, make_customer, dependencies
    ):
        customer = make_customer(tree.dealer)
        account_id = tree.neighbour.account_id if target else customer.id
        for actor, answer in (
            (tree.operator, (Invalid, NotFound)),
            (tree.partner, (NotFound,)),
        ):
            request = MoveCustomers(
                account_id=tree.dealer.account_id, to_account_id=account_id
            )
            with pytest.raises(answer):
                ask(actor, move_customers, request)
            request = MoveCustomer(customer_id=customer.id, to_account_id=account_id)
            with pytest.raises(answer):
                ask(actor, move_customer, request, dependencies=dependencies)

    def test_a_neighbour_moves_nobody(self, ask, tree, make_customer, dependencies):
        customer = make_customer(tree.dealer)
        to = tree.neighbour.account_id
        request = MoveCustomer(customer_id=customer.id, to_account_id=to)
        with pytest.raises(NotFound):
            ask(tree.neighbour, move_customer, request, dependencies=dependencies)
        request = MoveCustomers(account_id=tree.dealer.account_id, to_account_id=to)
        with pytest.raises(NotFound):
            ask(tree.neighbour, move_customers, request)

    def test_devices_go_along_and_a_companys_own_group_does_not(
        self, ask, tree, make_customer, dependencies, database
    ):
        own = ask(tree.dealer, create_group, CreateCustomerGroup(name="Club"))
        shared = ask(tree.partner, create_group, CreateCustomerGroup(name="Village"))
        seen = {}
        for group in (own, shared):
            customer = make_customer(tree.dealer, user_name="Line")
            [user] = ask(
                tree.dealer,
                list_users,
                ListUsers(customer_id=customer.id),
                dependencies=dependencies,
            ).items
            device = ask(
                tree.dealer, add_device, AddDevice(user_id=user.id, model="Box")
            )
            with database.transaction() as work:
                work.session.get(Customer, customer.id).group_id = group.id
            request = MoveCustomer(
                customer_id=customer.id, to_account_id=tree.reseller.account_id
            )
            moved = ask(tree.partner, move_customer, request, dependencies=dependencies)
            seen[group.id] = moved.settings.group_id
            shown = ask(tree.reseller, get_device, GetDevice(device_id=device.id))
            assert shown.scope == moved.scope
            assert moved.seller_id == tree.reseller.account_id
        assert seen == {own.id: None, shared.id: shared.id}
