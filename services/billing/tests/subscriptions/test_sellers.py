"""What becomes of money and subscriptions when sellers go, or customers move."""

import pytest

from billing.wallets.statements import list_wallets
from lineup.contracts.accounts.tree import Status
from lineup.contracts.billing.subscriptions import SubscriptionState
from lineup.contracts.billing.wallets import ListWallets
from lineup.errors import NotFound
from lineup.scope import below


@pytest.fixture
def dealer(shop_floor, partner):
    return shop_floor.known_seller(partner, "Stall")


@pytest.fixture
def other(shop_floor, partner):
    return shop_floor.known_seller(partner, "Booth")


@pytest.fixture
def customer(shop_floor, dealer, partner):
    made = shop_floor.customer_below(dealer, partner)
    shop_floor.top_up(made, "12.00 EUR")
    return made


@pytest.fixture
def running(shop_floor, user, partner):
    """Thirty days for 9.00 EUR of the dealer's customer's 12.00 EUR."""
    return shop_floor.buy(user, shop_floor.plan(partner, "9.00 EUR"))


def wallets_below(ask, seller, actor):
    request = ListWallets(account_id=seller.account_id, has_money=True)
    return [
        (w.customer_id, str(w.balance)) for w in ask(list_wallets, request, actor).items
    ]


class TestGoing:
    def test_what_goes_with_its_seller_ends_without_refund(
        self, shop_floor, user, customer, running, announced, clock
    ):
        clock.forward(days=3)
        shop_floor.user_says(user, status=Status.DELETED, forfeits=True)

        ended = shop_floor.look(running)
        assert ended.state is SubscriptionState.STOPPED
        assert ended.ends_at == clock.now()
        assert str(shop_floor.balance(customer)) == "3.00 EUR"
        assert announced("subscription_changed")[-1].state == "stopped"
        assert shop_floor.books().is_sound

    def test_who_goes_alone_gets_the_rest_back(
        self, shop_floor, user, customer, running
    ):
        shop_floor.user_says(user, status=Status.DELETED)
        assert str(shop_floor.balance(customer)) == "12.00 EUR"

    def test_balances_are_listed_to_be_paid_out(
        self, ask, shop_floor, partner, dealer, other, customer, running, neighbour
    ):
        shop_floor.customer_says(customer, status=Status.DELETED)

        owed = [(customer.id, "3.00 EUR")]
        assert wallets_below(ask, dealer, partner.actor) == owed
        assert wallets_below(ask, other, partner.actor) == []
        with pytest.raises(NotFound):
            wallets_below(ask, dealer, neighbour.actor)


class TestMoving:
    @pytest.fixture
    def move(self, shop_floor, partner, customer, user, other):
        """`move("customer", "user")` takes the events in that order."""

        def move(*order):
            scope = below(other.scope, customer.id)
            for event in order:
                if event == "customer":
                    shop_floor.customer_says(customer, scope=scope)
                else:
                    shop_floor.user_says(user, scope=scope)
            return scope

        return move

    @pytest.mark.parametrize("order", [("customer", "user"), ("user", "customer")])
    def test_wallet_and_subscription_lie_where_the_customer_does(
        self, order, move, ask, shop_floor, dealer, other, running, announced, customer
    ):
        before = shop_floor.entries(customer)
        scope = move(*order)

        assert shop_floor.look(running, other.actor).id == running.id
        with pytest.raises(NotFound):
            shop_floor.look(running, dealer.actor)
        assert wallets_below(ask, other, other.actor) == [(customer.id, "3.00 EUR")]
        assert shop_floor.entries(customer) == before
        told = announced("subscription_changed")
        assert [state.scope for state in told].count(scope) == 1
        assert told[-1].version == told[-2].version + 1
        assert shop_floor.books().is_sound

    @pytest.mark.parametrize("alone", ["customer", "user"])
    def test_either_event_is_enough_for_a_subscription(
        self, alone, move, shop_floor, running, other
    ):
        move(alone)
        assert shop_floor.look(running, other.actor).id == running.id

    def test_nothing_is_told_twice(self, move, running, announced):
        move("customer", "user")
        told = len(announced("subscription_changed"))
        move("customer", "user")
        assert len(announced("subscription_changed")) == told

    def test_an_old_word_moves_nothing_back(
        self, move, shop_floor, partner, customer, running, other
    ):
        move("customer", "user")
        shop_floor.customer_says(customer, version=1)
        assert shop_floor.look(running, other.actor).id == running.id
