import pytest

from billing.wallets.movements import between, cash, customer_account, income
from billing.wallets.operations import transfer
from lineup.contracts.billing.wallets import Cause
from lineup.ids import new_id
from lineup.money import Money


@pytest.fixture
def account(customer):
    """A customer's account in euros."""
    return customer_account(customer.id, customer.partner.id, customer.scope, "EUR")


@pytest.fixture
def book(database, partner):
    """`book(movement)` books it in a transaction of its own."""

    def book(movement):
        with database.transaction() as work:
            return transfer(work, movement)

    return book


@pytest.fixture
def put(book, partner, account):
    """`put("5.00 EUR")` puts money on the account."""

    def put(amount, key=None, reference=""):
        source = cash(partner.id, "EUR")
        return book(moved(source, account, amount, Cause.TOP_UP, key, reference))

    return put


@pytest.fixture
def spend(book, partner, account):
    """`spend("5.00 EUR")` takes money from the account to income."""

    def spend(amount, key=None, reference=""):
        target = income(partner.id, "EUR")
        return book(moved(account, target, amount, Cause.PURCHASE, key, reference))

    return spend


def moved(source, target, amount, cause, key, reference):
    return between(
        source,
        target,
        Money.of(amount),
        key=key or str(new_id()),
        cause=cause,
        reference=reference,
    )
