"""Copies and effects of many events at once: the same as of one after the other."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as happening
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from lineup.clock import SetClock
from lineup.context import Context, Event
from lineup.contracts.accounts.tree import Status
from lineup.database import (
    COLUMN_TYPES,
    Database,
    connect,
    new_metadata,
    upsert_newest,
)
from lineup.database.audit.models import AUDIT_LOG
from lineup.database.records import BASE_TABLES, INBOX, OUTBOX
from lineup.events import event
from lineup.ids import event_id
from lineup.testing.batches import groupings

AT = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)


class Record(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


class BoxCopy(Record):
    """A column of each type that copies have."""

    __tablename__ = "box_copies"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    status: Mapped[str]
    owner_id: Mapped[UUID | None]
    items: Mapped[list[str]]
    is_open: Mapped[bool]
    changed_at: Mapped[datetime]


@event(source="copies_tests")
@dataclass(frozen=True, kw_only=True)
class BoxChanged:
    id: UUID
    version: int
    name: str = "box"
    status: Status = Status.ACTIVE
    owner_id: UUID | None = None
    items: list[str]
    is_open: bool = True
    changed_at: datetime = AT


def a_box(number=1, version=1, **statements):
    return BoxChanged(
        **{"id": UUID(int=number), "version": version, "items": []} | statements
    )


def event_of(state):
    return Event(
        id=event_id("box_changed", state.id, state.version),
        type="box_changed",
        occurred_at=AT,
        state=state,
        consumer="tests.on_box",
        context=Context(request_id=f"of {state.id.int}.{state.version}"),
    )


def keep_boxes(work, states):
    return upsert_newest(work.session, BoxCopy, [vars(state) for state in states])


def announce_again(work, events):
    """Announce each again, in its own request."""
    for one in events:
        replace(work, context=one.context).announce(one.state)


@pytest.fixture(scope="module")
def engine(databases):
    engine = connect(databases.empty())
    BASE_TABLES.create_all(engine)
    Record.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def database(engine):
    clear(engine)
    return Database(engine, SetClock(AT))


def clear(engine):
    with engine.begin() as connection:
        for table in {*BASE_TABLES.sorted_tables, BoxCopy.__table__} - {AUDIT_LOG}:
            connection.execute(table.delete())


def rows(engine):
    with engine.connect() as connection:
        statement = select(BoxCopy.__table__).order_by(BoxCopy.id)
        return [tuple(row) for row in connection.execute(statement)]


def statements_of(engine, act):
    """What an act says to the database."""
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    happening.listen(engine, "before_cursor_execute", note)
    act()
    happening.remove(engine, "before_cursor_execute", note)
    return statements


boxes = st.builds(
    a_box,
    number=st.integers(1, 4),
    version=st.integers(1, 4),
    name=st.sampled_from(["a", "b", 'quote " and \\ and ä€😀\n']),
    owner_id=st.none() | st.uuids(),
    items=st.lists(st.sampled_from(["x", "y'", "%(z)s"]), max_size=2),
    is_open=st.booleans(),
)


any_database = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@any_database
@given(grouped=groupings(boxes))
def test_any_grouping_of_any_events_gives_the_rows_of_one_by_one(
    database, engine, grouped
):
    sequence, batches = grouped
    clear(engine)
    for state in sequence:
        database.apply_copies([event_of(state)], keep_boxes)
    expected = rows(engine)
    clear(engine)

    for batch in batches:
        database.apply_copies([event_of(state) for state in batch], keep_boxes)

    assert rows(engine) == expected


@any_database
@given(grouped=groupings(boxes))
def test_any_grouping_of_any_events_acts_once_on_each_in_its_own_request(
    database, engine, grouped
):
    sequence, batches = grouped
    clear(engine)

    for batch in batches:
        events = [event_of(state) for state in batch]
        database.handle_events_once(events, announce_again)

    with engine.connect() as connection:
        told = connection.execute(select(OUTBOX.c.event_id, OUTBOX.c.envelope)).all()
        noted = set(connection.execute(select(INBOX.c.event_id)).scalars())
    wanted = {event_of(state).id: event_of(state).context for state in sequence}
    assert len(told) == len(wanted)
    assert noted == set(wanted)
    for id_, envelope in told:
        assert envelope["context"]["request_id"] == wanted[id_].request_id


def test_a_copy_is_what_was_announced_in_every_type(database, engine):
    owner = UUID(int=9)
    state = a_box(status=Status.INACTIVE, owner_id=owner, items=["a"], is_open=False)

    database.apply_copies([event_of(state)], keep_boxes)

    with Session(engine) as session:
        kept = session.get_one(BoxCopy, state.id)
        assert {name: getattr(kept, name) for name in vars(state)} == vars(state)


def test_a_batch_is_one_statement_and_says_what_was_news(database, engine):
    database.apply_copies([event_of(a_box(1, 5))], keep_boxes)
    batch = [event_of(a_box(number, 3)) for number in range(1, 101)]
    news = set()

    def act():
        database.apply_copies(
            batch, lambda w, states: news.update(keep_boxes(w, states))
        )

    assert len(statements_of(engine, act)) == 1
    assert news == {UUID(int=number) for number in range(2, 101)}


def test_the_inbox_is_asked_once_for_a_batch(database, engine):
    batch = [event_of(a_box(number)) for number in range(100)]
    database.handle_events_once(batch[:50], lambda _work, _events: None)

    statements = statements_of(
        engine, lambda: database.handle_events_once(batch, lambda _work, _events: None)
    )

    assert len(statements) == 1


def test_a_batch_of_which_one_raises_leaves_no_trace(database, engine):
    def announce_and_fail(work, events):
        work.announce_all([event.state for event in events])
        raise RuntimeError

    batch = [event_of(a_box(number)) for number in range(5)]
    with pytest.raises(RuntimeError):
        database.handle_events_once(batch, announce_and_fail)

    with engine.connect() as connection:
        assert connection.execute(select(INBOX.c.event_id)).all() == []
        assert connection.execute(select(OUTBOX.c.event_id)).all() == []


def end_all_connections(engine):
    """As a database that is started anew does."""
    others = text(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    other = connect(engine.url.render_as_string(hide_password=False))
    with other.begin() as connection:
        connection.execute(others)
    other.dispose()


def seem_idle(engine, seconds):
    """Let the pool's connections look as if nobody had used them for so long."""
    from lineup.database.engine import USED_AT

    with engine.connect() as connection:
        record = connection.connection._connection_record
    record.info[USED_AT] -= seconds


def test_a_connection_that_the_server_closed_is_noticed_by_nobody(engine):
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    end_all_connections(engine)

    with engine.connect() as connection:
        assert connection.execute(text("SELECT 2")).scalar() == 2


def test_only_a_connection_that_was_idle_for_long_is_asked_whether_it_lives(engine):
    def use():
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    use()
    pinged = []
    ping = engine.dialect.do_ping
    engine.dialect.do_ping = lambda connection: (
        pinged.append(connection) or ping(connection)
    )
    try:
        seem_idle(engine, 5)
        use()
        assert pinged == []
        seem_idle(engine, 60)
        use()
        assert len(pinged) == 1
    finally:
        engine.dialect.do_ping = ping


def test_work_whose_connection_was_lost_is_done_again(database, engine):
    tries = []

    def keep_and_be_cut_off_once(work, states):
        keep_boxes(work, states)
        tries.append(states)
        if len(tries) == 1:
            end_all_connections(engine)

    database.apply_copies([event_of(a_box())], keep_and_be_cut_off_once)
    assert len(rows(engine)) == 1
    assert len(tries) == 2

    def keep_and_be_cut_off():
        with database.transaction() as work:
            keep_boxes(work, [a_box(2)])
            end_all_connections(engine)

    with pytest.raises(DBAPIError):
        keep_and_be_cut_off()
