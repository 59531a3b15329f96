"""The operator's tasks say what they found, and end with 1 when the books are wrong."""

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from billing.command import commands
from lineup.secrets import make_key


@pytest.fixture
def lineup(monkeypatch, engine):
    monkeypatch.setenv("AMQP_URI", "amqp://nowhere")
    uri = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URI", uri.replace("+psycopg2", ""))
    monkeypatch.setenv("LINEUP_SECRET_KEYS", make_key())
    return lambda *words: CliRunner().invoke(commands, words)


def test_sound_books_end_with_0(lineup, shop_floor, partner):
    shop_floor.customer(partner, balance="5.00 EUR")

    result = lineup("check-ledger")

    assert result.exit_code == 0
    assert "1 transfers, 2 entries." in result.output
    assert "The ledger is correct." in result.output


def test_wrong_books_end_with_1_and_say_where(lineup, shop_floor, partner, engine):
    shop_floor.customer(partner, balance="5.00 EUR")
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE wallet SET balance_minor = 1 WHERE NOT is_system")
        )

    result = lineup("check-ledger")

    assert result.exit_code == 1
    assert "is wrong." in result.output


def test_everything_is_announced_again(lineup, shop_floor, user, partner):
    shop_floor.buy(user, shop_floor.plan(partner, "0.00 EUR"))

    assert "1 republished." in lineup("resync").output


def test_what_is_due_is_renewed(lineup):
    assert "0 customers checked." in lineup("renew-due").output
