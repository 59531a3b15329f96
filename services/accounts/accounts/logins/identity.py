"""Who is behind a token: a login at its own account, or on a visit to a lower one."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from accounts.logins.models import Login, PermissionSet, Session, digest
from accounts.logins.second_factor import has_second_factor
from accounts.packages.models import PartnerPackage, Partnership, is_locked
from accounts.tree.models import Account, is_switched_off
from accounts.tree.rights import FIRST_ROLE
from lineup.context import Actor, Call, Pending
from lineup.contracts.accounts.refusals import (
    AccountInactive,
    AccountLocked,
    ApiDisabled,
    NotSignedIn,
)
from lineup.contracts.accounts.sessions import Identify, SessionKind
from lineup.contracts.accounts.tree import AccountKind, Status
from lineup.database import Database, UnitOfWork
from lineup.errors import Forbidden
from lineup.verbs import handles_call

UTC = "UTC"
PROGRAMS = frozenset({SessionKind.TOKEN, SessionKind.KEY})


@handles_call(Identify)
def answer_who(database: Database, call: Call[Identify]) -> Actor:
    """Who is behind a token, whose session may be kept longer by it."""
    with database.transaction(call.context) as work:
        return identify(work, call.request)


def identify(work: UnitOfWork, request: Identify) -> Actor:
    """Who is behind a token; NotSignedIn or AccountInactive. One query.

    Times are shown in the account's own zone, else its partner's, else UTC. Whoever
    acts as another has no more permissions than of its own.
    """
    row = _row_of(work, request.token)
    if row is None or not row[3].scope.startswith(row[2].scope):
        raise NotSignedIn
    session, login, own, entered, above, is_off = row[:6]
    permission_set, locked, package, has_factor = row[6:]
    is_customer = entered.kind is AccountKind.CUSTOMER and above is not None
    refuse_off(login, entered, is_off=is_off or (is_customer and above.is_suspended))
    is_program = session.kind in PROGRAMS
    if is_program and not own.api_is_enabled:
        raise ApiDisabled
    session.slide(work.now)
    zone = entered.time_zone or (above.time_zone if above else "") or UTC
    is_own = own.id == entered.id
    actor = (
        login.actor_at(entered, zone)
        if is_own
        else impersonating_actor(login.username, entered, zone)
    )
    return replace(
        actor,
        pending=_pending_of(session, login, own, has_factor=has_factor),
        company=above.name if is_customer else "",
        permissions=session.allowed(
            permission_set.allowed() if permission_set else None
        ),
        networks=tuple(session.networks if is_program else own.networks),
        key_id=session.id if session.kind is SessionKind.KEY else None,
        is_locked=bool(locked) and not is_customer,
        lacks=package.lacks if package and not is_customer else (),
    )


def _row_of(work: UnitOfWork, token: str) -> Any:
    """All there is to know of a token that is not over."""
    home, seat, partner = aliased(Account), aliased(Account), aliased(Account)
    return work.session.execute(
        select(
            Session,
            Login,
            home,
            seat,
            partner,
            is_switched_off(seat.scope),
            PermissionSet,
            is_locked(work.now),
            PartnerPackage,
            has_second_factor(),
        )
        .join(Login, Login.id == Session.login_id)
        .join(home, home.id == Login.account_id)
        .join(seat, seat.id == func.coalesce(Session.account_id, home.id))
        .outerjoin(partner, partner.id == seat.partner_id)
        .outerjoin(PermissionSet, PermissionSet.id == Login.permission_set_id)
        .outerjoin(Partnership, Partnership.id == seat.partner_id)
        .outerjoin(PartnerPackage, PartnerPackage.id == partner.package_id)
        .where(Session.digest == digest(token), Session.expires_at > work.now)
    ).first()


def _pending_of(
    session: Session, login: Login, own: Account, *, has_factor: bool
) -> Pending | None:
    """What must be done first by who is signed in.

    API keys need no second factor: nothing but a session makes them.
    """
    if session.needs_code:
        return Pending.SECOND_FACTOR
    if session.kind is SessionKind.VISIT:
        return None
    if login.must_change_password:
        return Pending.PASSWORD_CHANGE
    is_missing = own.requires_second_factor and not has_factor
    if is_missing and session.kind is not SessionKind.KEY:
        return Pending.SECOND_FACTOR_SETUP
    return None


def refuse_off(login: Login, account: Account, *, is_off: bool) -> None:
    """AccountInactive when a login, its account or one above is switched off.

    AccountLocked where that is the customer itself.
    """
    is_customer = account.kind is AccountKind.CUSTOMER
    if is_customer and account.status is Status.INACTIVE:
        raise AccountLocked
    if is_off or login.status is not Status.ACTIVE:
        raise AccountInactive


def impersonating_actor(name: str, entered: Account, time_zone: str) -> Actor:
    """Who acts on a visit: the entered account, on behalf of which `name` acts."""
    return Actor(
        role=FIRST_ROLE[entered.kind],
        scopes=(entered.scope,),
        account_id=entered.id,
        partner_id=entered.partner_id,
        name=entered.username or entered.name,
        time_zone=time_zone,
        on_behalf_of=name,
    )


def own_login_id(actor: Actor) -> UUID:
    """The login that acts; Forbidden where none does, as on a visit."""
    if actor.login_id is None:
        raise Forbidden
    return actor.login_id
