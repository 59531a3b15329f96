"""The check of the books finds every kind of damage."""

import pytest
from sqlalchemy import text

DAMAGE = {
    "a balance was edited": "UPDATE wallet SET balance_minor = balance_minor + 1"
    " WHERE NOT is_system",
    "a version was skipped": "UPDATE wallet SET version = version + 1"
    " WHERE NOT is_system",
    "an amount was edited": "UPDATE entry SET amount_minor = amount_minor + 1"
    " WHERE wallet_version = 1",
    "a balance after was edited": "UPDATE entry SET"
    " balance_after_minor = balance_after_minor + 1 WHERE wallet_version = 2",
    "a numbering has a gap": "UPDATE entry SET wallet_version = 9"
    " WHERE wallet_version = 2",
    "a customer's entry is gone": "DELETE FROM entry WHERE wallet_version = 2",
    "income's entry is gone": "DELETE FROM entry WHERE wallet_version IS NULL",
    "a transfer lost its entries": "DELETE FROM entry",
}


@pytest.fixture
def damage(engine):
    """`damage(statement)` does what the tables' guards forbid."""

    def damage(statement):
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(statement))

    return damage


def test_sound_books_are_called_sound(put, spend, shop_floor):
    put("5.00 EUR")
    spend("2.00 EUR")

    report = shop_floor.books()

    assert (report.transfers, report.entries, report.is_sound) == (2, 4, True)
    assert [str(total) for total in report.sums] == ["0.00 EUR"]


@pytest.mark.feature("WL-19")
@pytest.mark.parametrize("what", DAMAGE)
def test_planted_damage_is_found(put, spend, damage, shop_floor, what):
    put("5.00 EUR")
    spend("2.00 EUR")
    damage(DAMAGE[what])

    assert not shop_floor.books().is_sound


def test_the_wallet_and_the_transfer_concerned_are_named(
    put, damage, shop_floor, account
):
    made = put("5.00 EUR")
    put("1.00 EUR")
    damage(
        f"UPDATE entry SET amount_minor = 7 WHERE transfer_id = '{made.transfer_id}'"
        " AND wallet_version = 1"
    )

    report = shop_floor.books()

    assert report.unbalanced_transfers == [made.transfer_id]
    assert report.wrong_wallets == [account.id]
    assert any(report.sums)


def test_a_partner_checks_its_own_books_only(
    put, damage, shop_floor, partner, neighbour
):
    put("5.00 EUR")
    damage(DAMAGE["a balance was edited"])

    assert not shop_floor.books(partner.actor).is_sound
    assert shop_floor.books(neighbour.actor).is_sound
    assert shop_floor.books(neighbour.actor).transfers == 0
