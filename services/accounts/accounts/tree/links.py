"""Links: whether a reseller still sells for its partner."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists

from accounts.tree.models import Account, ResellerLink
from lineup.access import LinkEnded
from lineup.contracts.accounts.reseller_links import ResellerLinkState
from lineup.contracts.accounts.tree import AccountKind
from lineup.database import UnitOfWork


def has_ended(now: datetime) -> ColumnElement[bool]:
    """The condition that a link has ended, to the second."""
    return ResellerLink.ends_at.is_not(None) & (ResellerLink.ends_at <= now)


def has_left(account: Any, now: datetime) -> ColumnElement[bool]:
    """The condition that a reseller works for its partner no longer."""
    return exists().where(ResellerLink.id == account.id, has_ended(now))


def refuse_left(work: UnitOfWork, account: Account) -> None:
    """LinkEnded for a reseller that works for its partner no longer."""
    if account.kind is not AccountKind.RESELLER:
        return
    link = work.session.get(ResellerLink, account.id)
    if link is not None and link.state_at(work.now) is ResellerLinkState.ENDED:
        raise LinkEnded
