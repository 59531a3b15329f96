"""Pages about the logins and sessions of accounts and customers below oneself."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from gateway.admin.people.customers import customer_of
from gateway.admin.people.seller_forms import EditLoginForm, LoginForm, NewPasswordForm
from gateway.admin.people.sellers import account_of
from gateway.logins import LOGINS, SESSIONS
from gateway.panel.customer_tabs import customer_tabs
from gateway.panel.forms import confirm_page, form_page, go_to
from gateway.panel.guard import page_for
from gateway.request_context import actor, ask
from lineup.context import PARTNERS, SELLERS
from lineup.contracts.accounts.logins import (
    CreateStaff,
    GetLogin,
    ListLogins,
    ResetPassword,
    SetLoginState,
    UpdateLogin,
)
from lineup.contracts.accounts.permissions import ListPermissionSets
from lineup.contracts.accounts.resets import SendResetLink
from lineup.contracts.accounts.second_factor import RemoveSecondFactor
from lineup.contracts.accounts.sessions import EndSession, ListSessions
from lineup.contracts.accounts.tree import Status
from lineup.contracts.paging import MAX_LIMIT, Paging
from lineup.errors import Conflict, NotFound

pages = Blueprint("seller_logins", __name__)

LOGIN = "/accounts/<uuid:account_id>/logins/<uuid:login_id>"


@pages.get("/accounts/<uuid:account_id>/logins")
@page_for(SELLERS)
def list_logins(account_id: UUID) -> str:
    """Who signs in to an account."""
    listing = LOGINS.listing_of(ListLogins, account_id=account_id)
    return render_template(
        "admin/people/sellers/logins.html",
        account=account_of(account_id),
        listing=listing,
    )


@pages.get("/accounts/<uuid:account_id>/sessions")
@page_for(SELLERS)
def list_sessions(account_id: UUID) -> str:
    """What keeps an account's logins signed in."""
    listing = SESSIONS.listing_of(ListSessions, account_id=account_id)
    return render_template(
        "admin/people/sellers/sessions.html",
        account=account_of(account_id),
        listing=listing,
    )


@pages.get("/customers/<uuid:customer_id>/login")
@page_for(SELLERS)
def customer_login(customer_id: UUID) -> str:
    """A customer's login, with a new password for it, and what it is signed in with."""
    listing = LOGINS.listing_of(ListLogins, account_id=customer_id)
    signed_in = SESSIONS.listing_of(ListSessions, account_id=customer_id)
    return render_template(
        "admin/people/customers/login.html",
        customer=customer_of(customer_id),
        tabs_of=customer_tabs(customer_id, "seller_logins.customer_login"),
        listing=listing,
        signed_in=signed_in,
    )


@pages.route("/accounts/<uuid:account_id>/logins/new", methods=["GET", "POST"])
@page_for(SELLERS, asks=CreateStaff)
def new_login(account_id: UUID) -> ResponseReturnValue:
    """Make a further login of an account."""
    account = account_of(account_id)
    form = LoginForm(account.login_roles, _sets_of(account_id))
    return form_page(
        "admin/people/sellers/login.html",
        form,
        lambda: ask(form.to(CreateStaff, account_id=account_id)),
        lambda made: go_to(_back_to(account_id), f"Login {made.username} was created."),
        heading=f"New login for {account.name}",
        submit="Create login",
        back=_back_to(account_id),
    )


@pages.route(f"{LOGIN}/password", methods=["GET", "POST"])
@page_for(SELLERS, asks=ResetPassword)
def reset_password(account_id: UUID, login_id: UUID) -> ResponseReturnValue:
    """Give somebody else's login a new password; it must sign in anew."""
    form = NewPasswordForm()
    return form_page(
        "admin/people/sellers/login.html",
        form,
        lambda: ask(form.to(ResetPassword, login_id=login_id)),
        lambda _: go_to(
            _back_to(account_id),
            "The password was reset, and all sessions of this login have ended.",
        ),
        heading="Reset password",
        submit="Reset password",
        back=_back_to(account_id),
    )


@pages.post(f"{LOGIN}/reset-link")
@page_for(SELLERS, asks=SendResetLink)
def send_reset_link(account_id: UUID, login_id: UUID) -> Answer:
    """Send a link by which the login's password can be set."""
    message = "The reset link was sent. It is valid for 60 minutes."
    try:
        ask(SendResetLink(login_id=login_id))
    except Conflict as refusal:
        message = refusal.message
    return go_to(_back_to(account_id), message)


@pages.route(f"{LOGIN}/second-factor/disable", methods=["GET", "POST"])
@page_for(SELLERS, asks=RemoveSecondFactor)
def remove_second_factor(account_id: UUID, login_id: UUID) -> ResponseReturnValue:
    """Ask, and let a login that lost its second factor sign in by its password."""
    login = ask(GetLogin(login_id=login_id))
    return confirm_page(
        "admin/people/sellers/second_factor.html",
        RemoveSecondFactor(login_id=login_id),
        _back_to(account_id),
        f"The second factor of {login.username} is disabled.",
        login=login,
        back=_back_to(account_id),
    )


@pages.route(f"{LOGIN}/edit", methods=["GET", "POST"])
@page_for(SELLERS, asks=UpdateLogin)
def edit_login(account_id: UUID, login_id: UUID) -> ResponseReturnValue:
    """Change a login's settings."""
    login = ask(GetLogin(login_id=login_id))
    form = EditLoginForm(login, _sets_of(account_id))
    return form_page(
        "admin/people/sellers/login.html",
        form,
        lambda: ask(form.to(UpdateLogin, login_id=login_id)),
        lambda _: go_to(_back_to(account_id), "Login saved."),
        heading=f"Edit {login.username}",
        submit="Save",
        back=_back_to(account_id),
    )


@pages.post(f"{LOGIN}/state")
@page_for(SELLERS, asks=SetLoginState)
def set_login_state(account_id: UUID, login_id: UUID) -> Answer:
    """Switch a login off or on."""
    is_on = request.form.get("state") == Status.ACTIVE.value
    state = Status.ACTIVE if is_on else Status.INACTIVE
    login = ask(SetLoginState(login_id=login_id, state=state))
    message = f"{login.username} is {'enabled' if is_on else 'disabled'}."
    return go_to(_back_to(account_id), message)


@pages.post("/accounts/<uuid:account_id>/sessions/<uuid:session_id>/end")
@page_for(SELLERS)
def end_session(account_id: UUID, session_id: UUID) -> Answer:
    """End a session or token from the server."""
    ask(EndSession(session_id=session_id))
    return go_to(_back_to(account_id, "list_sessions"), "Session ended.")


def _sets_of(account_id: UUID) -> list[tuple[str, str]]:
    """The permission sets that logins of an account can have."""
    sets: list[tuple[str, str]] = [("", "All that staff may do")]
    if actor().role in PARTNERS:
        found = ask(ListPermissionSets(paging=Paging(limit=MAX_LIMIT)))
        theirs = (one for one in found.items if one.partner_id == account_id)
        sets += [(str(one.id), one.name) for one in theirs]
    return sets


def _back_to(account_id: UUID, page: str = "list_logins") -> str:
    """Where a list is: in one's own settings, at an account, or at a customer."""
    if account_id == actor().account_id:
        return url_for(f"settings_pages.{page}")
    try:
        account_of(account_id)
    except NotFound:
        return url_for("seller_logins.customer_login", customer_id=account_id)
    return url_for(f"seller_logins.{page}", account_id=account_id)
