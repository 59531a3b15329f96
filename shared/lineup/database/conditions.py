"""Showing what a change is about before it is made, for callers who name its tag."""

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any

from sqlalchemy import select

from lineup.database.unit_of_work import UnitOfWork
from lineup.verbs import HANDLERS, Handler


def locked(
    model: Any, get: Callable[..., Any], request_type: type
) -> Callable[..., Any]:
    """What a request is about as `get` shows it, with its row locked by this work.

    `request_type` is what `get` takes: it names the row by its one field, and so does
    the request of the change, by a field of the same name. What `get` needs besides is
    handed on to it.
    """
    (named,) = (field.name for field in fields(request_type))

    @wraps(get)
    def current(work: UnitOfWork, request: Any, **needs: Any) -> Any:
        wanted = getattr(request, named)
        row = select(model.id).where(model.id == wanted)
        work.session.execute(row.with_for_update())
        return get(work, request_type(**{named: wanted}), **needs)

    return current


def current_of(handler: Handler) -> Callable[..., Any] | None:
    """What locks and shows what a write changes; None: nobody can name its tag."""
    if not isinstance(handler.changes, type):
        current: Callable[..., Any] | None = handler.changes
        return current
    shown = HANDLERS[handler.changes]
    return locked(shown.row, shown.function, handler.changes)
