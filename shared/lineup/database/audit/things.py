"""What a change is about, found in what was asked, answered and touched."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any
from uuid import UUID

from lineup.context import Actor, Role
from lineup.database.audit.changes import Changes
from lineup.scope import ROOT, below, partner_of

MAKES = re.compile(r"(?:create|connect|add)_(\w+[^s])\Z")
"""Verbs that make what they name; their reply has its id."""
MOST_NAMED = 200
MOST_TOUCHED = 50
LONGEST_NAME = 100
WHOSE = frozenset({"partner_id", "parent_id"})
"""Fields that say where something belongs, not what it is."""


@dataclass(frozen=True, kw_only=True)
class Thing:
    """The one thing that a change is about; without an id, a kind at most."""

    kind: str
    id: UUID | None = None
    name: str = ""
    scope: str = ""


def thing_of(verb: str, request: Any, reply: Any, actor: Actor) -> Thing:
    """What a verb made, else the first thing that its request names, else the account
    that it is done for.
    """
    made, id_ = MAKES.match(verb), getattr(reply, "id", None)
    if made and isinstance(id_, UUID):
        return Thing(kind=made[1], id=id_)
    named = {name: value for name, value in _fields(request) if name not in WHOSE}
    for name, value in named.items():
        if name.endswith("_id") and isinstance(value, UUID):
            return Thing(kind=name.removesuffix("_id"), id=value)
    for name, value in named.items():
        if name.endswith("_ids") and value:
            return Thing(kind=name.removesuffix("_ids"))
    kind = "customer" if actor.role is Role.CUSTOMER else "account"
    return Thing(kind=kind, id=getattr(request, "partner_id", None) or actor.account_id)


def named_in(request: Any) -> list[UUID]:
    """Every id that a request names, in lists, too."""
    found: list[UUID] = []
    for name, value in _fields(request):
        if name != "partner_id":
            several = value if isinstance(value, list | tuple | set) else (value,)
            found += [one for one in several if isinstance(one, UUID)]
    return found[:MOST_NAMED]


def _fields(request: Any) -> Iterator[tuple[str, Any]]:
    if is_dataclass(request):
        for field in fields(request):
            yield field.name, getattr(request, field.name)


def placed(changes: Changes, thing: Thing, request: Any, actor: Actor) -> Thing:
    """The thing with its name and whose part of the tree it lies in: never above the
    actor, who changes nothing there.
    """
    rows = [one.row for one in changes.rows.values()]
    by_id = changes.things | {getattr(row, "id", None): row for row in rows}
    row = by_id.get(thing.id)
    partner_id = getattr(request, "partner_id", None)
    scope = (
        getattr(row, "scope", "")
        or _common(one for row in rows if (one := getattr(row, "scope", "")))
        or _common(changes.scopes)
        or (below(ROOT, partner_id) if partner_id else "")
        or (actor.scopes[0] if actor.scopes else ROOT)
    )
    own = next((one for one in actor.scopes if one.startswith(scope)), scope)
    return replace(thing, name=_name_of(row), scope=own)


def _common(scopes: Iterable[str]) -> str:
    """The lowest account above all; empty where they have no partner in common."""
    paths = [scope.strip("/").split("/") for scope in scopes]
    shared: list[str] = []
    for steps in zip(*paths, strict=False):
        if len(set(steps)) > 1 or not steps[0]:
            break
        shared.append(steps[0])
    return f"/{'/'.join(shared)}/" if shared else ""


def _name_of(row: Any) -> str:
    """What it was called; empty where it has no name."""
    held = getattr(row, "__dict__", {})
    person = f"{held.get('first_name', '')} {held.get('last_name', '')}".strip()
    found = held.get("name") or person or held.get("username") or held.get("number")
    return str(found or "")[:LONGEST_NAME]


def about(changes: Changes, thing: Thing, named: Iterable[UUID]) -> list[UUID]:
    """The ids by which a change is found: what it names and touches, and who is above
    it, but for the partner.
    """
    touched = [getattr(one.row, "id", None) for one in changes.rows.values()]
    above = (UUID(step) for step in thing.scope.strip("/").split("/") if step)
    ids = {thing.id, *named, *touched[:MOST_TOUCHED], *above}
    partner = partner_of(thing.scope)
    return sorted(one for one in ids if isinstance(one, UUID) and one != partner)
