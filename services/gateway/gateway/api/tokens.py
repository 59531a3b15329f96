"""Sign-in by API: a login's name and password for a bearer token."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from flask import g

from gateway.api.endpoints import bearer_token
from gateway.api.subjects import tokens as endpoints
from gateway.app_context import app_context
from gateway.identity import digest_of
from gateway.request_context import actor, address, ask, user_agent
from gateway.second_factor_keys import AppKey, app_key, new_secret
from lineup.access import OPEN, AccessRule
from lineup.context import EVERYBODY, Pending, Permission, Role
from lineup.contracts.accounts.resets import RequestPasswordReset, SetPasswordByLink
from lineup.contracts.accounts.second_factor import EnableSecondFactor, RecoveryCodes
from lineup.contracts.accounts.sessions import (
    ChangePassword,
    EnterAccount,
    ListSessions,
    SessionView,
    SignedIn,
    SignIn,
    SignOut,
)
from lineup.contracts.paging import Page
from lineup.values import types as values
from lineup.verbs import Done, verb_of

SIGNED_IN = AccessRule(
    allowed=EVERYBODY, while_pending=frozenset(Pending), while_locked=True
)

SETTING_UP = verb_of(EnableSecondFactor).access


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Username and password."""

    username: values.Token
    password: values.Password
    service: values.Word = ""
    """Service ID of the partner meant; needed where several have this username."""
    code: values.Word = ""
    """A code of the second factor; needed where the login has one."""


@dataclass(frozen=True, kw_only=True)
class Me:
    """Get the current login."""

    role: Role
    login_id: UUID | None
    account_id: UUID | None
    partner_id: UUID | None
    name: str
    time_zone: str
    on_behalf_of: str
    """The real username while logged in as another account; else empty."""
    pending: Pending | None
    """What must be done before anything else; null: nothing."""
    permissions: list[Permission]
    """What this login may do, of what its role may."""


@dataclass(frozen=True, kw_only=True)
class Token:
    """A bearer token, shown only once, and its login."""

    token: str
    expires_at: datetime
    me: Me


@dataclass(frozen=True, kw_only=True)
class CurrentToken:
    """Revoke the current token."""


@dataclass(frozen=True, kw_only=True)
class NewAppKey:
    """Get a new key for an authenticator app."""


@dataclass(frozen=True, kw_only=True)
class WhoAmI:
    """Get the login of the token."""


@endpoints.open("POST /tokens", Credentials, Token, OPEN)
def create_token(rpc_request: Credentials) -> Token:
    """Sign in and get a bearer token."""
    signed = ask(
        SignIn(
            username=rpc_request.username,
            password=rpc_request.password,
            service=rpc_request.service,
            code=rpc_request.code,
            wants_token=True,
            client=user_agent(),
            address=address(),
        ),
    )
    return _token_of(signed)


@endpoints.view(EnterAccount)
def enter_account(rpc_request: EnterAccount) -> Token:
    """Get a token for an account or customer below, valid for 30 minutes."""
    return _token_of(ask(rpc_request))


@endpoints.open("DELETE /tokens/current", CurrentToken, Done, SIGNED_IN, has_tag=False)
def delete_current_token(_: CurrentToken) -> Done:
    """Sign out: revoke the current token."""
    token = bearer_token()
    ask(SignOut(token=token))
    app_context().identities.evict(digest_of(token))
    return Done()


@endpoints.open("GET /me/second-factor/key", NewAppKey, AppKey, SETTING_UP)
def get_second_factor_key(_: NewAppKey) -> AppKey:
    """Get a new key for an authenticator app; nothing keeps it yet."""
    return app_key(new_secret(), actor().name, actor().company)


@endpoints.view(EnableSecondFactor)
def enable_second_factor(rpc_request: EnableSecondFactor) -> RecoveryCodes:
    """Enable your second factor; other sessions and tokens end, API keys go on.

    Answers with ten recovery codes, which are shown only this once.
    """
    return ask(replace(rpc_request, token=bearer_token()))


@endpoints.open("GET /me", WhoAmI, Me, SIGNED_IN)
def get_me(_: WhoAmI) -> Me:
    """Get the current login."""
    return me()


@endpoints.view(ChangePassword)
def change_own_password(rpc_request: ChangePassword) -> Done:
    """Change your own password; all other sessions and tokens end."""
    kept = replace(rpc_request, token=bearer_token())
    return ask(kept)


@endpoints.view(ListSessions)
def list_sessions(rpc_request: ListSessions) -> Page[SessionView]:
    """List your own sessions and tokens, or those of an account."""
    asking = replace(rpc_request, token=bearer_token())
    return ask(asking)


@endpoints.view(RequestPasswordReset)
def request_password_reset(rpc_request: RequestPasswordReset) -> Done:
    """Request a reset link by email; the answer is the same for unknown names."""
    return ask(replace(rpc_request, address=address()))


@endpoints.view(SetPasswordByLink)
def complete_password_reset(rpc_request: SetPasswordByLink) -> Done:
    """Set a new password with the code of a reset link; all sessions end."""
    return ask(replace(rpc_request, address=address()))


def _token_of(signed: SignedIn) -> Token:
    g.actor = signed.actor
    return Token(token=signed.token, expires_at=signed.expires_at, me=me())


def me() -> Me:
    """The actor, as itself may see it."""
    who = actor()
    return Me(
        role=who.role,
        login_id=who.login_id,
        account_id=who.account_id,
        partner_id=who.partner_id,
        name=who.name,
        time_zone=who.time_zone,
        on_behalf_of=who.on_behalf_of,
        pending=who.pending,
        permissions=[one for one in Permission if who.may(one)],
    )
