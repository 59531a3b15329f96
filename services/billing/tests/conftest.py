"""The partner, customers and products of most tests, on a real database."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import select, update

from billing.catalog import operations as catalog
from billing.catalog import packages
from billing.people import operations as people
from billing.sellers import deletion
from billing.sellers import operations as sellers
from billing.subscriptions import (
    changes,
    end_dates,
    lists,
    renewals,
    renewing,
    suspensions,
)
from billing.subscriptions import operations as subscriptions
from billing.wallets import operations as wallets
from billing.wallets import statements
from billing.wallets.checks import check_ledger
from billing.wallets.models import Wallet
from lineup.clock import SetClock
from lineup.context import SYSTEM, Actor, Call, Context, Event, Role
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.tree import AccountChanged, AccountKind, Status
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.billing.catalog import CreatePlan, CreateProduct
from lineup.contracts.billing.product_changes import ChangeSubscription, QuoteChange
from lineup.contracts.billing.renewing import QuoteUserRenewals, RenewUsers
from lineup.contracts.billing.seller_credits import (
    AddCreditsCurrency,
    GetSellerCredits,
    SellerType,
    SetSellerType,
)
from lineup.contracts.billing.staff_changes import (
    LiftSuspension,
    SetEndDate,
    SuspendSubscription,
)
from lineup.contracts.billing.subscriptions import (
    CountFrom,
    GetSubscription,
    ListSubscriptions,
    Purchase,
    QuoteStop,
    StopSubscription,
    SuspensionCause,
    SwitchRenewal,
)
from lineup.contracts.billing.wallets import CheckLedger, GetWallet, ListEntries, TopUp
from lineup.contracts.paging import MAX_LIMIT, Paging
from lineup.contracts.playlists.events import PackageChanged
from lineup.database import Database, connect
from lineup.database.records import OUTBOX
from lineup.events import envelope
from lineup.ids import new_id
from lineup.money import Money
from lineup.scope import ROOT, below
from lineup.values.checking import checked

JUNE = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def clock():
    """A clock that stands at the beginning of June until a test moves it."""
    return SetClock(JUNE)


@pytest.fixture
def engine(fresh_database):
    engine = connect(fresh_database("billing"), pool_size=20)
    yield engine
    engine.dispose()


@pytest.fixture
def database(engine, clock):
    return Database(engine, clock)


@pytest.fixture
def ask(database):
    """`ask(operation, request, actor)` runs it in a transaction of its own, the
    request checked by its types as it is on the bus.
    """

    def ask(operation, request, actor=SYSTEM, key=None):
        asked = call(checked(request), actor, key, operation.__name__)
        return database.run_idempotent(asked, operation)

    return ask


@pytest.fixture
def announced(engine):
    """`announced("subscription_changed")` lists the states told, oldest first."""

    def announced(event_type):
        statement = select(OUTBOX.c.envelope).where(OUTBOX.c.type == event_type)
        with engine.connect() as connection:
            rows = connection.execute(statement.order_by(OUTBOX.c.seq)).scalars()
            return [SimpleNamespace(**row["state"]) for row in rows]

    return announced


@pytest.fixture
def shop_floor(database, ask, clock):
    """Makes partners, customers, users and what they buy, in the user's own verbs."""
    return ShopFloor(database, ask, clock)


@pytest.fixture
def partner(shop_floor):
    return shop_floor.partner()


@pytest.fixture
def neighbour(shop_floor):
    return shop_floor.partner()


@pytest.fixture
def customer(shop_floor, partner):
    return shop_floor.customer(partner)


@pytest.fixture
def user(shop_floor, customer):
    return shop_floor.user(customer)


@pytest.fixture
def lend(database):
    """`lend(customer, "5.00 EUR")` lets its balance fall so far below zero."""

    def lend(customer, amount):
        with database.transaction() as work:
            work.session.execute(
                update(Wallet)
                .where(Wallet.owner_id == customer.id)
                .values(credit_limit_minor=Money.of(amount).amount_minor)
            )

    return lend


class ShopFloor:
    """What a test needs to be there; it names only what matters to it."""

    def __init__(self, database, ask, clock):
        self._database = database
        self._ask = ask
        self._clock = clock

    def keep(self, operation, state):
        """Take an event as its consumer would."""
        self._database.apply_copies([an_event(state, self._clock)], operation)

    def partner(self, currency="EUR", time_zone="UTC"):
        """A partner as an actor, with one package."""
        partner_id, package_id = new_id(), new_id()
        scope = below(ROOT, partner_id)
        state = an_account(partner_id, scope, currency=currency, time_zone=time_zone)
        self.keep(people.upsert_accounts, state)
        self.keep(packages.upsert_packages, a_package(package_id, partner_id, scope))
        return SimpleNamespace(
            id=partner_id,
            scope=scope,
            package_id=package_id,
            actor=an_actor(Role.PARTNER, scope, partner_id),
        )

    def partner_says(self, partner, **details):
        """Take a newer event of a partner."""
        state = an_account(partner.id, partner.scope, **({"version": 2} | details))
        self.keep(people.upsert_accounts, state)

    def customer_below(self, seller, partner):
        """A customer that a seller of the partner made."""
        return self.customer(partner, parent_scope=seller.scope)

    def customer(self, partner, balance=None, parent_scope=None):
        customer_id = new_id()
        scope = below(parent_scope or partner.scope, customer_id)
        self.keep(people.upsert_customers, a_customer(customer_id, partner.id, scope))
        customer = SimpleNamespace(
            id=customer_id,
            scope=scope,
            partner=partner,
            actor=an_actor(Role.CUSTOMER, scope, partner.id),
        )
        if balance:
            self.top_up(customer, balance)
        return customer

    def user(self, customer, *, renews=False):
        user = SimpleNamespace(id=new_id(), customer=customer)
        self.keep(people.upsert_users, a_user(user, self._clock.now()))
        if renews:
            self.switch(user, renews=True)
        return user

    def plan(self, partner, price="9.00 EUR", *, is_trial=False, **details):
        """A plan of a new product: 30 days unless said otherwise."""
        product = self.product(partner, is_trial=is_trial)
        return self.plan_of(product, partner, price, **details)

    def product(self, partner, *, is_trial=False):
        request = CreateProduct(
            name="Family", package_ids=[partner.package_id], is_trial=is_trial
        )
        return self._ask(catalog.create_product, request, partner.actor)

    def plan_of(
        self, product, partner, price="9.00 EUR", sku="", in_credits=None, **length
    ):
        request = CreatePlan(
            product_id=product.id,
            name="a while",
            price=Money.of(price),
            sku=sku,
            credits=in_credits and Money.of(in_credits),
            **(length or {"days": 30}),
        )
        return self._ask(catalog.create_plan, request, partner.actor)

    def seller(self, partner, role=Role.DEALER):
        """A seller of a partner, with customers of its own below it."""
        scope = below(partner.scope, new_id())
        return SimpleNamespace(
            id=partner.id, scope=scope, actor=an_actor(role, scope, partner.id)
        )

    def known_seller(self, partner, name, role=Role.DEALER):
        """A seller whose own event has arrived, so that its name is known."""
        seller = self.seller(partner, role)
        account_id = UUID(seller.scope.strip("/").split("/")[-1])
        state = an_account(
            account_id,
            seller.scope,
            kind=AccountKind(role.value),
            parent_id=partner.id,
            name=name,
        )
        self.keep(people.upsert_accounts, replace(state, partner_id=partner.id))
        return SimpleNamespace(**vars(seller), account_id=account_id)

    def postpaid(self, seller, partner, opening=None):
        """Let a seller that is known pay with Credits."""
        self._ask(sellers.add_credits_currency, AddCreditsCurrency(), partner.actor)
        request = SetSellerType(
            account_id=seller.account_id,
            type=SellerType.POSTPAID,
            opening_balance=opening and Money.of(opening),
        )
        return self._ask(sellers.set_seller_type, request, partner.actor)

    def credits(self, seller, actor=SYSTEM):
        """How many Credits a seller has left."""
        request = GetSellerCredits(account_id=seller.account_id)
        return self._ask(
            sellers.get_seller_credits, request, actor
        ).balance.amount_minor

    def seller_says(self, seller, **details):
        """Take a newer event of a seller that is known."""
        facts = {"version": 2, "kind": AccountKind.DEALER} | details
        state = an_account(seller.account_id, seller.scope, **facts)
        told = replace(state, partner_id=seller.id)
        self.keep(deletion.follow_accounts, told)

    def subscriptions_of(self, user):
        request = ListSubscriptions(user_id=user.id)
        return self._ask(lists.list_subscriptions, request).items

    def user_says(self, user, **details):
        """Take a newer event of a user."""
        state = a_user(user, self._clock.now(), **({"version": 2} | details))
        self.keep(subscriptions.follow_users, state)

    def customer_says(self, customer, **details):
        """Take a newer event of a customer."""
        facts = {"scope": customer.scope, "version": 2} | details
        scope = facts.pop("scope")
        state = a_customer(customer.id, customer.partner.id, scope, **facts)
        self.keep(subscriptions.follow_customers, state)

    def top_up_after_hearing_of(self, customer):
        """What accounts says of a customer arrives, then its first money."""
        state = a_customer(customer.id, customer.partner.id, customer.scope)
        self.keep(people.upsert_customers, state)
        return self.top_up(customer, "1.00 EUR")

    def top_up(self, customer, amount):
        request = TopUp(customer_id=customer.id, amount=Money.of(amount))
        return self._ask(renewals.top_up, request, customer.partner.actor)

    def buy(self, user, plan, *, count_from=CountFrom.AUTO, key=None, actor=None):
        request = Purchase(user_id=user.id, plan_id=plan.id, count_from=count_from)
        actor = actor or user.customer.partner.actor
        return self._ask(subscriptions.purchase, request, actor, key)

    def stop(self, subscription, actor=SYSTEM, key=None, reason=""):
        request = StopSubscription(subscription_id=subscription.id, reason=reason)
        return self._ask(subscriptions.stop_subscription, request, actor, key)

    def set_end(self, subscription, ends_at, actor=SYSTEM, reason="goodwill"):
        request = SetEndDate(
            subscription_id=subscription.id, ends_at=ends_at, reason=reason
        )
        return self._ask(end_dates.set_end_date, request, actor)

    def change(self, subscription, plan, way, actor=SYSTEM, key=None):
        request = ChangeSubscription(
            subscription_id=subscription.id, plan_id=plan.id, way=way
        )
        return self._ask(changes.change_subscription, request, actor, key)

    def quote_change(self, subscription, plan, way, actor=SYSTEM):
        request = QuoteChange(subscription_id=subscription.id, plan_id=plan.id, way=way)
        return self._ask(changes.quote_change, request, actor)

    def quote_all(self, customer, actor=SYSTEM):
        request = QuoteUserRenewals(customer_id=customer.id)
        return self._ask(renewing.quote_user_renewals, request, actor)

    def renew_users(self, customer, total, actor=SYSTEM, key=None):
        request = RenewUsers(customer_id=customer.id, total=Money.of(total))
        return self._ask(renewing.renew_users, request, actor, key)

    def suspend(
        self,
        subscription,
        reason="a dispute",
        cause=SuspensionCause.OTHER,
        actor=SYSTEM,
    ):
        request = SuspendSubscription(
            subscription_id=subscription.id, reason=reason, cause=cause
        )
        return self._ask(suspensions.suspend_subscription, request, actor)

    def lift(self, subscription, actor=SYSTEM):
        request = LiftSuspension(subscription_id=subscription.id)
        return self._ask(suspensions.lift_suspension, request, actor)

    def quote(self, subscription, actor=SYSTEM):
        request = QuoteStop(subscription_id=subscription.id)
        return self._ask(subscriptions.quote_stop, request, actor)

    def switch(self, user, *, renews, actor=SYSTEM):
        request = SwitchRenewal(user_id=user.id, renews=renews)
        return self._ask(subscriptions.switch_renewal, request, actor)

    def look(self, subscription, actor=SYSTEM):
        request = GetSubscription(subscription_id=subscription.id)
        return self._ask(subscriptions.get_subscription, request, actor)

    def renew(self):
        return renewals.renew_all(self._database)

    def balance(self, customer):
        request = GetWallet(customer_id=customer.id)
        return str(self._ask(wallets.get_wallet, request).balance)

    def entries(self, customer):
        whole = Paging(limit=MAX_LIMIT)
        request = ListEntries(customer_id=customer.id, paging=whole)
        return self._ask(statements.list_entries, request).items

    def books(self, actor=SYSTEM):
        return self._ask(check_ledger, CheckLedger(), actor)


def an_actor(role, scope, partner_id):
    return Actor(
        role=role,
        scopes=(scope,),
        partner_id=partner_id,
        login_id=new_id(),
        name=str(role),
    )


def call(request, actor=SYSTEM, key=None, name="test"):
    context = Context(actor=actor, idempotency_key=key)
    return Call(name=name, request=request, context=context)


def an_event(state, clock):
    wrapped = envelope(state, clock.now(), Context(actor=SYSTEM))
    return Event(
        id=wrapped.id,
        type=wrapped.type,
        occurred_at=wrapped.occurred_at,
        state=state,
        consumer="test",
        context=Context(actor=SYSTEM),
    )


def an_account(partner_id, scope, **details):
    facts = {
        "id": partner_id,
        "version": 1,
        "kind": AccountKind.PARTNER,
        "name": "North TV",
        "scope": scope,
        "partner_id": partner_id,
        "parent_id": None,
        "email": "",
        "currency": "EUR",
        "time_zone": "UTC",
        "public_url": "",
        "status": Status.ACTIVE,
    }
    return AccountChanged(**(facts | details))


def a_package(package_id, partner_id, scope, **details):
    facts = {
        "id": package_id,
        "version": 1,
        "partner_id": partner_id,
        "scope": scope,
        "name": "All",
        "is_demo": False,
    }
    return PackageChanged(**(facts | details))


def a_customer(customer_id, partner_id, scope, **details):
    facts = {
        "id": customer_id,
        "version": 1,
        "partner_id": partner_id,
        "scope": scope,
        "first_name": "Anna",
        "last_name": "Berg",
        "email": "anna@example.com",
        "mobile": "",
        "status": Status.ACTIVE,
    }
    return CustomerChanged(**(facts | details))


def a_user(user, created_at, **details):
    facts = {
        "id": user.id,
        "version": 1,
        "customer_id": user.customer.id,
        "partner_id": user.customer.partner.id,
        "scope": user.customer.scope,
        "name": "Living room",
        "username": "u",
        "password": "sealed",
        "token": "t",
        "public_url": "",
        "status": Status.ACTIVE,
        "created_at": created_at,
    }
    return UserChanged(**(facts | details))
