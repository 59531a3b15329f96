"""Whom links and requests are shown to, and what both sides are called."""

from collections.abc import Iterable
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_

from accounts.tree.operations import account_names
from lineup.context import Actor
from lineup.database import UnitOfWork
from lineup.scope import within


def may_see(model: Any, actor: Actor) -> ColumnElement[bool]:
    """The condition that the partner's or the reseller's side is the actor's."""
    return or_(within(model.scope, actor), within(model.company_scope, actor))


def names_of(work: UnitOfWork, rows: Iterable[Any]) -> dict[UUID | None, str]:
    """What the partners and companies of some rows are called, by id."""
    sides = ((one.partner_id, one.company_id) for one in rows)
    return account_names(work, chain.from_iterable(sides))
