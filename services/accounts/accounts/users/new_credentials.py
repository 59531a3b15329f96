"""Replacing what a player signs in with: its link, its password, or both its names."""

import hmac
from functools import partial

from sqlalchemy import select

from accounts.dependencies import Dependencies
from accounts.logins.attempts import count_player_login, take_back
from accounts.logins.limits import USUAL_LIMITS, SignInLimits
from accounts.unique_violations import refused_as
from accounts.users import credentials
from accounts.users.models import User
from accounts.users.operations import announce_users, lock_user, view_of
from accounts.users.service_times import refresh_customer
from lineup.access import require
from lineup.context import Call, Permission
from lineup.contracts.accounts.refusals import InvalidCredentials
from lineup.contracts.accounts.tree import GONE
from lineup.contracts.accounts.users import (
    ChangePlayerLogin,
    GetUser,
    ReplacePlayerPassword,
    ReplacePlaylistLink,
    UserView,
)
from lineup.database import Database, UnitOfWork
from lineup.scope import in_scope
from lineup.verbs import handles, handles_call


@handles(ReplacePlaylistLink, changes=GetUser)
def replace_playlist_link(
    work: UnitOfWork, request: ReplacePlaylistLink, *, dependencies: Dependencies
) -> UserView:
    """Give a user another link; whoever has the one before is shut out."""
    user = lock_user(work, request.user_id)
    user.replace_link(credentials.generate_token())
    return _announced(work, dependencies, user)


@handles(ReplacePlayerPassword, changes=GetUser)
def replace_player_password(
    work: UnitOfWork, request: ReplacePlayerPassword, *, dependencies: Dependencies
) -> UserView:
    """Give a user another Xtream password, generated or, by who may see it, chosen."""
    if request.new_password:
        require(work.actor, Permission.SEE_SECRETS)
    user = lock_user(work, request.user_id)
    password = request.new_password or credentials.generate_password()
    user.replace_password(dependencies.keyring.seal(password))
    return _announced(work, dependencies, user)


@handles_call(ChangePlayerLogin)
def change_player_login(
    database: Database,
    call: Call[ChangePlayerLogin],
    *,
    dependencies: Dependencies,
    limits: SignInLimits = USUAL_LIMITS,
) -> UserView:
    """Give a user another user name and password, for who knows its present ones.

    InvalidCredentials for a wrong pair, TooManyTries after too many. A try is counted
    in a transaction of its own, so that it stays counted when it fails.
    """
    with database.transaction(call.context) as work:
        subjects = count_player_login(work, call.request.old_username, limits)
    change = partial(set_player_login, dependencies=dependencies, subjects=subjects)
    return database.run_idempotent(call, change)


def set_player_login(
    work: UnitOfWork,
    request: ChangePlayerLogin,
    *,
    dependencies: Dependencies,
    subjects: tuple[bytes, ...],
) -> UserView:
    """Change what a user signs in with if the present pair is right."""
    user = _of_pair(work, dependencies, request)
    take_back(work, subjects)
    user.replace_username(request.new_username)
    user.replace_password(dependencies.keyring.seal(request.new_password))
    with refused_as("uq_users_username"):
        work.session.flush()
    return _announced(work, dependencies, user)


def _of_pair(
    work: UnitOfWork, dependencies: Dependencies, request: ChangePlayerLogin
) -> User:
    """The user in the actor's scope whose pair this is, held."""
    username = request.old_username.strip().lower()
    known = select(User.id).where(User.username == username, User.status.not_in(GONE))
    user_id = work.session.scalar(in_scope(known, User, work.actor))
    if user_id is None:
        raise InvalidCredentials
    user = lock_user(work, user_id)
    password = dependencies.keyring.open(user.password)
    is_right = hmac.compare_digest(password.encode(), request.old_password.encode())
    if not (is_right and user.username == username):
        raise InvalidCredentials
    return user


def _announced(work: UnitOfWork, dependencies: Dependencies, user: User) -> UserView:
    announce_users(work, dependencies, [user])
    refresh_customer(work, user.customer_id)
    return view_of(work, dependencies, user)
