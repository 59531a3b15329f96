"""Billing as a process: copies come by events, money by calls, renewals by themselves."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from lineup.context import Context, Role
from lineup.contracts.billing.catalog import (
    CreatePlan,
    CreateProduct,
)
from lineup.contracts.billing.subscriptions import (
    Purchase,
    StopSubscription,
    SubscriptionChanged,
)
from lineup.contracts.billing.wallets import (
    CheckLedger,
    GetWallet,
    TopUp,
)
from lineup.errors import Conflict, Forbidden, Invalid, NotFound, PaymentRequired
from lineup.ids import new_id
from lineup.money import Money
from lineup.scope import ROOT, below

from .conftest import (
    ShopFloor,
    a_customer,
    a_package,
    a_user,
    an_account,
    an_actor,
    call,
)
from .webshops.running import Ear, Running, wait_for


@pytest.fixture
def process(fresh_database, fresh_vhost, tmp_path):
    log = tmp_path / "billing.log"
    with Running(fresh_database("billing"), fresh_vhost, log) as running:
        yield running


@pytest.fixture
def ask(process):
    """`ask(request, actor)` asks the service."""

    def ask(request, actor, key=None):
        context = Context(actor=actor, idempotency_key=key)
        return process.calls.ask(context, request, timeout=10)

    return ask


@pytest.fixture
def say(process):
    """`say("accounts", state)` announces it as its owner would."""
    ears = []

    def say(source, state):
        ears.append(Ear(process.amqp_uri, source, "nothing"))
        ears[-1].say(state)

    yield say
    for ear in ears:
        ear.close()


def a_partner():
    partner_id = new_id()
    scope = below(ROOT, partner_id)
    actor = an_actor(Role.PARTNER, scope, partner_id)
    return SimpleNamespace(id=partner_id, scope=scope, actor=actor, package=new_id())


@pytest.fixture
def known(process, say):
    """A partner with a package, a customer and a user, all said by their owners."""
    partner = a_partner()
    customer = SimpleNamespace(
        id=new_id(), scope=below(partner.scope, new_id()), partner=partner
    )
    user = SimpleNamespace(id=new_id(), customer=customer)
    say("accounts", an_account(partner.id, partner.scope))
    say("accounts", a_customer(customer.id, partner.id, customer.scope))
    say("accounts", a_user(user, datetime(2026, 6, 1, tzinfo=UTC)))
    say("playlists", a_package(partner.package, partner.id, partner.scope))
    return SimpleNamespace(partner=partner, customer=customer, user=user)


@pytest.fixture
def ear(process):
    hearing = Ear(process.amqp_uri, "billing", "subscription_changed")
    yield hearing
    hearing.close()


def test_a_life_by_calls_and_events(ask, known, ear):
    actor, customer = known.partner.actor, known.customer
    product = wait_for(lambda: made_product(ask, known.partner))
    plan = ask(a_plan(product), actor)
    top_up = TopUp(customer_id=customer.id, amount=Money.of("12.00 EUR"))
    wait_for(lambda: heard_of(ask, customer, known.partner))
    for _ in range(2):
        assert str(ask(top_up, actor, "k1").balance) == "12.00 EUR"
    buy = Purchase(user_id=known.user.id, plan_id=plan.id)
    bought = wait_for(lambda: tried(ask, buy, actor))
    told = ear.hear(SubscriptionChanged, bought.id)
    assert (told.user_id, told.state) == (known.user.id, "running")

    with pytest.raises(PaymentRequired) as refusal:
        ask(buy, actor)
    assert refusal.value.code == "insufficient_balance"

    stop = StopSubscription(subscription_id=bought.id)
    receipts = [ask(stop, actor, "k2") for _ in range(2)]
    assert receipts[0] == receipts[1]
    with pytest.raises(Conflict) as refusal:
        ask(stop, actor, "k3")
    assert refusal.value.code == "not_active"
    check_outsiders(ask, known.partner, product, customer)
    assert ask(CheckLedger(), actor).is_sound


def check_outsiders(ask, partner, product, customer):
    """A neighbour finds nothing, a seller may not make products."""
    neighbour = a_partner()
    with pytest.raises(NotFound):
        ask(GetWallet(customer_id=customer.id), neighbour.actor)
    seller = an_actor(Role.RESELLER, below(partner.scope, new_id()), partner.id)
    request = CreateProduct(name="x", package_ids=product.package_ids)
    with pytest.raises(Forbidden):
        ask(request, seller)


def made_product(ask, partner):
    """The product, once the partner and its package have been heard of."""
    request = CreateProduct(name="Family", package_ids=[partner.package])
    return tried(ask, request, partner.actor)


def heard_of(ask, customer, partner):
    request = GetWallet(customer_id=customer.id)
    return tried(ask, request, partner.actor)


def tried(ask, request, actor):
    try:
        return ask(request, actor)
    except (NotFound, Invalid):
        return None


def a_plan(product):
    return CreatePlan(
        product_id=product.id, name="Month", price=Money.of("9.00 EUR"), days=30
    )


def test_the_timer_renews_what_is_due(process):
    clock = Moment(datetime.now(UTC) - timedelta(days=30))
    process.database.clock = clock

    def ask(operation, request, actor=None, key=None):
        return process.database.run_idempotent(
            call(request, actor or an_actor(Role.SYSTEM, ROOT, None)), operation
        )

    floor = ShopFloor(process.database, ask, clock)
    partner = floor.partner()
    customer = floor.customer(partner, balance="20.00 EUR")
    user = floor.user(customer, renews=True)
    bought = floor.buy(user, floor.plan(partner, "9.00 EUR", days=30))
    clock.instant = datetime.now(UTC)

    wait_for(lambda: floor.look(bought).ends_at > bought.ends_at)

    assert floor.balance(customer) == "2.00 EUR"
    assert floor.look(bought).ends_at == bought.ends_at + timedelta(days=30)


class Moment:
    """A clock that stands where the test puts it."""

    def __init__(self, instant):
        self.instant = instant

    def now(self):
        return self.instant
