"""What keeps logins signed in, and ending it from the server."""

from sqlalchemy import Select, or_, select

from accounts.logins.identity import own_login_id
from accounts.logins.models import Login, Session, digest
from accounts.logins.operations import end_session as forget
from accounts.staff.logins import manageable
from accounts.tree.models import Account
from accounts.tree.operations import any_account_in_scope
from lineup.contracts.accounts.refusals import SessionNotFound
from lineup.contracts.accounts.sessions import EndSession, ListSessions, SessionView
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.verbs import Done, handles


@handles(ListSessions)
def list_sessions(work: UnitOfWork, request: ListSessions) -> Page[SessionView]:
    """Sessions, tokens and visits that are not over, newest first.

    One's own login's, or those of an account's logins that the actor may manage.
    """
    page = page_of(
        work.session,
        _selected_sessions(work, request),
        Session,
        request.paging,
        _itself,
    )
    names = _names_of(work, page.items)
    current = digest(request.token) if request.token else b""
    return page.showing(
        [
            _session_view(session, names, is_current=session.digest == current)
            for session in page.items
        ]
    )


@handles(EndSession)
def end_session(work: UnitOfWork, request: EndSession) -> Done:
    """End a session of one's own or of a login that the actor may manage."""
    managed = manageable(work.actor).with_only_columns(Login.id)
    is_mine = Session.login_id == work.actor.login_id
    session = work.session.scalar(
        select(Session).where(
            Session.id == request.session_id,
            or_(is_mine, Session.login_id.in_(managed)),
        )
    )
    if session is None:
        raise SessionNotFound
    forget(work, session)
    return Done()


def _selected_sessions(work: UnitOfWork, request: ListSessions) -> Select[Session]:
    living = select(Session).where(Session.expires_at > work.now)
    if request.account_id is None:
        return living.where(Session.login_id == own_login_id(work.actor))
    account = any_account_in_scope(work, request.account_id)
    managed = manageable(work.actor).with_only_columns(Login.id)
    return living.where(
        Session.login_id.in_(managed.where(Login.account_id == account.id))
    )


def _itself(session: Session) -> Session:
    return session


def _names_of(work: UnitOfWork, sessions: list[Session]) -> dict[object, str]:
    """Login names by login and, on visits, by the account entered."""
    logins = {session.login_id for session in sessions}
    entered = {session.account_id for session in sessions} - {None}
    found: dict[object, str] = {}
    for row in work.session.execute(
        select(Login.id, Login.username).where(Login.id.in_(logins))
    ):
        found[row[0]] = row[1]
    for row in work.session.execute(
        select(Account.id, Account.username).where(Account.id.in_(entered))
    ):
        found[row[0]] = row[1]
    return found


def _session_view(
    session: Session, names: dict[object, str], *, is_current: bool
) -> SessionView:
    return SessionView(
        id=session.id,
        login_id=session.login_id,
        username=names.get(session.login_id, ""),
        kind=session.kind,
        client=session.client,
        entered=names.get(session.account_id, ""),
        is_current=is_current,
        created_at=session.created_at,
        expires_at=session.expires_at,
        updated_at=session.last_change,
    )
