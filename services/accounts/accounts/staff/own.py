"""What a login changes about itself: its password, the zone of its times."""

from collections.abc import Callable

from sqlalchemy import select

from accounts import values
from accounts.findings import Findings
from accounts.logins.identity import own_login_id
from accounts.logins.models import Login, Session, digest
from accounts.logins.operations import end_sessions, set_password
from accounts.logins.sign_in import count_try
from accounts.means import Means
from accounts.tree.operations import place_in_scope
from lineup.behalf import refuse_on_behalf
from lineup.context import Call
from lineup.contracts.accounts import ChangePassword, Done, SetTimeZone, Status
from lineup.database import Database, Work
from lineup.errors import Forbidden, Invalid, NotFound


class PasswordWrong(Invalid):
    """The old password is not right."""

    code = "password_wrong"


def change_password(
    database: Database,
    call: Call[ChangePassword],
    is_right: Callable[[str, str], bool],
    means: Means,
) -> Done:
    """Change one's own password; the login's other sessions and tokens end.

    PasswordWrong for a wrong old one, which counts as a try to sign in. The password
    is checked between two transactions, so that no connection waits for it.
    """
    refuse_on_behalf(call.actor)
    with database.transaction(call.context) as work:
        login = _own_login(work)
        count_try(work, login.username)
    if not is_right(login.password_hash, call.request.old_password):
        raise PasswordWrong(fields={"old_password": [PasswordWrong.__doc__ or ""]})
    with database.transaction(call.context) as work:
        return take_password(work, call.request, means=means)


def take_password(work: Work, request: ChangePassword, *, means: Means) -> Done:
    """Have a new password, of a login whose old one was right."""
    login = _own_login(work)
    set_password(work, means, login, request.new_password, field="new_password")
    is_other = Session.digest != digest(request.token)
    end_sessions(work, Login.id == login.id, is_other)
    return Done()


def set_time_zone(work: Work, request: SetTimeZone) -> Done:
    """Show a customer its times in another zone; none is the partner's."""
    if work.actor.account_id is None:
        raise Forbidden
    account = place_in_scope(work, work.actor.account_id)
    findings = Findings()
    zone = request.time_zone
    zone = values.time_zone(findings, "time_zone", zone) if zone else ""
    findings.refuse()
    account.time_zone = zone
    return Done()


def _own_login(work: Work) -> Login:
    login_id = own_login_id(work.actor)
    statement = select(Login).where(Login.id == login_id, Login.status == Status.ACTIVE)
    login = work.session.scalar(statement)
    if login is None:
        raise NotFound
    return login
