"""Which login a name means, and who else may have it.

Names of logins are unique among all partners without a service ID, and among the logins
of each partner that has one. Without a service ID a name means the login of the former,
else the only one that is called so; where that is not clear, nobody.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, or_, select

from accounts.logins.models import Login
from accounts.tree.models import Account
from lineup.contracts.accounts.tree import Status
from lineup.database import UnitOfWork, get_held


def business_of(work: UnitOfWork, account: Account) -> UUID | None:
    """The partner among whose logins an account's names are unique; None: among all."""
    is_top = account.partner_id in {account.id, None}
    partner = account if is_top else get_held(work.session, Account, account.partner_id)
    return partner.id if partner and partner.service_id else None


def service_id_of(work: UnitOfWork, partner_id: UUID) -> str:
    """A partner's service ID; empty without one."""
    partner = get_held(work.session, Account, partner_id)
    return (partner.service_id if partner else None) or ""


def is_taken(work: UnitOfWork, username: str, business_id: UUID | None) -> bool:
    """Whether a login name is used where it has to be unique."""
    there = Login.business_id.is_not_distinct_from(business_id)
    if business_id is not None:
        there = or_(there, Login.partner_id == business_id)
    return bool(
        work.session.scalar(select(exists().where(Login.username == username, there)))
    )


def called(
    work: UnitOfWork, columns: Any, username: str, service: str
) -> Row[Any] | None:
    """The row of the one login that a name means, with a service ID or without; None
    where there is none, or several.
    """
    wanted = columns.add_columns(Login.business_id).where(
        Login.username == username, Login.status != Status.DELETED
    )
    if service:
        business = select(Account.id).where(Account.service_id == service)
        wanted = wanted.where(Login.partner_id.in_(business))
    shared_first = Login.business_id.is_not(None)
    rows = work.session.execute(wanted.order_by(shared_first).limit(2)).all()
    is_clear = len(rows) == 1 or (bool(rows) and rows[0].business_id is None)
    return rows[0] if is_clear else None


def entered(text: str, longest: int = 100) -> str:
    """A name or service ID as it is looked up, however it was typed."""
    return text.strip().lower()[:longest]


def counted_name(username: str, service: str) -> str:
    """What failures of a name are counted for: those of one business slow nobody down
    in another.
    """
    return f"{service}\0{username}" if service else username
