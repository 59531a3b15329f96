"""Scope: the one function every query passes, so that nobody sees a neighbour (AH-01).

A scope is the path of accounts above a record: "/" is the installation,
"/<partner>/" a partner, "/<partner>/<seller>/" a seller, and so on down to the
customer. A login sees what lies at or below one of its actor's scopes.
"""

from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from lineup.context import Actor

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

S = TypeVar("S", bound="Select[Any]")

ROOT = "/"


def below(parent: str, account_id: UUID) -> str:
    """The scope of an account right below `parent`."""
    return f"{parent}{account_id.hex}/"


def partner_of(scope: str) -> UUID | None:
    """The partner a scope lies in; None for the installation itself."""
    first = scope.strip("/").split("/")[0]
    return UUID(first) if first else None


def covers(actor: Actor, scope: str) -> bool:
    """Whether the actor may see what carries `scope`."""
    return any(scope.startswith(own) for own in actor.scopes)


def within(column: "ColumnElement[str] | Any", actor: Actor) -> "ColumnElement[bool]":
    """The condition that a scope column lies in the actor's part of the tree."""
    from sqlalchemy import false, or_

    return or_(
        false(), *(column.startswith(own, autoescape=True) for own in actor.scopes)
    )


def in_scope(statement: S, model: Any, actor: Actor) -> S:
    """Narrow a select to the rows of `model` that the actor may see (AH-01, AH-04)."""
    return statement.where(within(model.scope, actor))
