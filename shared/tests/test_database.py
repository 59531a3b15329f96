"""Transactions: once is once, also in a crowd; copies keep the newest; scope holds."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from lineup.clock import SetClock
from lineup.context import Actor, Call, Context, Event, Role
from lineup.contracts.paging import MAX_LIMIT, Paging
from lineup.database import (
    COLUMN_TYPES,
    Database,
    PgListener,
    connect,
    new_metadata,
    page_of,
    upsert_newest,
)
from lineup.database.answers import forget_old_answers
from lineup.database.audit.models import AUDIT_LOG
from lineup.database.records import BASE_TABLES, IDEMPOTENCY, OUTBOX, OUTBOX_FILLED
from lineup.errors import Busy, Conflict, KeyReused, OrderUnknown, PageGone
from lineup.events import event
from lineup.ids import event_id, new_id
from lineup.scope import ROOT, below, in_scope

THING = UUID(int=1)
A_SELLER = below(ROOT, UUID(int=1))
SELLER = Actor(role=Role.DEALER, scopes=(A_SELLER,), login_id=UUID(int=7))


class Record(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


class Thing(Record):
    __tablename__ = "thing"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    scope: Mapped[str] = mapped_column(default="/")


@event(source="ground_tests")
@dataclass(frozen=True, kw_only=True)
class ThingChanged:
    id: UUID
    version: int
    name: str


@dataclass(frozen=True, kw_only=True)
class MakeThing:
    name: str


@dataclass(frozen=True, kw_only=True)
class Made:
    id: UUID
    at: datetime


def make_thing(work, request: MakeThing) -> Made:
    thing = Thing(id=new_id(), version=1, name=request.name)
    work.session.add(thing)
    work.announce(ThingChanged(id=thing.id, version=1, name=thing.name))
    return Made(id=thing.id, at=work.now)


def refuse_after_making(work, request: MakeThing) -> Made:
    make_thing(work, request)
    raise Conflict


def keep_thing(work, state) -> None:
    values = {"id": state.id, "version": state.version, "name": state.name}
    upsert_newest(work.session, Thing, [{**values, "scope": "/"}])


def count_thing(work, state) -> None:
    work.session.add(Thing(id=new_id(), version=state.version, name="effect"))


@pytest.fixture(scope="module")
def engine(databases):
    engine = connect(databases.empty(), pool_size=20)
    BASE_TABLES.create_all(engine)
    Record.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def database(engine):
    with engine.begin() as connection:
        for table in {*BASE_TABLES.sorted_tables, Thing.__table__} - {AUDIT_LOG}:
            connection.execute(table.delete())
    return Database(engine, SetClock(datetime(2026, 1, 1, tzinfo=UTC)))


@pytest.fixture
def count(engine):
    def count(table):
        with Session(engine) as session:
            return session.scalar(select(func.count()).select_from(table))

    return count


def a_call(name="shelf", *, key="k", actor=SELLER, verb="make_thing"):
    context = Context(actor=actor, idempotency_key=key)
    return Call(name=verb, request=MakeThing(name=name), context=context)


def an_event(name="x", *, version=1, thing=THING, consumer="tests.on_thing"):
    state = ThingChanged(id=thing, version=version, name=name)
    return Event(
        id=event_id("thing_changed", thing, version),
        type="thing_changed",
        occurred_at=datetime.now(UTC),
        state=state,
        consumer=consumer,
        context=Context(),
    )


def in_a_crowd(size, act):
    """Run `act` in `size` threads at the same moment; what each returned or raised."""
    together = threading.Barrier(size)
    said = []

    def run():
        together.wait()
        try:
            said.append(act())
        except Exception as error:  # noqa: BLE001 - what rises is what is said
            said.append(error)

    threads = [threading.Thread(target=run) for _ in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return said


class TestOnce:
    @pytest.mark.feature("WL-07", "AP-07")
    def test_a_repeat_gets_the_first_reply_and_does_nothing(self, database, count):
        first = database.run_idempotent(a_call(), make_thing)
        database.clock.forward(hours=1)

        assert database.run_idempotent(a_call(), make_thing) == first
        assert count(Thing) == 1
        assert count(OUTBOX) == 1

    @pytest.mark.feature("WL-07")
    def test_twenty_at_once_have_one_effect_and_one_reply(self, database, count):
        said = in_a_crowd(20, lambda: database.run_idempotent(a_call(), make_thing))

        assert len(said) == 20
        assert {type(reply) for reply in said} == {Made}
        assert len(set(said)) == 1
        assert count(Thing) == 1
        assert count(OUTBOX) == 1

    @pytest.mark.feature("WL-07")
    def test_other_content_or_another_verb_under_the_key_is_refused(self, database):
        database.run_idempotent(a_call("shelf"), make_thing)

        with pytest.raises(KeyReused):
            database.run_idempotent(a_call("table"), make_thing)
        with pytest.raises(KeyReused):
            database.run_idempotent(a_call("shelf", verb="break_thing"), make_thing)

    def test_keys_belong_to_a_login(self, database, count):
        other = Actor(role=Role.DEALER, scopes=(A_SELLER,), login_id=UUID(int=8))
        database.run_idempotent(a_call(), make_thing)
        database.run_idempotent(a_call(actor=other), make_thing)

        assert count(Thing) == 2

    def test_without_a_key_each_call_acts(self, database, count):
        database.run_idempotent(a_call(key=None), make_thing)
        database.run_idempotent(a_call(key=None), make_thing)

        assert count(Thing) == 2

    @pytest.mark.feature("AP-07")
    def test_an_answer_is_kept_for_a_week(self, database, engine, count):
        age = text(
            "UPDATE idempotency SET created_at = created_at - CAST(:by AS interval)"
        )
        first = database.run_idempotent(a_call(), make_thing)

        with engine.begin() as connection:
            connection.execute(age, {"by": "6 days 23 hours"})
        assert forget_old_answers(database) == 0
        assert database.run_idempotent(a_call(), make_thing) == first

        with engine.begin() as connection:
            connection.execute(age, {"by": "2 hours"})
        assert forget_old_answers(database) == 1
        assert count(IDEMPOTENCY) == 0

    def test_a_lock_that_is_held_too_long_is_a_refusal_to_be_repeated(
        self, database, engine
    ):
        def wait_for_it(work, request):
            work.session.execute(text("SET LOCAL lock_timeout = '50ms'"))
            work.session.execute(text("LOCK TABLE thing"))
            return Made(name=request.name)

        with engine.begin() as holder:
            holder.execute(text("LOCK TABLE thing"))
            with pytest.raises(Busy) as refused:
                database.run_idempotent(a_call(), wait_for_it)

        assert (refused.value.status, refused.value.code) == (503, "busy")

    def test_a_refusal_leaves_no_trace_and_does_not_use_up_the_key(
        self, database, count
    ):
        with pytest.raises(Conflict):
            database.run_idempotent(a_call(), refuse_after_making)
        assert (count(Thing), count(OUTBOX)) == (0, 0)

        database.run_idempotent(a_call(), make_thing)

        assert count(Thing) == 1


class TestConsume:
    @pytest.mark.feature("OP-03")
    def test_twenty_deliveries_at_once_have_one_effect(self, database, count):
        said = in_a_crowd(
            20, lambda: database.handle_event_once(an_event(), count_thing)
        )

        assert said == [None] * 20
        assert count(Thing) == 1

    def test_each_consumer_acts_for_itself(self, database, count):
        database.handle_event_once(an_event(consumer="tests.on_thing"), count_thing)
        database.handle_event_once(an_event(consumer="tests.on_thing_too"), count_thing)

        assert count(Thing) == 2

    def test_a_failed_effect_is_not_noted(self, database, count):
        def fail(_work, _state):
            raise RuntimeError

        with pytest.raises(RuntimeError):
            database.handle_event_once(an_event(), fail)
        database.handle_event_once(an_event(), count_thing)

        assert count(Thing) == 1


class TestKeep:
    def kept(self, engine):
        with Session(engine) as session:
            thing = session.get_one(Thing, THING)
            return thing.version, thing.name

    def test_disorder_does_no_harm(self, database, engine):
        for version in (2, 3, 1):
            database.apply_copy(an_event(f"v{version}", version=version), keep_thing)

        assert self.kept(engine) == (3, "v3")

    def test_a_re_announcement_heals_a_copy(self, database, engine):
        database.apply_copy(an_event("wrong", version=3), keep_thing)
        database.apply_copy(an_event("right", version=3), keep_thing)

        assert self.kept(engine) == (3, "right")

    def test_a_crowd_of_versions_leaves_the_newest(self, database, engine):
        versions = iter(range(1, 21))

        said = in_a_crowd(
            20,
            lambda: database.apply_copy(
                an_event("v", version=next(versions)), keep_thing
            ),
        )

        assert said == [None] * 20
        assert self.kept(engine)[0] == 20


class TestTransactions:
    def test_what_is_announced_together_within_another_is_kept(self, database, count):
        states = [ThingChanged(id=new_id(), version=1, name=name) for name in "abc"]

        with database.transaction() as work, work.announcing_together():
            work.announce(states[0])
            with work.announcing_together():
                work.announce(states[1])
            work.announce(states[2])

        assert count(OUTBOX) == 3

    def test_what_is_announced_tells_the_relay_after_the_commit(self, database, count):
        seen = []
        database.on_announced = lambda: seen.append(count(OUTBOX))

        database.run_idempotent(a_call(), make_thing)

        assert seen == [1]

    def test_a_process_without_a_relay_wakes_that_of_another(self, database, engine):
        uri = engine.url.set(drivername="postgresql").render_as_string(False)
        with PgListener(uri, OUTBOX_FILLED) as waker:
            assert waker.wait(0)  # before it listened, anything may have gone unheard

            database.run_idempotent(a_call(), make_thing)
            assert waker.wait(5)

            database.on_announced = lambda: None
            database.run_idempotent(a_call(key="other"), make_thing)
            assert not waker.wait(0)

    def test_one_instant_and_one_look(self, database):
        with database.transaction() as work:
            before = work.now
            database.clock.forward(hours=1)

            assert work.now == before

    def test_a_read_is_one_look_whatever_is_committed_meanwhile(self, database, count):
        def read_twice(work, _request):
            before = names(work)
            database.run_idempotent(a_call(), make_thing)
            return before, names(work)

        def names(work):
            return work.session.scalars(select(Thing.name)).all()

        assert database.read(a_call(), read_twice) == ([], [])
        assert count(Thing) == 1

    @pytest.mark.parametrize(
        "change",
        [
            lambda work, _: work.session.add(Thing(id=THING, version=1, name="x")),
            lambda work, _: work.session.execute(
                select(Thing).where(Thing.id == THING).with_for_update()
            ),
        ],
    )
    def test_a_read_neither_writes_nor_locks(self, database, count, change):
        with pytest.raises(DBAPIError, match="read-only transaction"):
            database.read(a_call(), change)

        assert count(Thing) == 0
        database.run_idempotent(a_call(), make_thing)
        assert count(Thing) == 1, "the connection is as it was for whoever is next"

    def test_statements_are_not_compiled(self, database):
        with database.transaction() as work:
            assert work.session.scalar(text("SHOW jit")) == "off"

    def test_events_are_consumed_in_the_service_s_own_name(self, database):
        roles = []

        database.apply_copy(
            an_event(), lambda work, _state: roles.append(work.actor.role)
        )

        assert roles == [Role.SYSTEM]


class TestScopeAndPages:
    @pytest.fixture(autouse=True)
    def things(self, database, engine):
        with Session(engine) as session, session.begin():
            for scope in ("/a/", "/a/b/", "/ab/", "/c/", "/a%/"):
                session.add(Thing(id=new_id(), version=1, name=scope, scope=scope))

    def seen(self, engine, *scopes):
        actor = Actor(role=Role.RESELLER, scopes=scopes)
        with Session(engine) as session:
            found = session.scalars(in_scope(select(Thing), Thing, actor))
            return sorted(thing.name for thing in found)

    def test_a_query_shows_what_lies_below_and_no_neighbour(self, engine):
        assert self.seen(engine, "/a/") == ["/a/", "/a/b/"]
        assert self.seen(engine, "/a%/") == ["/a%/"]
        assert self.seen(engine, "/a/b/", "/c/") == ["/a/b/", "/c/"]
        assert self.seen(engine) == []

    def test_pages_follow_each_other_without_gaps(self, engine):
        seen, after = [], None
        with Session(engine) as session:
            while True:
                paging = Paging(limit=2, after=after)
                page = page_of(session, select(Thing), Thing, paging, lambda t: t.id)
                seen += page.items
                after = page.next_after
                if after is None:
                    break

        assert len(seen) == len(set(seen)) == 5
        assert seen == sorted(seen, reverse=True)


class TestPages:
    """Five things in any order, forth and back."""

    ORDERS = {"": Thing.version, "name": Thing.name, "id": Thing.id}  # noqa: RUF012

    @pytest.fixture
    def session(self, engine):
        with Session(engine) as session, session.begin():
            for name, version in (("c", 1), ("a", 2), ("b", 2), ("e", 1), ("d", 3)):
                row = Thing(id=new_id(), version=version, name=name, scope="/pages/")
                session.add(row)
                session.flush()
            yield session
            session.rollback()

    def page(self, session, **paging):
        asked = Paging(**{"limit": 2, **paging})
        wanted = select(Thing).where(Thing.scope == "/pages/", Thing.name != "e")
        return page_of(session, wanted, Thing, asked, lambda t: t.name, self.ORDERS)

    @pytest.mark.parametrize(
        ("order", "expected"),
        [
            ("", "cabd"),
            ("-", "dbac"),
            ("name", "abcd"),
            ("-name", "dcba"),
            ("id", "cabd"),
        ],
    )
    def test_every_order_can_be_read_to_its_end_and_back(
        self, session, order, expected
    ):
        first = self.page(session, order=order)
        second = self.page(session, order=order, after=first.next_after)
        back = self.page(session, order=order, before=second.previous_before)

        assert "".join(first.items + second.items) == expected
        assert (first.previous_before, second.next_after) == (None, None)
        assert back == first

    def test_the_middle_page_knows_both_ways(self, session):
        first = self.page(session, order="name", limit=1)
        second = self.page(session, order="name", limit=1, after=first.next_after)

        before = self.page(
            session, order="name", limit=1, before=second.previous_before
        )
        third = self.page(session, order="name", limit=1, after=second.next_after)
        again = self.page(session, order="name", limit=1, before=third.previous_before)
        assert (before.items, third.items, again.items) == (["a"], ["c"], ["b"])
        assert again.previous_before is not None
        assert again.next_after is not None

    @pytest.mark.parametrize(("most", "total"), [(0, None), (3, 3), (10, 4)])
    def test_rows_are_counted_as_far_as_asked(self, session, most, total):
        assert self.page(session, count_up_to=most).total == total

    def test_a_page_has_its_most_rows_however_many_are_asked_for(self, session):
        session.add_all(
            Thing(id=new_id(), version=1, name="x", scope="/many/")
            for _ in range(MAX_LIMIT + 5)
        )
        session.flush()
        wanted = select(Thing).where(Thing.scope == "/many/")

        page = page_of(session, wanted, Thing, Paging(limit=10_000), lambda t: t.id)

        assert len(page.items) == MAX_LIMIT
        assert page.next_after == page.items[-1]

    def test_links_of_before_still_sort_by_when_rows_were_made(self, session):
        by_now = self.page(session, order="-created_at").items

        for former in ("-created", "-booked"):
            assert self.page(session, order=former).items == by_now

    def test_an_unknown_order_is_refused_with_the_known_ones(self, session):
        with pytest.raises(OrderUnknown) as refused:
            self.page(session, order="secret")
        assert "name" in refused.value.fields["order"][0]

    def test_a_row_outside_the_list_tells_nothing_of_its_place(self, session):
        outside = session.scalar(
            select(Thing.id).where(Thing.scope == "/pages/", Thing.name == "e")
        )
        with pytest.raises(PageGone):
            self.page(session, order="name", after=outside)
