"""Whether anybody sees or changes what lies outside of their scopes, by any verb.

    harness = TenancyHarness(BillingService(), database, keyring, …)
    harness.do(actor, CreateProduct(…))   # fills it
    harness.close()                       # from now on it is only tried
    assert harness.ask(actor, request).violations() == []

The rows themselves tell whose they are: by their scope, else by what they name. What a
call writes is noted by triggers and undone, so that each call finds the same rows.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import Connection, text

from lineup import wire
from lineup.bus.calls import authorize
from lineup.context import Actor, Call, Context
from lineup.database import Database
from lineup.errors import Refusal
from lineup.ids import new_id
from lineup.scope import ROOT, covers
from lineup.testing.sample_requests import requests
from lineup.testing.tenancy_rules import Owned, Row, Rules, words_of
from lineup.verbs import Kind, verb_of

TOUCHED = """
CREATE TABLE touched (seq serial PRIMARY KEY, name text, before jsonb, after jsonb);
CREATE FUNCTION note_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO touched (name, before, after) VALUES (
        TG_TABLE_NAME,
        CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
        CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END
    );
    RETURN NULL;
END $$
"""
NOTED = """
CREATE TRIGGER zz_note_touched AFTER INSERT OR UPDATE OR DELETE ON "{name}"
FOR EACH ROW EXECUTE FUNCTION note_touched()
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
OF_THE_BUS = frozenset({"outbox", "inbox", "idempotency", "alembic_version", "touched"})
UUIDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HEXED = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
"""Ids as paths have them."""


class TenancyHarness:
    """A service with rows of many owners, whom anybody may ask anything."""

    def __init__(
        self, service: Any, database: Database, rules: Rules | None = None
    ) -> None:
        self.service = service
        self.database = database
        self.rules = rules or Rules()
        self.reached: set[str] = set()
        """The verbs that somebody may ask, with values that fit."""
        self._requests: dict[Any, st.SearchStrategy[Any]] = {}
        self._hidden: dict[tuple[str, ...], frozenset[str]] = {}
        self.service.clock = database.clock

    def do(self, actor: Actor, request: Any) -> Any:
        """Have something done for good, to fill the tables."""
        return self._answer(self.database, actor, request)

    def close(self) -> None:
        """Look at what there is; from now on nothing stays that is done."""
        with self.database.engine.begin() as connection:
            names = list(connection.execute(text(TABLES)).scalars())
            self._names = [name for name in names if name not in OF_THE_BUS]
            self._rows = {
                name: [
                    row._asdict()["row"]
                    for row in connection.execute(
                        text(f'SELECT to_jsonb(t) AS row FROM "{name}" t')  # noqa: S608
                    )
                ]
                for name in self._names
            }
            connection.execute(text(TOUCHED))
            for name in self._names:
                connection.execute(text(NOTED.format(name=name)))
        self._scopes = self._scopes_of(self._rows)

    @cached_property
    def ids(self) -> Mapping[str, Sequence[UUID]]:
        """What there is to name, by the field that names it."""
        found: dict[str, set[str]] = {}
        for name, rows in self._rows.items():
            own = f"{name.removesuffix('s')}_id"
            for column, value in (pair for row in rows for pair in row.items()):
                if isinstance(value, str) and UUIDS.fullmatch(value):
                    found.setdefault(own if column == "id" else column, set()).add(
                        value
                    )
                elif isinstance(value, list) and column.endswith("_ids"):
                    found.setdefault(column[:-1], set()).update(value)
        for named, table in self.rules.tables_of.items():
            found[named] = {row["id"] for row in self._rows[table]}
        stray = str(new_id())
        return {
            named: [UUID(one) for one in [*sorted(values), stray]]
            for named, values in found.items()
            if values
        }

    def requests(self, contract: Any, actor: Actor) -> st.SearchStrategy[Any]:
        """Requests of a type: of what the actor may see, of anything, and of both."""
        key = contract, actor.scopes
        if key not in self._requests:
            own, known = self.ids_of(actor), self.rules.known
            both = {named: [*own[named], *ids] for named, ids in self.ids.items()}
            some = [requests(contract, ids, known) for ids in (own, both, self.ids)]
            self._requests[key] = st.one_of(some)
        return self._requests[key]

    def ids_of(self, actor: Actor) -> Mapping[str, Sequence[UUID]]:
        """Of what there is to name, what the actor may; all of a kind where none is."""
        own = {
            named: [one for one in ids if self._is_own(actor, one)]
            for named, ids in self.ids.items()
        }
        return {named: own[named] or ids for named, ids in self.ids.items()}

    def _is_own(self, actor: Actor, id_: UUID) -> bool:
        scope = self._scopes.get(str(id_), "")
        return bool(scope) and covers(actor, scope)

    def rows(self, table: str) -> Sequence[Row]:
        """The rows of a table, as JSON has them."""
        return self._rows[table]

    def ask(self, actor: Actor, request: Any) -> "Answer":
        """What a call is answered, and what it wrote, which is undone."""
        if verb_of(type(request)).kind is Kind.READ:
            return self._outcome(self.database, actor, request)
        with self.database.engine.connect() as connection, connection.begin() as outer:
            undone = _Undone(self.database, connection)
            answer = self._outcome(undone, actor, request)
            rows = connection.execute(
                text("SELECT name, before, after FROM touched ORDER BY seq")
            )
            answer.touched = [tuple(row) for row in rows]
            outer.rollback()
        return answer

    def _outcome(self, database: Database, actor: Actor, request: Any) -> "Answer":
        answer = Answer(self, actor, request)
        try:
            answer.reply = self._answer(database, actor, request)
        except Refusal as refusal:
            answer.refusal = refusal
        return answer

    def _answer(self, database: Database, actor: Actor, request: Any) -> Any:
        """As the bus does it: who may not is refused, then values are checked."""
        verb = verb_of(type(request))
        method = getattr(type(self.service), verb.name)
        context = Context(actor=actor, idempotency_key=str(new_id()))
        authorize(method.endpoint, context)
        received = wire.decode_request(wire.encode_request(request), verb.request)
        self.service.database = database
        self.reached.add(verb.name)
        return method(
            self.service, Call(name=verb.name, request=received, context=context)
        )

    def owned(self) -> Iterable[Owned]:
        """Every row that is somebody's."""
        for name, rows in self._rows.items():
            if name in self.rules.counted | self.rules.public:
                continue
            for row in rows:
                scope = self._found(row, self._scopes) or ROOT
                yield Owned(name, scope, words_of(row), self.sides_of(row))

    def sides_of(self, row: Row) -> tuple[str, ...]:
        """Where a row lies, too, by what its columns say."""
        return tuple(str(row[one]) for one in self.rules.sides if row.get(one))

    @cached_property
    def _everything(self) -> list[Owned]:
        return list(self.owned())

    def hidden_from(self, actor: Actor) -> frozenset[str]:
        """Words that stand in rows outside of an actor's scopes, and in no other."""
        if actor.scopes not in self._hidden:
            self._hidden[actor.scopes] = self._hidden_from(actor)
        return self._hidden[actor.scopes]

    def _hidden_from(self, actor: Actor) -> frozenset[str]:
        seen: set[str] = set()
        hidden: set[str] = set()
        for one in self._everything:
            (seen if self._is_shown(actor, one) else hidden).update(one.words)
        for name in self.rules.public:
            for row in self._rows[name]:
                seen |= words_of(row)
        return frozenset(hidden - seen - self._above(actor))

    def _above(self, actor: Actor) -> set[str]:
        """What everybody knows of the accounts on the own path: ids and names."""
        ids = {str(UUID(part)) for s in actor.scopes for part in s.split("/") if part}
        names = {
            row[column]
            for table, column in self.rules.named_below.items()
            for row in self._rows[table]
            if any(own.startswith(row["scope"]) for own in actor.scopes)
        }
        return ids | names

    def _is_shown(self, actor: Actor, one: Owned) -> bool:
        if any(covers(actor, scope) for scope in (one.scope, *one.sides)):
            return True
        is_above = any(own.startswith(one.scope) for own in actor.scopes)
        return is_above and one.table in self.rules.shown_below

    def placed(
        self, written: Sequence[tuple[str, Row]]
    ) -> Iterable[tuple[str, str, Row]]:
        """Where rows lie that were just written: table, scope, row."""
        scopes = self._scopes | self._scopes_of({"": [row for _, row in written]})
        for name, row in written:
            yield name, self._found(row, scopes) or ROOT, row

    def _scopes_of(self, tables: Mapping[str, Sequence[Row]]) -> dict[str, str]:
        """Where everything that has an id lies."""
        scopes: dict[str, str] = {}
        for _ in range(4):  # what is owned by what is owned by what is owned
            for rows in tables.values():
                for row in rows:
                    scope = self._found(row, scopes)
                    for known in self._known_by(row):
                        if scope:
                            scopes.setdefault(known, scope)
        return scopes

    def _known_by(self, row: Row) -> Iterable[str]:
        """What other rows name it by."""
        if row.get("id"):
            yield str(row["id"])
        for name in self.rules.handles:
            if row.get(name):
                yield f"{name} {row[name]}"

    def _found(self, row: Row, scopes: Mapping[str, str]) -> str | None:
        if row.get("scope"):
            return str(row["scope"])
        return max(self._named_scopes(row, scopes), key=len, default=None)

    def _named_scopes(self, row: Row, scopes: Mapping[str, str]) -> list[str]:
        """Where a row's own id and what it names lie."""
        named = (str(v) for k, v in row.items() if k.endswith("_id"))
        known = [*named, *self._known_by(row)]
        return [scopes[one] for one in known if one in scopes]

    def strangers(self, actor: Actor, row: Row) -> list[str]:
        """Where what a row names lies, if neither below nor above nor at a side."""
        if self.sides_of(row):
            return []
        return [
            scope
            for scope in self._named_scopes(row, self._scopes)
            if not covers(actor, scope)
            if not any(own.startswith(scope) for own in actor.scopes)
        ]


@dataclass
class Answer:
    """What a call was answered, and the rows it wrote: table, before, after."""

    harness: TenancyHarness
    actor: Actor
    request: Any
    reply: Any = None
    refusal: Refusal | None = None
    touched: list[tuple[str, Row | None, Row | None]] = field(default_factory=list)

    def violations(self) -> list[str]:
        """What of it lies outside of the actor's scopes; empty when all is well."""
        return [*self._revealed(), *self._written()]

    def _revealed(self) -> Iterable[str]:
        """What is told of rows that the actor may not see, but for what it named."""
        answer_text, hidden = (
            self._text(),
            self.harness.hidden_from(self.actor) - self._meant(),
        )
        asked = wire.encode_request(self.request).decode()
        ids = {str(UUID(hexed)) for hexed in HEXED.findall(answer_text)} & hidden
        words = ids | {word for word in hidden if word in answer_text}
        return (f"told {word}" for word in sorted(words) if word not in asked)

    def _meant(self) -> set[str]:
        """What the verb tells everybody of others' rows."""
        name = verb_of(type(self.request)).name
        tables = self.harness.rules.told.get(name, frozenset())
        rows = (row for table in tables for row in self.harness.rows(table))
        return {word for row in rows for word in words_of(row)}

    def _text(self) -> str:
        if self.refusal is not None:
            parts = self.refusal.message, self.refusal.fields, self.refusal.details
            return json.dumps(parts, default=str)
        return wire.encode_result(self.reply).decode()

    def _written(self) -> Iterable[str]:
        """Rows that were written though they lie, or lay, elsewhere."""
        rules = self.harness.rules
        meant = rules.written.get(verb_of(type(self.request)).name, frozenset())
        written = [
            (name, row)
            for name, *rows in self.touched
            for row in filter(None, rows)
            if name not in rules.counted | meant
        ]
        for name, scope, row in self.harness.placed(written):
            places = scope, *self.harness.sides_of(row)
            if name in rules.written_above and self._is_above(scope):
                continue
            if not any(covers(self.actor, one) for one in places):
                yield f"wrote {name} at {scope}: {row}"
            elif strange := self.harness.strangers(self.actor, row):
                yield f"named in {name} what lies at {strange}: {row}"

    def _is_above(self, scope: str) -> bool:
        return any(own.startswith(scope) for own in self.actor.scopes)


class _Undone(Database):
    """Writes on one connection, whose owner undoes it all."""

    def __init__(self, database: Database, connection: Connection) -> None:
        super().__init__(database.engine, database.clock)
        for made in (self._sessions, self._recording):
            made.configure(bind=connection, join_transaction_mode="create_savepoint")
