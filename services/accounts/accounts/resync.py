"""Announcing everything again, so that copies heal or fill."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from accounts.customers.models import Customer
from accounts.tree.models import Account
from accounts.tree.operations import public_urls
from accounts.users.models import User
from lineup.contracts.accounts.tree import AccountKind
from lineup.database import Database, UnitOfWork
from lineup.events import State

CHUNK = 500

Announced = Callable[[UnitOfWork, list[Any], str], list[State]]


def resync(database: Database, public_url: str) -> int:
    """Announce every account, customer and user in its present version; how many.

    In transactions of 500, parents before children: a copy is never locked for long.
    """
    parts: list[tuple[Any, Announced]] = [
        (Account, _accounts),
        (Customer, lambda _work, rows, _url: [row.state() for row in rows]),
        (User, _users),
    ]
    return sum(
        _announce_all(database, model, states, public_url) for model, states in parts
    )


def _announce_all(
    database: Database, model: Any, states: Announced, public_url: str
) -> int:
    announced, after = 0, UUID(int=0)
    while True:
        with database.transaction() as work:
            statement = select(model).where(model.id > after).order_by(model.id)
            if model is Account:
                statement = statement.where(Account.kind != AccountKind.CUSTOMER)
            rows = list(work.session.scalars(statement.limit(CHUNK)))
            for state in states(work, rows, public_url):
                work.announce(state)
                announced += 1
        if len(rows) < CHUNK:
            return announced
        after = rows[-1].id


def _accounts(_work: UnitOfWork, rows: list[Account], _url: str) -> list[State]:
    return [row.state() for row in rows if row.kind is not AccountKind.OPERATOR]


def _users(work: UnitOfWork, rows: list[User], public_url: str) -> list[State]:
    urls = public_urls(work.session, {row.partner_id for row in rows}, public_url)
    return [row.state(urls[row.partner_id]) for row in rows]
