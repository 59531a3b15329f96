"""A small service whose endpoints do what can go wrong. Run as a process by the tests."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

import eventlet
import structlog
from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lineup import metrics
from lineup.access import AccessRule
from lineup.bus import Entrypoints, Service, answering, every, http, in_thread, on_event
from lineup.context import PUBLIC, SELLERS, Call, Event
from lineup.database import COLUMN_TYPES, UnitOfWork, new_metadata, upsert_newest
from lineup.errors import Conflict, Invalid
from lineup.events import event
from lineup.settings import ServiceSettings
from lineup.values.rules import Text
from lineup.verbs import Kind, Verb

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Ask:
    note: Annotated[str, Text(longest=4_000_000)] = ""
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Reported:
    note: str
    by: int = 0


@event(source="drill")
@dataclass(frozen=True, kw_only=True)
class NoteChanged:
    id: UUID
    version: int
    note: str
    seconds: float = 0.0


class NoteTaken(Conflict):
    """That note is taken."""

    code = "note_taken"


def write(work: UnitOfWork, consumer: str, note: str) -> None:
    """One row an effect, so that a test can count effects."""
    insert = "INSERT INTO effects (consumer, note, pid) VALUES (:consumer, :note, :pid)"
    values = {"consumer": consumer, "note": note, "pid": os.getpid()}
    work.session.execute(text(insert), values)


def write_note(work: UnitOfWork, request: Ask) -> Reported:
    write(work, "write_note", request.note)
    return Reported(note=request.note)


def announce_note(work: UnitOfWork, request: Ask) -> Reported:
    note = UUID(int=abs(hash(request.note)))
    work.announce(
        NoteChanged(id=note, version=1, note=request.note, seconds=request.seconds)
    )
    return Reported(note=request.note)


def announce_many_notes(work: UnitOfWork, request: Ask) -> Reported:
    note = UUID(int=abs(hash(request.note)))
    many = [
        NoteChanged(id=note, version=version, note=request.note)
        for version in range(1, 21)
    ]
    work.announce_all(many)
    return Reported(note=request.note)


class DrillClient:
    """Calls the drill's verbs by their names."""

    service = "drill"

    def __init__(self, rpc):
        self.rpc = rpc

    def __getattr__(self, verb):
        return Caller(self.rpc, self.service, verb)


class Caller:
    """One verb, to be called and waited for, or `later`."""

    def __init__(self, rpc, service, verb):
        self.rpc = rpc
        self.verb = service, verb

    def __call__(self, context, request, *, timeout=10):
        return self.later(context, request, timeout=timeout).reply()

    def later(self, context, request, *, timeout=10):
        return self.rpc.call(
            *self.verb, context, request, reply_type=Reported, timeout=timeout
        )


def rpc(*, allowed):
    """Let a method answer calls of its name."""

    def declare(method):
        verb = Verb(
            service="drill",
            name=method.__name__,
            kind=Kind.WRITE,
            access=AccessRule(allowed=frozenset(allowed)),
            request=Ask,
            reply=Reported,
        )
        return answering(verb, method)

    return declare


class CallEntrypoints(Entrypoints):
    @rpc(allowed=PUBLIC)
    def echo(self, call: Call[Ask]) -> Reported:
        return Reported(note=call.request.note, by=os.getpid())

    @rpc(allowed=SELLERS)
    def for_sellers(self, call: Call[Ask]) -> Reported:
        return Reported(note=call.actor.name)

    @rpc(allowed=PUBLIC)
    def refuse(self, call: Call[Ask]) -> Reported:
        raise NoteTaken(details={"note": call.request.note})

    @rpc(allowed=PUBLIC)
    def refuse_fields(self, call: Call[Ask]) -> Reported:
        raise Invalid(fields={"note": ["Too long."]})

    @rpc(allowed=PUBLIC)
    def break_down(self, call: Call[Ask]) -> Reported:
        raise RuntimeError(f"the secret is {call.request.note}")

    @rpc(allowed=PUBLIC)
    def give_nonsense(self, call: Call[Ask]) -> Reported:
        return object()

    @rpc(allowed=PUBLIC)
    def take_time(self, call: Call[Ask]) -> Reported:
        eventlet.sleep(call.request.seconds)
        with self.database.transaction(call.context) as work:
            return write_note(work, call.request)

    @rpc(allowed=PUBLIC)
    def wait(self, call: Call[Ask]) -> Reported:
        eventlet.sleep(call.request.seconds)
        return Reported(note=call.request.note)

    @rpc(allowed=PUBLIC)
    def hog(self, call: Call[Ask]) -> Reported:
        in_thread(_burn, call.request.seconds)
        return Reported(note=call.request.note)

    @rpc(allowed=PUBLIC)
    def sleep_in_sql(self, call: Call[Ask]) -> Reported:
        with self.database.transaction() as work:
            work.session.execute(
                text("SELECT pg_sleep(:s)"), {"s": call.request.seconds}
            )
        return Reported(note=call.request.note)

    @rpc(allowed=PUBLIC)
    def write_once(self, call: Call[Ask]) -> Reported:
        return self.database.run_idempotent(call, write_note)

    @rpc(allowed=PUBLIC)
    def write_once_and_linger(self, call: Call[Ask]) -> Reported:
        lines = self.database.run_idempotent(call, write_note)
        eventlet.sleep(call.request.seconds)
        return lines

    @rpc(allowed=PUBLIC)
    def announce(self, call: Call[Ask]) -> Reported:
        return self.database.run_idempotent(call, announce_note)

    @rpc(allowed=PUBLIC)
    def announce_many(self, call: Call[Ask]) -> Reported:
        return self.database.run_idempotent(call, announce_many_notes)


def _burn(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(1000))


class EventEntrypoints(Entrypoints):
    @on_event
    def on_note_changed(self, event: Event[NoteChanged]) -> None:
        with self.database.transaction() as work:
            write(work, "tries", event.state.note)
        eventlet.sleep(event.state.seconds)
        if event.state.note == "poison":
            raise RuntimeError("cannot stomach this")
        self.database.handle_event_once(
            event, lambda work, state: write(work, event.consumer, state.note)
        )


class BatchEntrypoints(Entrypoints):
    @on_event(at_once=5)
    def on_note_changed(self, events: Sequence[Event[NoteChanged]]) -> None:
        with self.database.transaction() as work:
            write(work, "batches", str(len(events)))
        notes = {event.state.note for event in events}
        if "deadly" in notes:
            os._exit(9)
        eventlet.sleep(max(event.state.seconds for event in events))
        if "poison" in notes:
            raise RuntimeError("cannot stomach this")
        self.database.handle_events_once(
            events,
            lambda work, new: [
                write(work, "drill.on_note_changed", event.state.note) for event in new
            ],
        )


class TimerEntrypoints(Entrypoints):
    @every(seconds=0.2)
    def tick(self) -> None:
        with self.database.transaction() as work:
            write(work, "tick", "")
        raise RuntimeError("a timer that fails")

    @every(seconds=0.2, alone=True)
    def lonely_tick(self) -> None:
        with self.database.transaction() as work:
            write(work, "lonely begins", "")
        eventlet.sleep(0.5)
        with self.database.transaction() as work:
            write(work, "lonely ends", "")


class TogetherEntrypoints(Entrypoints):
    """Turns that wait for one another, more than there are workers for calls."""

    inside = 0

    @every(seconds=0.2, side_by_side=4)
    def meet(self) -> None:
        TogetherEntrypoints.inside += 1
        while TogetherEntrypoints.inside < 4:
            eventlet.sleep(0.05)
        with self.database.transaction() as work:
            write(work, "met", "")
        eventlet.sleep(60)


class HttpEntrypoints(Entrypoints):
    @http("POST", "/notes/<kind>")
    def take_note(self, request, kind):
        from werkzeug.wrappers import Response

        if kind == "broken":
            raise RuntimeError("the secret is out")
        if kind == "taken":
            raise NoteTaken
        if kind == "slow":
            log.info("begun slow")
            eventlet.sleep(1)
        return Response(request.get_data() + kind.encode())


def notes(work):
    """As if every note that was written were still to be done."""
    count = work.session.scalar(text("SELECT count(*) FROM effects"))
    yield metrics.DUE_ROWS.of(count, "notes")


class DrillService(CallEntrypoints, EventEntrypoints, Service):
    name = "drill"
    metric_sources = (notes,)


class BatchService(CallEntrypoints, BatchEntrypoints, Service):
    name = "drill"


class Record(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


class NoteCopy(Record):
    __tablename__ = "note_copies"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]


def keep_note(work: UnitOfWork, state: NoteChanged) -> None:
    values = {"id": state.id, "version": state.version}
    upsert_newest(work.session, NoteCopy, [values])


class KeepingEntrypoints(Entrypoints):
    @on_event
    def on_note_changed(self, event: Event[NoteChanged]) -> None:
        self.database.apply_copy(event, keep_note)


class CopyingService(CallEntrypoints, KeepingEntrypoints, Service):
    name = "drill"
    copies: ClassVar = {NoteChanged: (NoteCopy,)}


class StandingService(CallEntrypoints, Service):
    name = "standing"


class StandingClient(DrillClient):
    service = "standing"


class TimerService(TimerEntrypoints, CallEntrypoints, Service):
    name = "drill"


class TogetherService(TogetherEntrypoints, CallEntrypoints, Service):
    name = "drill"


@dataclass(frozen=True, kw_only=True)
class WebSettings(ServiceSettings):
    webhook_address: str


class WebService(HttpEntrypoints, Service):
    name = "drill"
    settings_type = WebSettings


class ShopService(CallEntrypoints, HttpEntrypoints, Service):
    name = "drill"
    settings_type = WebSettings
