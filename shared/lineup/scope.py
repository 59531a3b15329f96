"""Scope: the one function every query passes, so that nobody sees a neighbour.

A scope is the path of accounts above a record: "/" is the installation,
"/<partner>/" a partner, "/<partner>/<seller>/" a seller, and so on down to the
customer. A login sees what lies at or below one of its actor's scopes.
"""

from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from lineup.context import Actor
from lineup.errors import Invalid, NotFound

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

S = TypeVar("S", bound="Select[Any]")

ROOT = "/"


def below(parent: str, account_id: UUID) -> str:
    """The scope of an account right below `parent`."""
    return f"{parent}{account_id.hex}/"


def above(scope: str) -> str:
    """The scope right above an account's own; the root's is itself."""
    return scope[:-1].rpartition("/")[0] + "/"


def partner_of(scope: str) -> UUID | None:
    """The partner a scope lies in; None for the installation itself."""
    first = scope.strip("/").split("/")[0]
    return UUID(first) if first else None


def covers(actor: Actor, scope: str) -> bool:
    """Whether the actor may see what carries `scope`."""
    return any(scope.startswith(own) for own in actor.scopes)


class PartnerNotFound(NotFound):
    """There is no such partner."""

    code = "partner_not_found"


def acting_partner(actor: Actor, named: UUID | None) -> UUID:
    """The partner something is made for: the one that is named, else the actor's own.

    Whoever names one outside their scope is refused, as if there were none, and never
    served for their own instead. Invalid where there is neither.
    """
    wanted = named or actor.partner_id
    if wanted is None:
        raise Invalid(fields={"partner_id": ["Choose a partner."]})
    if wanted != actor.partner_id and not covers(actor, below(ROOT, wanted)):
        words = "There is no such partner."
        raise PartnerNotFound(words, fields={"partner_id": [words]})
    return wanted


def within(column: "ColumnElement[str] | Any", actor: Actor) -> "ColumnElement[bool]":
    """The condition that a scope column lies in the actor's part of the tree."""
    from sqlalchemy import false, or_

    return or_(
        false(), *(column.startswith(own, autoescape=True) for own in actor.scopes)
    )


def in_scope(statement: S, model: Any, actor: Actor) -> S:
    """Narrow a select to the rows of `model` that the actor may see."""
    return statement.where(within(model.scope, actor))
