"""Writing the audit log: a row of each change, in the change's own transaction."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import insert

from lineup.context import Actor, CallOrigin
from lineup.contracts.audit import ChangeCount, FieldChange
from lineup.database.audit.changes import Changes, RecordingSession
from lineup.database.audit.models import AUDIT_LOG
from lineup.database.audit.shown import request_texts
from lineup.database.audit.things import (
    Thing,
    about,
    named_in,
    placed,
    thing_of,
)
from lineup.ids import id_at
from lineup.scope import partner_of

if TYPE_CHECKING:
    from lineup.database.unit_of_work import UnitOfWork

SYSTEM_ORIGIN = CallOrigin(channel="system")
ACTED_BY = "lineup_acted_by"


def acted_by(work: "UnitOfWork", actor: Actor) -> None:
    """Say who acts where the call could not: somebody who signs in."""
    work.session.info[ACTED_BY] = actor


def is_unchanged(work: "UnitOfWork") -> bool:
    """Whether nothing was changed that is told of, so far."""
    session = work.session
    session.flush()
    return isinstance(session, RecordingSession) and not session.changes.rows


def begin_recording(work: "UnitOfWork", request: Any) -> None:
    """Note from now on what is changed, and which rows the request names."""
    session = work.session
    if isinstance(session, RecordingSession):
        session.begin_noting(named_in(request))


def record(work: "UnitOfWork", action: str, request: Any, reply: Any) -> None:
    """Write down what was done at somebody's request."""
    session = work.session
    if not isinstance(session, RecordingSession):
        return
    session.flush()
    changes, actor = session.changes, session.info.get(ACTED_BY, work.actor)
    thing = thing_of(action, request, reply, actor)
    placed_thing = placed(changes, thing, request, actor)
    _insert(
        work,
        _by(work, actor, action),
        _about(placed_thing, about(changes, placed_thing, named_in(request))),
        _content(request_texts(request), changes.fields(), changes.counts()),
    )


def record_job(
    work: "UnitOfWork",
    action: str,
    thing: Thing,
    counts: Sequence[ChangeCount],
    reason: str = "",
) -> None:
    """Write down what a job did to many things: one row, with how many of each kind.

    `reason` says who wanted it, and why.
    """
    said = {"reason": reason} if reason else {}
    _insert(
        work,
        _by(work, work.actor, action),
        _about(thing, about(Changes(frozenset()), thing, ())),
        _content(said, (), counts),
    )


def _insert(work: "UnitOfWork", *parts: dict[str, Any]) -> None:
    values = {name: value for part in parts for name, value in part.items()}
    work.session.execute(insert(AUDIT_LOG), values)


def _by(work: "UnitOfWork", actor: Actor, action: str) -> dict[str, Any]:
    """Who, when, from where."""
    origin = work.context.origin or SYSTEM_ORIGIN
    own = actor.name or str(actor.role)
    return {
        "id": id_at(work.now),
        "at": work.now,
        "actor": actor.on_behalf_of or own,
        "role": actor.role,
        "on_behalf_of": own if actor.on_behalf_of else "",
        "actor_scope": actor.scopes[0] if actor.scopes else "",
        "action": action,
        "request_id": work.context.request_id,
        "channel": origin.channel,
        "address": origin.address,
        "user_agent": origin.user_agent,
    }


def _about(thing: Thing, things: Sequence[UUID]) -> dict[str, Any]:
    return {
        "kind": thing.kind,
        "thing_id": thing.id,
        "name": thing.name,
        "scope": thing.scope,
        "partner_id": partner_of(thing.scope),
        "things": things,
    }


def _content(
    request: dict[str, str],
    changes: Sequence[FieldChange],
    counts: Sequence[ChangeCount],
) -> dict[str, Any]:
    return {
        "request": request,
        "changes": msgspec.to_builtins(changes),
        "counts": msgspec.to_builtins(counts),
    }
