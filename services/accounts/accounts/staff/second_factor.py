"""The second factor of logins: enabled, disabled, required, taken from who lost it."""

from uuid import UUID

from sqlalchemy import ColumnElement, select

from accounts.logins.attempts import count_code, take_back
from accounts.logins.identity import own_login_id
from accounts.logins.limits import USUAL_LIMITS, SignInLimits
from accounts.logins.models import Login, SecondFactor, Session, digest
from accounts.logins.operations import end_sessions, login_called
from accounts.logins.passwords import PasswordCheck
from accounts.logins.second_factor import (
    digests_of,
    generate_codes,
    key_of,
    new_factor,
    step_of,
    use_code,
    wrong_code,
)
from accounts.staff.logins import other_login
from accounts.staff.own_password import check_own_password
from accounts.tree.models import Account
from lineup.context import Call
from lineup.contracts.accounts.refusals import (
    AccountNotFound,
    SecondFactorOff,
    SecondFactorOn,
)
from lineup.contracts.accounts.second_factor import (
    DisableSecondFactor,
    EnableSecondFactor,
    GetSecondFactor,
    RecoveryCodes,
    RemoveSecondFactor,
    RenewRecoveryCodes,
    RequireSecondFactor,
    SecondFactorView,
)
from lineup.contracts.accounts.sessions import SessionKind
from lineup.database import Database, UnitOfWork
from lineup.secrets import Keyring
from lineup.verbs import Done, handles, handles_call


@handles(GetSecondFactor)
def get_second_factor(work: UnitOfWork, _: GetSecondFactor) -> SecondFactorView:
    """Whether one's own login has a second factor, and must have."""
    return _shown(work)


@handles_call(EnableSecondFactor)
def enable(
    database: Database,
    call: Call[EnableSecondFactor],
    *,
    is_right: PasswordCheck,
    keyring: Keyring,
    limits: SignInLimits = USUAL_LIMITS,
) -> RecoveryCodes:
    """Have a second factor from now on; a first code shows that the app has its key.

    Other sessions end, which the password alone has begun.
    """
    request, login_id = call.request, own_login_id(call.actor)
    check_own_password(database, call, request.password, is_right, limits)
    with database.recorded(call) as work:
        key = key_of(keyring.open(request.secret))
        step = step_of(key, request.code.replace(" ", ""), work.now)
        if step is None:
            raise wrong_code()
        work.session.get_one(Login, login_id, with_for_update=True)
        if work.session.get(SecondFactor, login_id):
            raise SecondFactorOn
        codes = generate_codes()
        work.session.add(new_factor(login_id, request.secret, step, codes, work.now))
        _end_others(work, login_id, Session.digest != digest(request.token))
    return RecoveryCodes(codes=codes)


@handles_call(RenewRecoveryCodes)
def renew_codes(
    database: Database,
    call: Call[RenewRecoveryCodes],
    *,
    is_right: PasswordCheck,
    keyring: Keyring,
    limits: SignInLimits = USUAL_LIMITS,
) -> RecoveryCodes:
    """Have ten other recovery codes; each time others, since they are told once."""
    counted = _proven(database, call, is_right, limits)
    codes = generate_codes()
    with database.recorded(call) as work:
        factor = _used(work, call.request.code, keyring)
        factor.recovery_digests = digests_of(codes)
        take_back(work, counted)
    return RecoveryCodes(codes=codes)


@handles_call(DisableSecondFactor)
def disable(
    database: Database,
    call: Call[DisableSecondFactor],
    *,
    is_right: PasswordCheck,
    keyring: Keyring,
    limits: SignInLimits = USUAL_LIMITS,
) -> Done:
    """Have no second factor any longer; where one is required, set it up anew."""
    counted = _proven(database, call, is_right, limits)
    with database.recorded(call) as work:
        work.session.delete(_used(work, call.request.code, keyring))
        take_back(work, counted)
    return Done()


@handles(RemoveSecondFactor)
def remove(work: UnitOfWork, request: RemoveSecondFactor) -> Done:
    """Disable somebody else's second factor; SecondFactorOff where there is none."""
    login = other_login(work, request.login_id)
    factor = work.session.get(SecondFactor, login.id)
    if factor is None:
        raise SecondFactorOff
    work.session.delete(factor)
    _end_others(work, login.id)
    return Done()


def remove_by_name(work: UnitOfWork, username: str, service: str = "") -> None:
    """Disable the second factor of a login, for who runs the installation.

    SecondFactorOff where there is none.
    """
    login = login_called(work, username, service)
    factor = login and work.session.get(SecondFactor, login.id)
    if not login or not factor:
        raise SecondFactorOff
    work.session.delete(factor)
    _end_others(work, login.id)


@handles(RequireSecondFactor)
def require(work: UnitOfWork, request: RequireSecondFactor) -> SecondFactorView:
    """Say whether the logins of one's own account must have a second factor."""
    account = work.session.get(Account, work.actor.account_id, with_for_update=True)
    if account is None:
        raise AccountNotFound
    account.requires_second_factor = request.is_required
    return _shown(work)


def _proven(
    database: Database,
    call: Call[RenewRecoveryCodes] | Call[DisableSecondFactor],
    is_right: PasswordCheck,
    limits: SignInLimits,
) -> tuple[bytes, ...]:
    """Check the password, and count the code that is looked at next."""
    check_own_password(database, call, call.request.password, is_right, limits)
    with database.transaction(call.context) as work:
        return count_code(work, own_login_id(call.actor), limits)


def _used(work: UnitOfWork, code: str, keyring: Keyring) -> SecondFactor:
    return use_code(work, own_login_id(work.actor), code, keyring)


def _end_others(
    work: UnitOfWork, login_id: UUID, *sessions: ColumnElement[bool]
) -> None:
    """End sessions and tokens of a login, but not its API keys."""
    is_no_key = Session.kind != SessionKind.KEY
    end_sessions(work, Login.id == login_id, is_no_key, *sessions)


def _shown(work: UnitOfWork) -> SecondFactorView:
    factor, is_required = None, None
    if work.actor.login_id is not None:
        factor = work.session.get(SecondFactor, work.actor.login_id)
        is_required = work.session.scalar(
            select(Account.requires_second_factor)
            .join(Login, Login.account_id == Account.id)
            .where(Login.id == work.actor.login_id)
        )
    return SecondFactorView(
        is_on=factor is not None,
        is_required=bool(is_required),
        recovery_codes=len(factor.recovery_digests) if factor else 0,
        since=factor.created_at if factor else None,
    )
