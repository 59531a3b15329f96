"""The audit log: one row for a change, written with it, without secrets, for good."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import psycopg2
import pytest
from sqlalchemy import create_engine, delete, func, select, text, update
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from lineup.clock import SetClock
from lineup.context import Actor, Call, CallOrigin, Context, Role
from lineup.contracts.audit import (
    ChangeCount,
    FieldChange,
    GetAuditEntry,
    ListAuditEntries,
)
from lineup.contracts.paging import Paging
from lineup.contracts.refusals import AuditEntryNotFound
from lineup.database import COLUMN_TYPES, Database, connect, new_metadata
from lineup.database.audit.models import AUDIT_LOG
from lineup.database.audit.reading import get_audit_entry, list_audit_entries
from lineup.database.audit.recording import record_job
from lineup.database.audit.things import Thing
from lineup.database.records import BASE_TABLES
from lineup.errors import Conflict
from lineup.ids import first_id_at, id_at, new_id
from lineup.scope import ROOT, below
from lineup.secrets import Sealed
from lineup.testing.statements import sent_by, statements_of
from lineup.verbs import Done

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
NORTH, SHOP, ANNA = UUID(int=1), UUID(int=2), UUID(int=3)
PARTNER_PATH = below(ROOT, NORTH)
SHOP_PATH = below(PARTNER_PATH, SHOP)
FROM = CallOrigin(channel="panel", address="192.0.2.7", user_agent="Firefox")


class Record(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


class Box(Record):
    __tablename__ = "box"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    pin: Mapped[Sealed] = mapped_column(default="")
    stream: Mapped[str] = mapped_column(default="")
    scope: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)


@dataclass(frozen=True, kw_only=True)
class CreateBox:
    name: str
    password: str = ""


@dataclass(frozen=True, kw_only=True)
class UpdateBox:
    box_id: UUID
    name: str = ""
    pin: Sealed = ""
    stream: str = ""


@dataclass(frozen=True, kw_only=True)
class BoxView:
    id: UUID


def create_box(work, request: CreateBox) -> BoxView:
    box = Box(id=new_id(), name=request.name, scope=work.actor.scopes[0])
    work.session.add(box)
    return BoxView(id=box.id)


def update_box(work, request: UpdateBox) -> BoxView:
    box = work.session.get(Box, request.box_id)
    for name in ("name", "pin", "stream"):
        if value := getattr(request, name):
            setattr(box, name, value)
    box.version += 1
    return BoxView(id=box.id)


def delete_box(work, request: UpdateBox) -> Done:
    work.session.delete(work.session.get(Box, request.box_id))
    return Done()


def refuse(work, request: UpdateBox) -> BoxView:
    update_box(work, request)
    work.session.flush()
    raise Conflict


def rename_all(work, request: CreateBox) -> Done:
    changed = update(Box).values(name=request.name).returning(Box.id)
    assert len(work.session.scalars(changed).all()) == 3
    work.session.execute(delete(Box).where(Box.name == "nothing"))
    return Done()


def give_up_one(work, request: UpdateBox) -> BoxView:
    box = work.session.get(Box, request.box_id)
    box.name = "kept"
    savepoint = work.session.begin_nested()
    box.name = "given up"
    work.session.add(Box(id=new_id(), name="no", scope=box.scope))
    work.session.flush()
    savepoint.rollback()
    return BoxView(id=box.id)


def actor(role=Role.PARTNER, scope=PARTNER_PATH, account_id=NORTH, name="north"):
    return Actor(
        role=role,
        scopes=(scope,),
        login_id=account_id,
        account_id=account_id,
        partner_id=NORTH,
        name=name,
    )


OPERATOR = Actor(role=Role.OPERATOR, scopes=(ROOT,), name="root")


@pytest.fixture
def engine(databases):
    engine = connect(databases.empty(), pool_size=4)
    BASE_TABLES.create_all(engine)
    Record.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def clock():
    return SetClock(NOW)


@pytest.fixture
def database(engine, clock):
    return Database(engine, clock)


@pytest.fixture
def do(database, clock):
    """`do(update_box, request)` as the bus has it done; the reply."""

    def do(operation, request, *, who=None, key=None):
        context = Context(
            actor=who or actor(),
            idempotency_key=key,
            request_id="request-of-a-test",
            origin=FROM,
        )
        call = Call(name=operation.__name__, request=request, context=context)
        clock.forward(seconds=1)
        return database.run_idempotent(call, operation)

    return do


@pytest.fixture
def entries(database):
    """`entries(who, action="update_box")` is the list as that actor sees it."""

    def entries(who=OPERATOR, **wanted):
        context = Context(actor=who)
        call = Call(
            name="list_audit_entries",
            request=ListAuditEntries(**wanted),
            context=context,
        )
        return database.read(call, list_audit_entries).items

    return entries


@pytest.mark.feature("AH-32")
def test_a_change_is_one_row_with_who_what_and_from_where(do, entries):
    box = do(create_box, CreateBox(name="Kitchen"))
    do(update_box, UpdateBox(box_id=box.id, name="Hall"))

    updated, created = entries()
    assert (updated.actor, updated.role, updated.on_behalf_of) == (
        "north",
        "partner",
        "",
    )
    assert (updated.action, updated.kind, updated.thing_id) == (
        "update_box",
        "box",
        box.id,
    )
    assert (updated.name, updated.partner_id, updated.at) == (
        "Hall",
        NORTH,
        NOW + timedelta(seconds=2),
    )
    assert (updated.channel, updated.address, updated.user_agent) == (
        "panel",
        "192.0.2.7",
        "Firefox",
    )
    assert updated.request_id == "request-of-a-test"
    assert updated.changes == [
        FieldChange(
            kind="box", id=str(box.id), field="name", before="Kitchen", after="Hall"
        )
    ]
    assert updated.counts == [ChangeCount(kind="box", change="updated", count=1)]
    assert (created.action, created.thing_id) == ("create_box", box.id)
    assert [(one.field, one.before, one.after) for one in created.changes] == [
        ("name", None, "Kitchen")
    ]


def test_what_is_deleted_is_kept_as_it_was(do, entries):
    box = do(create_box, CreateBox(name="Kitchen"))
    do(delete_box, UpdateBox(box_id=box.id))

    [deleted] = entries(action="delete_box")
    assert (deleted.thing_id, deleted.name) == (box.id, "Kitchen")
    assert [(one.field, one.before, one.after) for one in deleted.changes] == [
        ("name", "Kitchen", None)
    ]


def test_a_repeat_and_a_refusal_write_none(do, entries):
    first = do(create_box, CreateBox(name="Kitchen"), key="once")
    assert do(create_box, CreateBox(name="Kitchen"), key="once") == first
    with pytest.raises(Conflict):
        do(refuse, UpdateBox(box_id=first.id, name="Hall"))

    assert [one.action for one in entries()] == ["create_box"]


def test_it_costs_one_statement(do, engine):
    box = do(create_box, CreateBox(name="Kitchen"))
    with statements_of(engine) as sent:
        do(update_box, UpdateBox(box_id=box.id, name="Hall"))

    assert [one.split()[0] for one in sent] == ["SELECT", "UPDATE", "INSERT"]


def test_a_change_that_comes_to_nothing_leaves_none(database, entries):
    context = Context(actor=actor())
    call = Call(name="create_box", request=CreateBox(name="x"), context=context)

    def fail_after_all():
        with database.recorded(call) as work:
            create_box(work, call.request)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_all()

    assert entries() == []


def test_what_a_savepoint_gave_up_is_not_told(do, entries):
    box = do(create_box, CreateBox(name="Kitchen"))
    do(give_up_one, UpdateBox(box_id=box.id))

    [entry] = entries(action="give_up_one")
    assert [(one.before, one.after) for one in entry.changes] == [("Kitchen", "kept")]


def test_a_statement_over_many_rows_is_counted(do, entries):
    for name in ("a", "b", "c"):
        do(create_box, CreateBox(name=name))
    do(rename_all, CreateBox(name="all"))

    [entry] = entries(action="rename_all")
    assert entry.counts == [ChangeCount(kind="box", change="updated", count=3)]


@pytest.mark.feature("AH-32")
def test_secrets_are_told_as_changed_only(do, engine):
    made = do(create_box, CreateBox(name="Kitchen", password="pass-4711"))
    request = UpdateBox(
        box_id=made.id,
        pin="sealed-pin-4711",
        stream="http://user-4711:word@tv.example/live/u-4711/p-4711/1.ts?token=4711",
    )
    do(update_box, request)

    with engine.connect() as connection:
        row = connection.execute(
            select(AUDIT_LOG).where(AUDIT_LOG.c.action == "update_box")
        ).one()
        every = connection.execute(text("SELECT audit_log::text FROM audit_log"))
        assert "4711" not in " ".join(every.scalars())
    told = {one["field"]: (one["before"], one["after"]) for one in row.changes}
    assert told["pin"] == (None, "changed")
    assert told["stream"] == (None, "http://tv.example/…")
    assert row.request["pin"] == "changed"


@pytest.mark.feature("AH-28")
def test_login_as_bears_both_names(do, entries):
    visitor = Actor(
        role=Role.DEALER,
        scopes=(SHOP_PATH,),
        account_id=SHOP,
        partner_id=NORTH,
        name="stall",
        on_behalf_of="anna",
    )
    do(create_box, CreateBox(name="Kitchen"), who=visitor)

    [entry] = entries()
    assert (entry.actor, entry.on_behalf_of) == ("anna", "stall")
    assert entries(actor="anna") == entries(thing_id=SHOP) == [entry]
    assert entries(actor="stall") == []


@pytest.mark.feature("AH-32")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET actor = 'nobody'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "SET lineup.purging = on; DELETE FROM audit_log",
    ],
)
def test_the_database_refuses_to_change_it(do, engine, entries, statement):
    do(create_box, CreateBox(name="Kitchen"))

    with pytest.raises(DBAPIError) as refused, engine.begin() as connection:
        connection.execute(text(statement))

    assert refused.value.orig.pgcode == "42501"
    assert len(entries()) == 1


@pytest.fixture
def as_owner(databases, engine):
    """The database as a role that owns it and is no superuser, as in a cluster."""
    role = f"test_owner_{secrets.token_hex(4)}"
    server = databases.empty()
    name = urlsplit(server).path[1:]
    admin = psycopg2.connect(server)
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'test'")
        cursor.execute(f'ALTER DATABASE "{name}" OWNER TO {role}')
        cursor.execute(f"ALTER SCHEMA public OWNER TO {role}")
    parts = urlsplit(server)
    host = parts.netloc.rpartition("@")[2]
    uri = urlunsplit(parts._replace(netloc=f"{role}:test@{host}"))
    owner = create_engine(uri.replace("postgresql://", "postgresql+psycopg2://", 1))
    BASE_TABLES.create_all(owner)
    yield owner
    owner.dispose()
    with admin.cursor() as cursor:
        cursor.execute(f"REASSIGN OWNED BY {role} TO CURRENT_USER")
        cursor.execute(f"DROP OWNED BY {role}")
        cursor.execute(f"DROP ROLE {role}")
    admin.close()


def a_row(partner_id=NORTH, at=NOW, **values):
    given = {
        "id": id_at(at),
        "at": at,
        "actor": "north",
        "role": "partner",
        "on_behalf_of": "",
        "actor_scope": PARTNER_PATH,
        "action": "update_box",
        "kind": "box",
        "thing_id": None,
        "name": "",
        "scope": below(ROOT, partner_id),
        "partner_id": partner_id,
        "things": [],
        "request_id": "r",
        "channel": "panel",
        "address": "",
        "user_agent": "",
        "request": {},
        "changes": [],
        "counts": [],
    }
    return given | values


@pytest.mark.parametrize(
    "verb", ["UPDATE audit_log SET name = ''", "DELETE FROM audit_log"]
)
def test_the_role_that_owns_it_has_no_right_to_change_it(as_owner, verb):
    with (
        as_owner.begin() as connection,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        connection.execute(text(verb))


def test_a_purged_partner_s_rows_go_by_the_one_function(as_owner):
    with as_owner.begin() as connection:
        connection.execute(AUDIT_LOG.insert(), [a_row() for _ in range(3)])
        connection.execute(AUDIT_LOG.insert(), [a_row(partner_id=SHOP)])
    removed = []
    for _ in range(3):
        with as_owner.begin() as connection:
            removed.append(connection.scalar(select(func.purge_audit_of(NORTH, 2))))

    assert removed == [2, 1, 0]
    with Session(as_owner) as session:
        assert session.scalars(select(AUDIT_LOG.c.partner_id)).all() == [SHOP]
    with pytest.raises(ProgrammingError), as_owner.begin() as connection:
        connection.execute(text("DELETE FROM audit_log"))


def test_old_rows_go_and_young_ones_cannot(as_owner):
    today = datetime.now(UTC)
    old, young = today - timedelta(days=100), today - timedelta(days=80)
    with as_owner.begin() as connection:
        connection.execute(AUDIT_LOG.insert(), [a_row(at=old), a_row(at=young)])
    ninety = today - timedelta(days=91)
    with as_owner.begin() as connection:
        assert connection.scalar(select(func.purge_audit_before(ninety, 10))) == 1
    with pytest.raises(DBAPIError, match="90 days"), as_owner.begin() as connection:
        connection.scalar(select(func.purge_audit_before(young, 10)))
    with Session(as_owner) as session:
        assert session.scalars(select(AUDIT_LOG.c.at)).all() == [young]


class TestSeeing:
    @pytest.fixture(autouse=True)
    def boxes(self, do):
        """One of the partner's, one of its seller's, one of another partner's."""
        do(create_box, CreateBox(name="partner's"))
        self.dealer = actor(Role.DEALER, SHOP_PATH, SHOP, "stall")
        do(create_box, CreateBox(name="seller's"), who=self.dealer)
        south = Actor(role=Role.PARTNER, scopes=(below(ROOT, ANNA),), name="south")
        do(create_box, CreateBox(name="neighbour's"), who=south)

    def test_each_sees_what_lies_in_its_part_of_the_tree(self, entries):
        names = {one.name for one in entries(actor())}
        assert names == {"partner's", "seller's"}
        assert [one.name for one in entries(self.dealer)] == ["seller's"]
        assert len(entries()) == 3

    def test_a_single_one_is_found_in_scope_only(self, database, entries):
        [own] = entries(self.dealer)
        [neighbour] = entries(actor="south")
        context = Context(actor=self.dealer)

        def get(entry):
            request = GetAuditEntry(entry_id=entry.id)
            return database.read(
                Call(name="x", request=request, context=context), get_audit_entry
            )

        assert get(own) == own
        with pytest.raises(AuditEntryNotFound):
            get(neighbour)

    def test_where_those_above_sit_is_not_told(self, do, entries):
        box = do(create_box, CreateBox(name="mine"), who=self.dealer)
        do(update_box, UpdateBox(box_id=box.id, name="ours"))

        above, *_ = entries(self.dealer)
        assert (above.actor, above.address) == ("north", "")
        assert entries(actor())[0].address == "192.0.2.7"


def test_it_is_narrowed_by_what_when_and_which_request(do, entries, clock):
    box = do(create_box, CreateBox(name="Kitchen"))
    clock.forward(days=1, seconds=-1)
    do(update_box, UpdateBox(box_id=box.id, name="Hall"))
    do(create_box, CreateBox(name="Other"))
    day = timedelta(days=1)

    def names(**wanted):
        return [(one.action, one.name) for one in entries(**wanted)]

    assert set(names(thing_id=box.id)) == {
        ("update_box", "Hall"),
        ("create_box", "Kitchen"),
    }
    assert names(action="update_box") == [("update_box", "Hall")]
    assert names(made_until=NOW + day) == [("create_box", "Kitchen")]
    assert len(names(made_from=NOW + day)) == 2
    assert names(request_id="another") == []
    assert len(names(request_id="request-of-a-test")) == 3


def test_pages_follow_each_other_in_the_order_of_time(do, entries, clock):
    for number in range(5):
        do(create_box, CreateBox(name=str(number)))

    first = entries(paging=Paging(limit=2))
    second = entries(paging=Paging(limit=2, after=first[-1].id))
    assert [one.name for one in first + second] == ["4", "3", "2", "1"]
    back = entries(paging=Paging(limit=2, before=second[0].id))
    assert back == first


def test_ids_stand_in_the_order_of_time_and_cut_it():
    moments = [NOW + timedelta(microseconds=one) for one in (0, 1, 999, 1000, 10**9)]
    ids = [id_at(one) for one in moments]

    assert sorted(ids) == ids
    assert all(one.version == 7 for one in ids)
    for moment, one in zip(moments, ids, strict=True):
        assert first_id_at(moment) <= one
        assert id_at(moment - timedelta(microseconds=1)) < first_id_at(moment)


def test_a_job_over_many_things_writes_its_counts(database, entries):
    counts = [ChangeCount(kind="customer", change="deleted", count=5000)]
    with database.transaction() as work:
        record_job(
            work,
            "account_deleted",
            Thing(kind="account", id=SHOP, name="Shop", scope=SHOP_PATH),
            counts,
            "north: closed",
        )

    [entry] = entries(actor())
    assert (entry.actor, entry.thing_id, entry.counts) == ("system", SHOP, counts)
    assert entry.request == {"reason": "north: closed"}


MANY = """
INSERT INTO audit_log
SELECT (lpad(to_hex(1767225600000 + n), 12, '0') || '70008000000000000000')::uuid,
       to_timestamp(1767225600 + n / 1000.0), 'user' || n % 50, 'partner', '', '/',
       'action' || n % 20, 'box', NULL, '', '/' || lpad(to_hex(n % 10), 32, '0') || '/',
       lpad(to_hex(n % 10), 32, '0')::uuid, ARRAY[md5((n / 5)::text)::uuid],
       'r' || n, 'panel', '', '', '{}', '[]', '[]'
FROM generate_series(1, 20000) n
"""


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"actor": "user7"},
        {"action": "action3"},
        {"request_id": "r77"},
        {"thing_id": UUID("cfcd2084-95d5-65ef-66e7-dff9f98764da")},
        {"made_until": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=9)},
    ],
)
@pytest.mark.parametrize("who", [OPERATOR, actor()], ids=["operator", "partner"])
def test_no_page_of_it_reads_the_whole_table(engine, database, wanted, who):
    with engine.begin() as connection:
        connection.execute(text(MANY))
        connection.execute(text("ANALYZE"))
    call = Call(
        name="list_audit_entries",
        request=ListAuditEntries(**wanted, paging=Paging(limit=50)),
        context=Context(actor=who),
    )
    [(statement, values)] = sent_by(
        engine, lambda: database.read(call, list_audit_entries)
    )

    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN ANALYZE {statement}", values)
        text_of_plan = "\n".join(plan.scalars())
    assert "Seq Scan" not in text_of_plan, text_of_plan
    removed = re.findall(r"Rows Removed by Filter: (\d+)", text_of_plan)
    assert sum(map(int, removed)) < 2000, text_of_plan
