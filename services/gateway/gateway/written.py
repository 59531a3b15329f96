"""What somebody has just written is on the pages they see next (read-after-write).

Services keep copies of each other's facts, fed by events. Each reply tells what it
announced (`Written`); that is kept in the writer's session for a while and goes along
with every call of their next pages, and a service answers once its copies carry it.
Where that takes longer than a page waits, the page says so itself.
"""

import time
from collections.abc import MutableMapping, Sequence
from typing import Any
from uuid import UUID

from flask import g, has_request_context

from lineup.context import Written

KEY = "written"
"""The name under which a session keeps it: seconds since 1970, then a list of each."""
KEPT_SECONDS = 30
"""What is older has arrived, or its service is in trouble that others tell of."""
MOST = 16
PAGE_SECONDS = 6.0
"""How long a page may wait in all that comes right after a write."""


def record_written(written: Sequence[Written], is_behind: bool) -> None:  # noqa: FBT001 - a hook
    """Keep in mind what a call of this request has written."""
    if has_request_context():
        g.written = [*g.get("written", ()), *written]
        g.is_behind = g.get("is_behind", False) or is_behind


def to_be_found() -> tuple[Written, ...]:
    """What calls of this request are to find: written before, or by the request."""
    if not has_request_context():
        return ()
    return (*g.get("after", ()), *g.get("written", ()))[-MOST:]


def load_written(session: MutableMapping[str, Any]) -> bool:
    """Let this request's calls find what its session wrote; whether that is much."""
    at, *rows = session.get(KEY) or [0.0]
    if time.time() - at > KEPT_SECONDS:
        session.pop(KEY, None)
        return False
    g.after = tuple(Written(kind, UUID(id_), version) for kind, id_, version in rows)
    return bool(rows)


def remember(session: MutableMapping[str, Any]) -> None:
    """Keep for the next pages what this request has written."""
    if g.get("written"):
        rows = [[one.type, one.id.hex, one.version] for one in to_be_found()]
        session[KEY] = [round(time.time(), 1), *rows]
