"""Users and customers that are deleted together: as one by one, but by the set."""

from functools import partial

import pytest
from services.billing.tests.conftest import a_customer, a_user, an_event

from billing.subscriptions.operations import follow_customers, follow_users
from lineup.contracts.accounts.customers import BalanceSettlement
from lineup.contracts.accounts.tree import Status
from lineup.testing.statements import statements_of

FATES = (*BalanceSettlement, None)


@pytest.fixture
def dealer(shop_floor, partner):
    return shop_floor.known_seller(partner, "Stall")


@pytest.fixture
def crowd(shop_floor, partner, dealer):
    """`crowd(4)` makes customers, each with money left and a user that is served."""
    plan = shop_floor.plan(partner, "9.00 EUR")

    def crowd(count):
        users = []
        for number in range(count):
            customer = shop_floor.customer_below(dealer, partner)
            shop_floor.top_up(customer, f"{9 + number}.00 EUR")
            users.append(shop_floor.user(customer))
            shop_floor.buy(users[-1], plan)
        return users

    return crowd


@pytest.fixture
def tell(database, clock):
    """`tell(operation, states)` takes events of one batch as their consumer does."""

    def tell(operation, states):
        database.apply_copies([an_event(state, clock) for state in states], operation)

    return tell


def users_gone(users, now):
    """Every second one goes with its seller, the others by themselves."""
    gone = partial(a_user, created_at=now, version=2, status=Status.DELETED)
    return [gone(user, forfeits=at % 2 == 0) for at, user in enumerate(users)]


def customers_gone(users):
    return [
        a_customer(
            user.customer.id,
            user.customer.partner.id,
            user.customer.scope,
            version=2,
            status=Status.DELETED,
            settlement=FATES[at % len(FATES)],
            deletion_reason="moved away",
        )
        for at, user in enumerate(users)
    ]


def what_became(shop_floor, announced, user):
    [subscription] = shop_floor.subscriptions_of(user)
    told = [s for s in announced("subscription_changed") if s.user_id == str(user.id)]
    booked = [
        (entry.cause, str(entry.amount), entry.reference)
        for entry in shop_floor.entries(user.customer)
    ]
    balance = shop_floor.balance(user.customer)
    states = [(one.version, one.state) for one in told]
    return subscription.state, subscription.ends_at, balance, booked, states


@pytest.mark.feature("AH-19")
@pytest.mark.parametrize("are_customers_first", [True, False])
def test_it_is_the_same_as_one_by_one(
    are_customers_first, crowd, tell, shop_floor, announced, clock
):
    alone, together = crowd(7), crowd(7)
    clock.forward(days=10)

    def go(users, tell):
        said = [
            (follow_customers, customers_gone(users)),
            (follow_users, users_gone(users, clock.now())),
        ]
        for operation, states in said if are_customers_first else reversed(said):
            tell(operation, states)

    go(together, tell)
    go(alone, lambda operation, states: [tell(operation, [one]) for one in states])

    became = [what_became(shop_floor, announced, user) for user in together]
    assert became == [what_became(shop_floor, announced, user) for user in alone]
    assert [balance for _, _, balance, _, _ in became].count("0.00 EUR") == 5
    assert {state for state, *_ in became} == {"stopped"}
    assert shop_floor.books().is_sound


def test_told_again_nothing_moves_twice(crowd, tell, shop_floor, announced, clock):
    users = crowd(3)

    def go():
        tell(follow_users, users_gone(users, clock.now()))
        tell(follow_customers, customers_gone(users))
        return [what_became(shop_floor, announced, user) for user in users]

    became = go()
    assert go() == became
    assert [len(states) for *_, states in became] == [2, 2, 2]


@pytest.mark.feature("AH-19")
def test_many_take_as_many_statements_as_few(crowd, tell, database, clock):
    taken = []
    for count in (4, 4, 8):  # those who come first open the partner's accounts
        users = crowd(count)
        with statements_of(database.engine) as sent:
            tell(follow_users, users_gone(users, clock.now()))
            tell(follow_customers, customers_gone(users))
        taken.append(sent)

    assert len(taken[1]) == len(taken[2]), f"{taken[1]}\n{taken[2]}"
