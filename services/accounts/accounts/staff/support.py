"""Support grants: given by partners, used by support, ended at any time."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from accounts.logins.models import Session
from accounts.logins.operations import end_sessions
from accounts.staff.models import GrantUse, SupportGrant
from accounts.tree.models import Account
from accounts.tree.operations import named_partner
from lineup.contracts.accounts.refusals import (
    SupportGrantNotFound,
    SupportNotGranted,
)
from lineup.contracts.accounts.support_grants import (
    CreateSupportGrant,
    EndSupportGrant,
    ListSupportGrants,
    SupportGrantView,
)
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, lock_in_scope, page_of
from lineup.ids import new_id
from lineup.impersonation import signature
from lineup.scope import in_scope
from lineup.verbs import Done, handles

SHOWN_USES = 100


@handles(CreateSupportGrant)
def create_grant(work: UnitOfWork, request: CreateSupportGrant) -> SupportGrantView:
    """Let support in from now on; nobody who is in by a grant prolongs it."""
    partner = named_partner(work, None)
    grant = SupportGrant(
        id=new_id(),
        partner_id=partner.id,
        scope=partner.scope,
        ends_at=work.now + timedelta(hours=request.hours),
        created_at=work.now,
        created_by=signature(work.actor),
    )
    work.session.add(grant)
    return grant.view(work.now, ())


@handles(ListSupportGrants)
def list_grants(work: UnitOfWork, request: ListSupportGrants) -> Page[SupportGrantView]:
    """Grants in the actor's part of the tree, newest first."""
    statement = in_scope(select(SupportGrant), SupportGrant, work.actor)
    page = page_of(
        work.session, statement, SupportGrant, request.paging, lambda row: row
    )
    uses = _uses_of(work, [one.id for one in page.items])
    return page.showing([one.view(work.now, uses[one.id]) for one in page.items])


@handles(EndSupportGrant)
def end_grant(work: UnitOfWork, request: EndSupportGrant) -> Done:
    """End a grant, and every session that was begun by it; what is over stays so."""
    grant = lock_in_scope(work, SupportGrant, request.grant_id, SupportGrantNotFound)
    grant.ends_at = min(grant.ends_at, work.now)
    theirs = select(GrantUse.id).where(GrantUse.grant_id == grant.id)
    end_sessions(work, Session.id.in_(theirs))
    return Done()


def open_grant(work: UnitOfWork, entered: Account) -> SupportGrant:
    """The grant by which support may enter an account, held until the session stands.

    SupportNotGranted where the account's partner has given none, or it is over.
    """
    grant = work.session.scalar(
        select(SupportGrant)
        .where(
            SupportGrant.partner_id == entered.partner_id,
            SupportGrant.ends_at > work.now,
        )
        .order_by(SupportGrant.ends_at.desc())
        .limit(1)
        .with_for_update(read=True)
    )
    if grant is None:
        raise SupportNotGranted
    return grant


def use_grant(
    work: UnitOfWork, grant: SupportGrant, session: Session, entered: Account
) -> None:
    """Let a session of support last no longer than the grant, and note who it is."""
    session.expires_at = min(session.expires_at, grant.ends_at)
    work.session.add(
        GrantUse(
            id=session.id,
            grant_id=grant.id,
            username=work.actor.name,
            account_id=entered.id,
            account=entered.username or entered.name,
            entered_at=work.now,
        )
    )


def _uses_of(
    work: UnitOfWork, grant_ids: Sequence[UUID]
) -> defaultdict[UUID, list[GrantUse]]:
    """Who used each of some grants last."""
    newest = func.row_number().over(
        partition_by=GrantUse.grant_id, order_by=GrantUse.id.desc()
    )
    ranked = (
        select(GrantUse.id, newest.label("place"))
        .where(GrantUse.grant_id.in_(grant_ids))
        .subquery()
    )
    last = select(ranked.c.id).where(ranked.c.place <= SHOWN_USES)
    found: defaultdict[UUID, list[GrantUse]] = defaultdict(list)
    statement = select(GrantUse).where(GrantUse.id.in_(last))
    for one in work.session.scalars(statement.order_by(GrantUse.id.desc())):
        found[one.grant_id].append(one)
    return found
