"""API keys of one's own login: made, changed, replaced, revoked; told once."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, select

from accounts.logins.identity import own_login_id
from accounts.logins.models import Login, Session
from accounts.logins.operations import end_session
from accounts.logins.sign_in import TOKEN_BYTES
from lineup.access import require
from lineup.context import Call, Permission
from lineup.contracts.accounts.api_keys import (
    ApiKeyView,
    CreateApiKey,
    GetApiKey,
    ListApiKeys,
    NewApiKey,
    RevokeApiKey,
    RotateApiKey,
    UpdateApiKey,
)
from lineup.contracts.accounts.refusals import ApiKeyNotFound, MadeByKey
from lineup.contracts.accounts.sessions import SessionKind
from lineup.contracts.changes import UNSET, either
from lineup.contracts.paging import Page
from lineup.database import Database, UnitOfWork, page_of
from lineup.verbs import Done, handles, handles_call

PREFIX = "lk_"
"""What tells an API key from other secrets, where one was left lying about."""


@handles_call(CreateApiKey)
def create_api_key(database: Database, call: Call[CreateApiKey]) -> NewApiKey:
    """Make a key; each time another, since its text is told once and not kept."""
    with database.recorded(call) as work:
        return new_key(work, call.request)


def new_key(work: UnitOfWork, request: CreateApiKey) -> NewApiKey:
    """Make a key, which may do nothing that its maker may not."""
    for permission in request.permissions or ():
        require(work.actor, permission)
    lasts = timedelta(days=request.days)
    link_id = _link_of(work)
    return _begin(
        work, request.name, request.permissions, request.networks, lasts, link_id
    )


@handles(ListApiKeys)
def list_api_keys(work: UnitOfWork, request: ListApiKeys) -> Page[ApiKeyView]:
    """One's own keys that are not over, newest first."""
    return page_of(work.session, _own(work), Session, request.paging, _view)


@handles(GetApiKey, row=Session)
def get_api_key(work: UnitOfWork, request: GetApiKey) -> ApiKeyView:
    """One of one's own keys that is not over."""
    key = work.session.scalar(_own(work).where(Session.id == request.key_id))
    if key is None:
        raise ApiKeyNotFound
    return _view(key)


@handles(UpdateApiKey, changes=GetApiKey)
def update_api_key(work: UnitOfWork, request: UpdateApiKey) -> ApiKeyView:
    """Change a key's name and limits, which are never beyond one's own.

    No key changes a key: it would take its own limits away.
    """
    _refuse_keys(work)
    key = _found(work, request.key_id)
    key.name = either(request.name, key.name)
    key.networks = list(either(request.networks, key.networks))
    if request.permissions is not UNSET:
        for permission in request.permissions or ():
            require(work.actor, permission)
        key.permissions = _values(request.permissions)
    if request.days is not UNSET and request.days is not None:
        key.expires_at = work.now + timedelta(days=request.days)
    return _view(key)


@handles_call(RotateApiKey)
def rotate_api_key(database: Database, call: Call[RotateApiKey]) -> NewApiKey:
    """Replace a key; each time by another, since its text is told once."""
    with database.recorded(call) as work:
        return renewed_key(work, call.request)


def renewed_key(work: UnitOfWork, request: RotateApiKey) -> NewApiKey:
    """Make a key like one there is, which is over after the overlap.

    The new one lasts as long as the old one did.
    """
    old = _found(work, request.key_id)
    made = _begin(
        work,
        old.name,
        None if old.permissions is None else [Permission(p) for p in old.permissions],
        old.networks,
        old.expires_at - old.created_at,
        old.account_id,
    )
    overlap = timedelta(hours=request.overlap_hours)
    if overlap:
        old.expires_at = min(old.expires_at, work.now + overlap)
    else:
        end_session(work, old)
    return made


@handles(RevokeApiKey)
def revoke_api_key(work: UnitOfWork, request: RevokeApiKey) -> Done:
    """End a key at once; whoever remembers it is told to forget it."""
    end_session(work, _found(work, request.key_id))
    return Done()


def _begin(
    work: UnitOfWork,
    name: str,
    permissions: Sequence[Permission] | None,
    networks: Sequence[str],
    lasts: timedelta,
    account_id: UUID | None,
) -> NewApiKey:
    _refuse_keys(work)
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    key = Session.begin(own_login_id(work.actor), SessionKind.KEY, token, work.now)
    key.name, key.networks = name, list(networks)
    key.permissions = _values(permissions)
    key.expires_at = work.now + lasts
    key.account_id = account_id
    work.session.add(key)
    work.session.flush()
    return NewApiKey(token=token, key=_view(key))


def _refuse_keys(work: UnitOfWork) -> None:
    """MadeByKey for a key."""
    if work.actor.key_id is not None:
        raise MadeByKey


def _values(permissions: Sequence[Permission] | None) -> list[str] | None:
    return None if permissions is None else [one.value for one in permissions]


def _link_of(work: UnitOfWork) -> UUID | None:
    """The link through which a reseller company acts; None: its login's own account."""
    at_home = work.session.scalar(
        select(Login.id).where(
            Login.id == work.actor.login_id, Login.account_id == work.actor.account_id
        )
    )
    return None if at_home else work.actor.account_id


def _own(work: UnitOfWork) -> Select[Session]:
    return select(Session).where(
        Session.login_id == own_login_id(work.actor),
        Session.kind == SessionKind.KEY,
        Session.expires_at > work.now,
    )


def _found(work: UnitOfWork, key_id: UUID) -> Session:
    """One's own key, locked; with a key, only that key itself."""
    if work.actor.key_id not in {None, key_id}:
        raise MadeByKey
    statement = _own(work).where(Session.id == key_id)
    key = work.session.scalar(statement.with_for_update())
    if key is None:
        raise ApiKeyNotFound
    return key


def _view(key: Session) -> ApiKeyView:
    permissions = key.allowed(None)
    return ApiKeyView(
        id=key.id,
        login_id=key.login_id,
        name=key.name,
        permissions=None if permissions is None else list(permissions),
        networks=list(key.networks),
        created_at=key.created_at,
        expires_at=key.expires_at,
        used_at=key.used_at,
        updated_at=key.last_change,
    )
