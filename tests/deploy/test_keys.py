"""Everything sealed in a database can be sealed anew, and then needs the new key only."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from lineup.command.main import main
from lineup.command.rotation import columns_of
from lineup.secrets import Keyring, make_key

OLD, NEW, LOST = make_key(), make_key(), make_key()
KNOWN = {
    "accounts": {"users.password", "customers.pin"},
    "billing": {"shop_connection.secret", "shop_connection.previous_secret"},
    "playlists": {"users.password", "guide_sources.headers", "access_files.fact"},
    "notifications": {"delivery.sealed_body"},
}
ANYWHERE = {"outbox.envelope", "idempotency.reply"}


@pytest.fixture
def accounts(fresh_database):
    """`accounts(keys, *words)` says what the command does to one database."""
    uri = fresh_database("accounts")
    engine = create_engine(uri.replace("://", "+psycopg2://", 1))

    def run(keys, *words):
        environment = {
            "DATABASE_URI": uri,
            "LINEUP_SECRET_KEYS": keys,
            "AMQP_URI": "amqp://x",
        }
        output = CliRunner().invoke(
            main, ["rotate-keys", "accounts", *words], env=environment
        )
        return output.exit_code, output.output

    run.engine = engine
    yield run
    engine.dispose()


def put(engine, states_by_number):
    statement = text(
        "INSERT INTO outbox (seq, event_id, source, type, envelope)"
        " VALUES (:n, gen_random_uuid(), 'accounts', 'x', cast(:e AS jsonb))"
    )
    rows = [
        {"n": number, "e": json.dumps({"state": state})}
        for number, state in states_by_number.items()
    ]
    with engine.begin() as connection:
        connection.execute(statement, rows)


def states(engine):
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT envelope FROM outbox ORDER BY seq"))
        return [row["state"] for row in rows.scalars()]


def test_all_that_older_keys_sealed_is_sealed_by_the_first(accounts):
    old, new = Keyring([OLD]), Keyring([NEW])
    many = {  # more than twice what goes into a transaction
        number: {"password": old.seal(f"word {number}"), "n": 1}
        for number in range(1, 1203)
    }
    others = {
        2000: {"list": [new.seal("newest"), {"deep": old.seal("x")}]},
        2001: {"nothing": "sealed"},
    }
    put(accounts.engine, many | others)

    assert accounts(f"{NEW},{OLD}", "--check") == (
        1,
        "accounts: 1203 encrypted with older keys, 1 with the first key, 0 with unknown keys\n",
    )
    assert accounts(f"{NEW},{OLD}") == (
        0,
        "accounts: 1203 re-encrypted, 1 with the first key, 0 with unknown keys\n",
    )
    assert accounts(NEW, "--check")[0] == 0

    *many, listed, plain = states(accounts.engine)
    assert [new.open(state["password"]) for state in many] == [
        f"word {number}" for number in range(1, 1203)
    ]
    assert new.open(listed["list"][0]) == "newest"
    assert new.open(listed["list"][1]["deep"]) == "x"
    assert plain == {"nothing": "sealed"}


def test_what_no_key_opens_is_left_alone_and_told(accounts):
    sealed = Keyring([LOST]).seal("gone")
    put(accounts.engine, {1: {"password": sealed}})

    code, output = accounts(f"{NEW},{OLD}")

    assert code == 1
    assert "1 with unknown keys" in output
    assert states(accounts.engine) == [{"password": sealed}]


@pytest.mark.parametrize("service", sorted(KNOWN))
def test_no_column_that_holds_secrets_is_forgotten(service):
    looked_at = {f"{table.name}.{column.name}" for table, column in columns_of(service)}

    assert KNOWN[service] | ANYWHERE <= looked_at
