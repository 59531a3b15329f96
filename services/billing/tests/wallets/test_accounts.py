"""Whose an account is and what for: said by two words, and known to the tables."""

from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from billing.wallets.models import IS_CUSTOMERS, Wallet
from billing.wallets.movements import (
    Account,
    AccountPurpose,
    OwnerKind,
    cash,
    clearing,
    customer_account,
    income,
    refunds,
    written_off,
)
from billing.wallets.operations import account_at
from lineup.command.migrations import configuration
from lineup.contracts.billing.refusals import InsufficientBalance
from lineup.contracts.billing.wallets import Cause
from lineup.ids import new_id
from lineup.scope import below

from .conftest import moved

PARTNER, SHOP = UUID(int=1), UUID(int=2)
OPENED_BEFORE = """
INSERT INTO wallet (id, owner_id, purpose, asset, partner_id, scope, is_system)
VALUES (gen_random_uuid(), :owner, :purpose, 'EUR', :owner, '/', :is_system)
RETURNING owner_kind, account_purpose
"""


@pytest.mark.parametrize(
    ("account", "id_"),
    [
        (
            customer_account(SHOP, PARTNER, "/", "EUR"),
            "0c5c2b48-b56b-58b6-ad02-edd614369f18",
        ),
        (cash(PARTNER, "EUR"), "82bca4c8-193b-5db8-8965-2bc8dc571f96"),
        (income(PARTNER, "EUR"), "1f3844ce-ef33-56a3-911a-a0cdac729c7d"),
        (refunds(PARTNER, "EUR"), "0b34d2b8-2839-5a2e-a1d9-39f8792389c2"),
        (written_off(PARTNER, "EUR"), "876a8969-45ce-51c3-8b9c-1f4d6959e91e"),
        (clearing(PARTNER, SHOP, "EUR"), "e2256ad9-8e3a-53c8-aee4-afa0c4795ead"),
    ],
)
def test_an_account_is_called_what_it_always_was(account, id_):
    assert str(account.id) == id_


@pytest.mark.parametrize(
    ("purpose", "is_system", "said"),
    [
        ("balance", False, ("customer", "balance")),
        ("cash", True, ("partner", "cash")),
        (f"clearing:{SHOP}", True, ("partner", "clearing")),
    ],
)
def test_what_a_copy_of_yesterday_opens_is_said_for_it(
    database, purpose, is_system, said
):
    values = {"owner": new_id(), "purpose": purpose, "is_system": is_system}
    with database.transaction() as work:
        row = work.session.execute(text(OPENED_BEFORE), values).one()

    assert tuple(row) == said


@pytest.mark.parametrize(
    "change",
    [
        "owner_kind = 'somebody'",
        "account_purpose = 'fun'",
        "is_system = NOT is_system",
    ],
)
def test_no_other_words_are_known_and_the_two_agree(put, database, change):
    put("5.00 EUR")

    with pytest.raises(IntegrityError, match="ck_wallet"), database.transaction() as w:
        w.session.execute(text(f"UPDATE wallet SET {change}"))


def test_a_row_is_the_account_it_was_opened_for(book, partner, account, database):
    shop = clearing(partner.id, new_id(), "EUR")
    book(moved(shop, income(partner.id, "EUR"), "5.00 EUR", Cause.SHOP_SALE, None, ""))
    book(moved(cash(partner.id, "EUR"), account, "5.00 EUR", Cause.TOP_UP, None, ""))

    with database.transaction() as work:
        found = [account_at(row) for row in work.session.scalars(select(Wallet))]
    expected = (shop, income(partner.id, "EUR"), cash(partner.id, "EUR"), account)
    assert {one.id: one for one in found} == {one.id: one for one in expected}


def test_a_sellers_balance_is_covered_and_is_no_customers(
    book, partner, shop_floor, database, ask
):
    seller_id = new_id()
    seller = Account(
        owner_id=seller_id,
        owner_kind=OwnerKind.SELLER,
        purpose=AccountPurpose.BALANCE,
        asset="EUR",
        partner_id=partner.id,
        scope=below(partner.scope, seller_id),
    )
    cashed, earned = cash(partner.id, "EUR"), income(partner.id, "EUR")
    book(moved(cashed, seller, "5.00 EUR", Cause.TOP_UP, None, ""))

    with pytest.raises(InsufficientBalance):
        book(moved(seller, earned, "6.00 EUR", Cause.PURCHASE, None, ""))
    book(moved(seller, earned, "2.00 EUR", Cause.PURCHASE, None, ""))

    with database.transaction() as work:
        (kept,) = work.session.scalars(select(Wallet).where(Wallet.id == seller.id))
        assert (kept.balance_minor, kept.version) == (300, 2)
        assert work.session.scalars(select(Wallet).where(IS_CUSTOMERS)).all() == []
    books = shop_floor.books()
    assert (books.is_sound, books.transfers) == (True, 2)


def test_accounts_of_before_are_told_apart(put, spend, database, partner):
    put("5.00 EUR")
    spend("2.00 EUR")
    uri = database.engine.url.set(drivername="postgresql")
    alembic = configuration("billing", uri.render_as_string(hide_password=False))
    command.downgrade(alembic, "0017")
    command.upgrade(alembic, "0018")

    with database.transaction() as work:
        rows = work.session.scalars(select(Wallet)).all()
    assert {(row.owner_kind, row.purpose) for row in rows} == {
        ("customer", "balance"),
        ("partner", "cash"),
        ("partner", "income"),
    }
