"""Visits: staff act for half an hour as a lower account of their own."""

import secrets

import structlog

from accounts.logins.identity import identify, own_login_id
from accounts.logins.models import Session
from accounts.logins.sign_in import TOKEN_BYTES
from accounts.staff.support import open_grant, use_grant
from accounts.tree.operations import any_account_in_scope
from lineup.context import Call, Role
from lineup.contracts.accounts.refusals import AccountNotFound
from lineup.contracts.accounts.sessions import (
    EnterAccount,
    Identify,
    SessionKind,
    SignedIn,
)
from lineup.database import Database, UnitOfWork
from lineup.verbs import handles_call

log = structlog.get_logger(__name__)


@handles_call(EnterAccount)
def enter_account(database: Database, call: Call[EnterAccount]) -> SignedIn:
    """Begin a visit; each time another, since its token is told once and not kept."""
    with database.recorded(call) as work:
        return begin_impersonation(work, call.request)


def begin_impersonation(work: UnitOfWork, request: EnterAccount) -> SignedIn:
    """Begin a visit of 30 minutes to a lower account or customer.

    NotFound outside the actor's part of the tree and for its own account;
    AccountInactive for one that is switched off; no visit begins from another. Support
    enters by a grant of the partner alone, and no longer than it.
    """
    login_id = own_login_id(work.actor)
    entered = any_account_in_scope(work, request.account_id)
    if entered.scope in work.actor.scopes:
        raise AccountNotFound
    is_support = work.actor.role is Role.SUPPORT
    grant = open_grant(work, entered) if is_support else None
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session = Session.begin(login_id, SessionKind.VISIT, token, work.now)
    session.account_id = entered.id
    if grant is not None:
        use_grant(work, grant, session, entered)
    work.session.add(session)
    work.session.flush()
    visitor = identify(work, Identify(token=token))
    log.info("account_entered", actor=visitor.on_behalf_of, entered=visitor.name)
    return SignedIn(token=token, actor=visitor, expires_at=session.expires_at)
