"""What playlists has of a customer, and how it is erased: its copies are empty when
accounts has said so, and what players were let in by has gone from every file.
"""

from typing import Any

from sqlalchemy import exists, func, or_, select

from lineup.contracts.accounts.erasure import ERASED, PlaylistsErased
from lineup.database import UnitOfWork
from lineup.database.purging import (
    WAIT,
    Purging,
    audit_of_customer,
    kept_answers,
    rows,
)
from playlists.entitlements.models import CustomerPackage, User
from playlists.erasure.models import Erasure
from playlists.pending.models import AccessFile, StaleShard


def _confirm(work: UnitOfWork, erasure: Erasure) -> None:
    work.announce(PlaylistsErased(id=erasure.id, version=erasure.version))


def _nobody_is_let_in(work: UnitOfWork, erasure: Any) -> int:
    """Wait until the copies name nobody, and no access fact holds a link or login."""
    is_known = ~User.username.startswith(ERASED)
    facts = func.jsonb_array_length(AccessFile.names) > 0
    has_fact = exists().where(AccessFile.user_id == User.id, facts)
    is_left = exists().where(User.customer_id == erasure.id, or_(is_known, has_fact))
    return WAIT if work.session.scalar(select(is_left)) else 0


def shards_are_written(work: UnitOfWork, purge: Any) -> int:
    """Wait until the files of access facts no longer hold who goes."""
    older = StaleShard.since < purge.pass_began_at
    is_left = work.session.scalar(select(exists().where(older)))
    return WAIT if is_left else 0


def _users(erasure: Any) -> Any:
    return select(User.id).where(User.customer_id == erasure.id)


STEPS = (
    _nobody_is_let_in,
    rows(CustomerPackage, lambda erasure: CustomerPackage.customer_id == erasure.id),
    rows(AccessFile, lambda erasure: AccessFile.user_id.in_(_users(erasure))),
    shards_are_written,
    audit_of_customer,
    kept_answers,
)

ERASING = Purging("playlists", Erasure, STEPS, _confirm)
"""Erasing what names a customer."""
