"""Database: a service's transactions, each with a promise of its own."""

import hashlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial, wraps
from inspect import unwrap
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Engine, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import sessionmaker

from lineup.clock import Clock
from lineup.context import SYSTEM, Call, Context, Event, Written, newest
from lineup.database.audit.changes import RecordingSession
from lineup.database.audit.recording import begin_recording, is_unchanged, record
from lineup.database.copies import newest_states
from lineup.database.inbox import note_new
from lineup.database.listening import wake
from lineup.database.records import IDEMPOTENCY, OUTBOX_FILLED
from lineup.database.unit_of_work import UnitOfWork
from lineup.errors import Busy, KeyReused, PreconditionFailed
from lineup.events import State
from lineup.tags import tag_of
from lineup.tracing import at_work_on, system_context

T = TypeVar("T")
S = TypeVar("S", bound=State)
R = TypeVar("R")
Operation = Callable[[UnitOfWork, T], R]
"""What can be asked: a function of its work and a typed request."""

RETRIED = {"40001", "40P01"}
"""SQLSTATEs of lost races that a second try settles."""
TRIES = 4
ANNOUNCED = "_announced"
"""Beside the fields of a kept reply: what was announced by it, so that the pages after
a form that was sent twice show it, too."""
ONE_LOOK = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""How a transaction that only looks begins; it costs no statement of its own."""
LOCKED = "55P03"
"""SQLSTATE of a wait for somebody's lock that reached its limit."""


class Database:
    """Runs operations in transactions."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self.engine = engine
        self.clock = clock
        self.on_announced: Callable[[], None] | None = None
        """Called after a commit that announced; without it, a NOTIFY wakes the relay
        of another process."""
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._recording = sessionmaker(
            engine, class_=RecordingSession, expire_on_commit=False
        )

    @contextmanager
    def transaction(
        self, context: Context | None = None, *, is_recorded: bool = False
    ) -> Iterator[UnitOfWork]:
        """One transaction: commits at the end, rolls back when anything rises.

        `is_recorded`: what it changes is noted, for the audit log.
        """
        context = context or system_context()
        sessions = self._recording if is_recorded else self._sessions
        with sessions() as session, session.begin():
            work = UnitOfWork(session, self.clock.now(), context)
            yield work
            if work.announced and self.on_announced is None:
                wake(session, OUTBOX_FILLED)
        if work.announced and self.on_announced is not None:
            self.on_announced()

    @contextmanager
    def recorded(self, call: Call[Any]) -> Iterator[UnitOfWork]:
        """A transaction that does what a call asks and writes that in the audit log, if
        anything changed: for calls that run themselves, in one of their transactions.
        """
        with self.transaction(call.context, is_recorded=True) as work:
            begin_recording(work, call.request)
            yield work
            if not is_unchanged(work):
                record(work, call.name, call.request, None)
        call.written.extend(work.announced)
        call.recorded.append(call.name)

    def read(self, call: Call[T], operation: Operation[T, R]) -> R:
        """Answer from one consistent look at the tables, which changes nothing.

        All queries see what was committed before the first; writing or locking fails.
        """
        return self._retried(lambda: self._read(call, operation))

    def _read(self, call: Call[T], operation: Operation[T, R]) -> R:
        with self.transaction(call.context) as work:
            work.session.connection(execution_options=ONE_LOOK)
            return operation(work, call.request)

    def run_idempotent(
        self,
        call: Call[T],
        operation: Operation[T, R],
        current: Operation[T, Any] | None = None,
    ) -> R:
        """Act; the same idempotency key gives the first answer again.

        The same key with other content is refused as KeyReused. A refusal is not
        kept: the next try with the key acts anew.

        `current` locks what is to be changed and shows it as it is: a caller that names
        tags is refused as PreconditionFailed unless it has one of them. Without it such
        a caller is refused always.
        """
        guarded = _guarded(operation, call.context.if_match, current)
        is_safe = call.context.idempotency_key is not None
        return self._retried(lambda: self._once(call, guarded), is_safe=is_safe)

    def handle_event_once(self, event: Event[T], operation: Operation[T, Any]) -> None:
        """Act on an event exactly once, however often it arrives (inbox)."""
        self.handle_events_once([event], partial(_act_on_one, operation))

    def handle_events_once(
        self, events: Sequence[Event[T]], operation: Operation[Sequence[Event[T]], Any]
    ) -> None:
        """Act on one consumer's events exactly once, in one transaction.

        The operation is given those that are new. What it writes belongs to the request
        of each event. When it raises nothing is done.
        """
        self._retried(lambda: self._consume(events, operation))

    def apply_copy(self, event: Event[T], operation: Operation[T, Any]) -> None:
        """Act on an event every time it arrives: for copies, which heal by it."""
        self._retried(lambda: self._apply_copy(event, operation))

    def apply_copies(
        self, events: Sequence[Event[S]], operation: Operation[Sequence[S], Any]
    ) -> None:
        """Act on many events at once in one transaction, every time they arrive.

        The operation is given the newest state of each aggregate, by id. What it
        announces belongs to the request at hand, which is none of the single events'
        where they are of several.
        """
        states = newest_states(event.state for event in events)
        self._retried(lambda: self._apply_copies(states, operation))

    def _once(self, call: Call[T], operation: Operation[T, R]) -> R:
        with self.transaction(call.context, is_recorded=True) as work:
            reply = _acted(work, call, operation)
        call.written.extend([*work.announced_before, *work.announced])
        call.recorded.append(call.name)
        return reply

    def _consume(
        self, events: Sequence[Event[T]], operation: Operation[Sequence[Event[T]], Any]
    ) -> None:
        with self.transaction() as work:
            if new := note_new(work.session, events):
                operation(work, new)

    def _apply_copy(self, event: Event[T], operation: Operation[T, Any]) -> None:
        with self.transaction(_in_the_name_of(event)) as work:
            operation(work, event.state)

    def _apply_copies(
        self, states: Sequence[S], operation: Operation[Sequence[S], Any]
    ) -> None:
        with self.transaction() as work:
            operation(work, states)

    def _retried(self, attempt: Callable[[], R], *, is_safe: bool = True) -> R:
        """What an attempt gives; made again where another was faster.

        One that `is_safe` to make twice is made again on a new connection, too, where
        its own was lost.
        """
        for tried in range(1, TRIES):
            try:
                return attempt()
            except DBAPIError as error:
                state = getattr(error.orig, "pgcode", None)
                if state == LOCKED:
                    raise Busy from error
                is_lost = error.connection_invalidated and is_safe
                if state not in RETRIED and not is_lost:
                    raise
                time.sleep(random.uniform(0.01, 0.05) * tried)  # noqa: S311 - jitter
        return attempt()


def _guarded(
    operation: Operation[T, R],
    tags: tuple[str, ...],
    current: Operation[T, Any] | None,
) -> Operation[T, R]:
    """The operation, for a thing that has one of these tags; any without them."""
    if not tags:
        return operation

    @wraps(operation)
    def guarded(work: UnitOfWork, request: T) -> R:
        if current is None or tag_of(current(work, request)) not in tags:
            raise PreconditionFailed
        return operation(work, request)

    return guarded


def _acted(work: UnitOfWork, call: Call[T], operation: Operation[T, R]) -> R:
    """The answer to a call, given before where its key was used before."""
    if call.context.idempotency_key is None:
        return _recorded(work, call, operation)
    claim = IdempotencyClaim(work, call)
    if not claim.is_new():
        return claim.first_reply(operation)
    reply = _recorded(work, call, operation)
    claim.keep(reply, newest(work.announced))
    return reply


def _recorded(work: UnitOfWork, call: Call[T], operation: Operation[T, R]) -> R:
    """The answer to a call, whose changes are in the audit log."""
    begin_recording(work, call.request)
    reply = operation(work, call.request)
    record(work, call.name, call.request, reply)
    return reply


def _act_on_one(
    operation: Operation[T, Any], work: UnitOfWork, events: Sequence[Event[T]]
) -> None:
    """Act on the one event there is, in its own request's course."""
    (event,) = events
    with at_work_on(event.context):
        operation(replace(work, context=_in_the_name_of(event)), event.state)


def _in_the_name_of(event: Event[Any]) -> Context:
    return replace(event.context, actor=SYSTEM, idempotency_key=None)


def _content_of(call: Call[Any]) -> bytes:
    digest = call.context.request_digest
    return digest.encode() if digest else msgspec.json.encode(call.request)


class IdempotencyClaim:
    """One idempotency key in one transaction."""

    def __init__(self, work: UnitOfWork, call: Call[Any]) -> None:
        self._work = work
        self._session = work.session
        self._method = call.name
        actor = call.actor
        self._owner = str(actor.login_id or actor.account_id or actor.role)
        self._scope = next(iter(actor.scopes), "")
        self._key = call.context.idempotency_key
        self._hash = hashlib.sha256(_content_of(call)).digest()

    def is_new(self) -> bool:
        """Claim the key; a twin that is still running is waited for."""
        claimed = insert(IDEMPOTENCY).values(
            owner=self._owner,
            key=self._key,
            method=self._method,
            request_hash=self._hash,
            scope=self._scope,
        )
        returned = claimed.on_conflict_do_nothing().returning(IDEMPOTENCY.c.key)
        return self._session.execute(returned).first() is not None

    def keep(self, reply: Any, announced: Sequence[Written]) -> None:
        """Store the answer that repeats will get, and what it announced beside it."""
        kept = msgspec.to_builtins(reply)
        if announced and kept is not None:
            kept[ANNOUNCED] = msgspec.to_builtins(announced)
        self._session.execute(
            update(IDEMPOTENCY)
            .where(IDEMPOTENCY.c.owner == self._owner, IDEMPOTENCY.c.key == self._key)
            .values(reply=kept)
        )

    def first_reply(self, operation: Operation[Any, R]) -> R:
        """Give the stored answer; refuse a key that was used for something else.

        The work knows then what the first call announced.
        """
        row = self._session.execute(
            select(IDEMPOTENCY).where(
                IDEMPOTENCY.c.owner == self._owner, IDEMPOTENCY.c.key == self._key
            )
        ).one()
        if (row.method, bytes(row.request_hash)) != (self._method, self._hash):
            raise KeyReused
        before = (row.reply or {}).get(ANNOUNCED, ())
        self._work.announced_before += msgspec.convert(before, list[Written])
        said = {} if row.reply is None else row.reply  # as kept before there was `Done`
        reply: R = msgspec.convert(said, reply_type(operation))
        return reply


def reply_type(operation: Operation[Any, R]) -> Any:
    """The type that an operation's annotations say it returns."""
    from typing import get_type_hints

    told = unwrap(operation)
    function = told.func if isinstance(told, partial) else told
    return get_type_hints(function)["return"]
