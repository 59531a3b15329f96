from sqlalchemy import delete, select

from accounts.resync import resync
from accounts.users.operations import rename_user
from lineup.contracts.accounts.users import RenameUser
from lineup.database.records import OUTBOX


def test_everything_is_announced_again_under_the_same_ids(
    database, engine, tree, make_customer, ask, dependencies, announced, monkeypatch
):
    monkeypatch.setattr("accounts.resync.CHUNK", 2)
    made = [make_customer(user_name="Kids") for _ in range(5)]
    user_id = announced("user_changed")[0].id
    request = RenameUser(user_id=user_id, name="Attic")
    ask(tree.partner, rename_user, request, dependencies=dependencies)
    with engine.begin() as connection:
        before = set(connection.execute(select(OUTBOX.c.event_id)).scalars())
        connection.execute(delete(OUTBOX))

    assert resync(database, dependencies.public_url) == 4 + 5 + 5

    with engine.connect() as connection:
        after = set(connection.execute(select(OUTBOX.c.event_id)).scalars())
    assert after <= before
    assert {state.name for state in announced("account_changed")} == {
        "north",
        "south",
        "shop",
        "stall",
    }
    assert {s.id for s in announced("customer_changed")} == {str(c.id) for c in made}
    [renamed] = [s for s in announced("user_changed") if s.id == user_id]
    assert (renamed.version, renamed.name) == (2, "Attic")
    assert announced("credentials_issued") == []
