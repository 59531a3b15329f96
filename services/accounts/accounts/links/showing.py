"""Whom links and requests are shown to, and what both sides are called."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from accounts.tree.models import Account
from lineup.context import Actor
from lineup.database import UnitOfWork
from lineup.scope import within


def may_see(model: Any, actor: Actor) -> ColumnElement[bool]:
    """The condition that the partner's or the reseller's side is the actor's."""
    return or_(within(model.scope, actor), within(model.company_scope, actor))


def names_of(work: UnitOfWork, rows: Iterable[Any]) -> dict[object, str]:
    """What the partners and companies of some rows are called, by id."""
    ids = {one.partner_id for one in rows} | {one.company_id for one in rows}
    wanted = select(Account.id, Account.name).where(Account.id.in_(ids - {None}))
    return {row[0]: row[1] for row in work.session.execute(wanted)}
