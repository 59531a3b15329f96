"""Lists: which page the address asks for."""

from uuid import UUID

from flask import request

from lineup.contracts.paging import Paging

ROWS = 50


def page_asked_for() -> Paging:
    """The page after the id in the address; the first when there is none."""
    return Paging(limit=ROWS, after=id_asked_for("after"))


def id_asked_for(name: str) -> UUID | None:
    """An id in the address' query; None when it is absent or none."""
    try:
        return UUID(request.args[name])
    except (KeyError, ValueError):
        return None
