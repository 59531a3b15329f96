"""Who is behind a token: a login at its own account, or on a visit to a lower one."""

from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, case, cast, false, func, or_, select
from sqlalchemy.orm import aliased

from accounts.logins.models import Login, PermissionSet, Session, digest
from accounts.logins.second_factor import has_second_factor
from accounts.packages.models import PartnerPackage, Partnership, is_locked
from accounts.tree.links import has_ended
from accounts.tree.models import Account, ResellerLink, is_switched_off
from accounts.tree.rights import FIRST_ROLE
from lineup.context import Actor, Call, Feature, LinkStanding, Pending, Role
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
from lineup.scope import ROOT, below
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
    found = _find(work, request)
    session, login, own, entered = found.session, found.login, found.own, found.entered
    above = found.partner
    is_customer = entered.kind is AccountKind.CUSTOMER and above is not None
    is_off = found.is_off or bool(is_customer and above and above.is_suspended)
    refuse_off(login, entered, is_off=is_off)
    is_program = session.kind in PROGRAMS
    if is_program and not own.api_is_enabled:
        raise ApiDisabled
    session.slide(work.now)
    zone = entered.time_zone or (above.time_zone if above else "") or UTC
    is_own = own.id == entered.id or found.is_link
    actor = (
        login.actor_at(entered, zone)
        if is_own
        else impersonating_actor(login.username, entered, zone)
    )
    actor = replace(
        actor,
        pending=_pending_of(session, login, own, has_factor=found.has_factor),
        company=above.name if is_customer and above else "",
        permissions=session.allowed(
            found.permission_set.allowed() if found.permission_set else None
        ),
        networks=tuple(session.networks if is_program else own.networks),
        key_id=session.id if session.kind is SessionKind.KEY else None,
        is_locked=found.is_locked and not is_customer,
        lacks=() if is_customer else _lacks(found),
    )
    return _selling(found, actor) if entered.kind is AccountKind.RESELLER else actor


def _selling(found: "Found", actor: Actor) -> Actor:
    """A reseller at its partner: it pays nothing to the platform for that partner, and
    when its link has ended, it stands where none of the partner's customers are. Whose
    own company has not paid is at home, where it can.
    """
    if found.home_is_locked:
        return replace(
            actor,
            role=Role.RESELLER_COMPANY,
            scopes=(found.own.scope,),
            account_id=found.own.id,
            partner_id=found.own.partner_id,
            is_locked=True,
            lacks=(),
        )
    actor = replace(actor, role=Role.RESELLER, is_locked=False)
    if found.has_ended:
        home = found.own.scope if found.is_link else below(ROOT, found.entered.id)
        return replace(
            actor, scopes=(home,), partner_id=None, link=LinkStanding.ENDED, lacks=()
        )
    return replace(actor, link=LinkStanding.LOCKED if found.is_locked else None)


def _lacks(found: "Found") -> tuple[Feature, ...]:
    """What the package where somebody acts does not have, or that of its company."""
    packages = filter(None, (found.package, found.home_package))
    lacks = {feature for package in packages for feature in package.lacks}
    return tuple(feature for feature in Feature if feature in lacks)


class Found(NamedTuple):
    """All there is to know of a token that is not over."""

    session: Session
    login: Login
    own: Account
    entered: Account
    partner: Account | None
    is_off: bool
    permission_set: PermissionSet | None
    is_locked: bool
    home_is_locked: bool
    """Whether who signed in belongs to a reseller company that has not paid."""
    package: PartnerPackage | None
    home_package: PartnerPackage | None
    """Of the reseller company that who signed in belongs to."""
    company_id: UUID | None
    """Of a link: the reseller company."""
    has_ended: bool
    has_factor: bool

    @property
    def is_link(self) -> bool:
        """Whether a reseller company acts through one of its links."""
        is_reseller = self.entered.kind is AccountKind.RESELLER
        return is_reseller and self.company_id == self.own.id

    @property
    def is_within_reach(self) -> bool:
        """Whether who is entered is who signed in or its link; on a visit, whether it
        lies below either.
        """
        if self.session.kind is not SessionKind.VISIT:
            return self.entered.id == self.own.id or self.is_link
        is_below = self.entered.scope.startswith(self.own.scope)
        is_below_link = self.company_id == self.own.id and not self.has_ended
        return is_below or is_below_link


def _find(work: UnitOfWork, request: Identify) -> Found:
    """What is behind a token; NotSignedIn where nothing is."""
    home, seat, partner = aliased(Account), aliased(Account), aliased(Account)
    company, home_package = aliased(Partnership), aliased(PartnerPackage)
    at_home = home.kind == AccountKind.RESELLER_COMPANY
    named = case((at_home, cast(request.link_id, Uuid)))
    row = work.session.execute(
        select(
            Session,
            Login,
            home,
            seat,
            partner,
            or_(is_switched_off(seat.scope), at_home & is_switched_off(home.scope)),
            PermissionSet,
            func.coalesce(is_locked(work.now), false()),
            func.coalesce(at_home & is_locked(work.now, company), false()),
            PartnerPackage,
            home_package,
            ResellerLink.company_id,
            func.coalesce(has_ended(work.now), false()),
            has_second_factor(),
        )
        .join(Login, Login.id == Session.login_id)
        .join(home, home.id == Login.account_id)
        .join(seat, seat.id == func.coalesce(Session.account_id, named, home.id))
        .outerjoin(partner, partner.id == seat.partner_id)
        .outerjoin(PermissionSet, PermissionSet.id == Login.permission_set_id)
        .outerjoin(Partnership, Partnership.id == seat.partner_id)
        .outerjoin(company, company.id == home.id)
        .outerjoin(PartnerPackage, PartnerPackage.id == partner.package_id)
        .outerjoin(home_package, at_home & (home_package.id == home.package_id))
        .outerjoin(ResellerLink, _leads_to(seat, home))
        .where(Session.digest == digest(request.token), Session.expires_at > work.now)
    ).first()
    found = Found._make(row) if row else None
    if found is None or not found.is_within_reach:
        raise NotSignedIn
    return found


def _leads_to(seat: Any, home: Any) -> ColumnElement[bool]:
    """The condition that a link is an account, or the company's own link above it."""
    is_above = seat.scope.startswith(ResellerLink.scope)
    is_own = ResellerLink.company_id == home.id
    return or_(ResellerLink.id == seat.id, is_own & is_above)


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
