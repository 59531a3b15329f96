"""Password resets.

Who asks for a link is answered before anybody looks whether there is such a name:
neither the answer nor its time tells. The old password works until a new one is set.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Select, func, or_, select

from accounts.customers.models import Customer
from accounts.dependencies import Dependencies
from accounts.logins.attempts import count_wish, count_wrong_link
from accounts.logins.limits import USUAL_LIMITS, SignInLimits
from accounts.logins.models import Login, ResetLink, digest
from accounts.logins.naming import called, entered
from accounts.logins.operations import end_sessions, set_password
from accounts.resets.models import ResetWish
from accounts.staff.logins import other_login
from accounts.tree.models import Account
from accounts.tree.operations import public_urls
from lineup.context import Call
from lineup.contracts.accounts.refusals import NoEmail, ResetLinkInvalid
from lineup.contracts.accounts.resets import (
    RequestPasswordReset,
    ResetLinkIssued,
    SendResetLink,
    SetPasswordByLink,
)
from lineup.contracts.accounts.tree import AccountKind, Status
from lineup.database import Database, UnitOfWork
from lineup.database.audit.recording import acted_by
from lineup.ids import new_id
from lineup.verbs import Done, handles, handles_call

LINK_LASTS = timedelta(minutes=60)
TOKEN_BYTES = 32
MOST_LOGINS = 20
"""So many logins of one mail address are written to."""
AT_ONCE = 20


@handles_call(RequestPasswordReset)
def request_password_reset(
    database: Database,
    call: Call[RequestPasswordReset],
    *,
    limits: SignInLimits = USUAL_LIMITS,
) -> Done:
    """Note that a link is wanted; TooManyTries for too many by name or address."""
    request = call.request
    with database.recorded(call) as work:
        count_wish(work, request, limits)
        wish = ResetWish(
            id=new_id(),
            name=request.username.strip().lower(),
            service=entered(request.service),
            created_at=work.now,
        )
        work.session.add(wish)
    return Done()


@handles(SendResetLink)
def send_reset_link(
    work: UnitOfWork, request: SendResetLink, *, dependencies: Dependencies
) -> Done:
    """Send a link to somebody else's login; NoEmail where it can be sent nowhere."""
    login = other_login(work, request.login_id)
    if not _issue(work, login, dependencies):
        raise NoEmail
    return Done()


@handles_call(SetPasswordByLink)
def set_password_by_link(
    database: Database,
    call: Call[SetPasswordByLink],
    *,
    dependencies: Dependencies,
    limits: SignInLimits = USUAL_LIMITS,
) -> Done:
    """Set a new password; the link is used up and every session ends.

    ResetLinkInvalid for one that is over or was used; a password that is refused
    leaves the link as it was.
    """
    with database.recorded(call) as work:
        login = work.session.scalar(_linked(work, call.request.token))
        if login is not None:
            password = call.request.new_password
            set_password(work, dependencies, login, password, field="new_password")
            end_sessions(work, Login.id == login.id)
            account = work.session.get_one(Account, login.account_id)
            acted_by(work, login.actor_at(account, account.time_zone))
            return Done()
        count_wrong_link(work, call.request.address, limits)
    raise ResetLinkInvalid(fields={"token": [ResetLinkInvalid.__doc__ or ""]})


def answer_wishes(work: UnitOfWork, dependencies: Dependencies) -> None:
    """Send links to those of the noted names that are there."""
    claimed = select(ResetWish).order_by(ResetWish.id).limit(AT_ONCE)
    for wish in work.session.scalars(claimed.with_for_update(skip_locked=True)).all():
        for login in _called(work, wish.name, wish.service):
            _issue(work, login, dependencies)
        work.session.delete(wish)


def _linked(work: UnitOfWork, token: str) -> Select[Login]:
    """The login of a link that is not over, locked."""
    return (
        select(Login)
        .join(ResetLink, ResetLink.login_id == Login.id)
        .where(
            ResetLink.digest == digest(token.strip()),
            ResetLink.expires_at > work.now,
            Login.status == Status.ACTIVE,
        )
        .with_for_update(of=Login)
    )


def _called(work: UnitOfWork, name: str, service: str) -> Sequence[Login]:
    """Logins in use that this username means, or whose mail goes to this address; of a
    service ID, where one was given.
    """
    partners = select(Account.id).where(Account.kind == AccountKind.PARTNER)
    customers = select(Customer.id).where(
        Customer.partner_id.in_(partners), Customer.email_key == name
    )
    accounts = select(Account.id).where(
        Account.kind != AccountKind.CUSTOMER, func.lower(Account.email) == name
    )
    by_mail = or_(
        Login.account_id.in_(customers),
        func.lower(Login.email) == name,
        (Login.email == "") & Login.account_id.in_(accounts),
    )
    meant = called(work, select(Login.id), name, service)
    is_meant = Login.id == (meant.id if meant else None)
    is_called = or_(is_meant, by_mail) if name else is_meant
    active = select(Login).where(Login.status == Status.ACTIVE, is_called)
    if service:
        business = select(Account.id).where(Account.service_id == service)
        active = active.where(Login.partner_id.in_(business))
    return work.session.scalars(active.order_by(Login.id).limit(MOST_LOGINS)).all()


def _issue(work: UnitOfWork, login: Login, dependencies: Dependencies) -> bool:
    """Announce a link for a login; whether there is an address that it can go to."""
    account = work.session.get_one(Account, login.account_id)
    customer = work.session.get(Customer, account.id)
    email = login.email or (customer.email if customer else account.email)
    if not email or account.partner_id is None:
        return False
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires_at = work.now + LINK_LASTS
    work.session.add(
        ResetLink(digest=digest(token), login_id=login.id, expires_at=expires_at)
    )
    partner_id = account.partner_id
    urls = public_urls(work.session, [partner_id], dependencies.public_url)
    work.announce(
        ResetLinkIssued(
            id=new_id(),
            version=1,
            partner_id=partner_id,
            customer_id=customer.id if customer else None,
            scope=account.scope,
            email=email,
            username=login.username,
            public_url=urls.get(partner_id, dependencies.public_url),
            token=dependencies.keyring.seal(token),
        )
    )
    return True
