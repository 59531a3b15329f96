"""Signing in and out of the panel: one page for all, landing by role."""

from typing import ClassVar

from flask import (
    Blueprint,
    Flask,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from gateway.app_context import app_context
from gateway.identity import digest_of
from gateway.panel.entries import entry, password_field
from gateway.panel.forms import LineupForm, form_page, go_to, status_of, submit
from gateway.panel.guard import OWN_TOKEN, TOKEN, page_for
from gateway.panel.passwords import NewPasswordFields
from gateway.request_context import address, ask, context, user_agent
from gateway.return_paths import return_path
from lineup.context import EVERYBODY, Actor, Pending, Role
from lineup.contracts.accounts.resets import RequestPasswordReset, SetPasswordByLink
from lineup.contracts.accounts.second_factor import ConfirmSignIn
from lineup.contracts.accounts.sessions import SignedIn, SignIn, SignOut
from lineup.errors import Refusal, Unauthenticated

pages = Blueprint("signing", __name__)


SERVICE = "service"
"""In an address: the service ID of the partner whose login is meant; empty: to be
entered."""


class WithServiceId(LineupForm):
    """A form that names a login, with a service ID where the address has one."""

    service = entry(
        "Service ID",
        "Of your provider, if it gave you one.",
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )

    def __init__(self) -> None:
        super().__init__(service=request.args.get(SERVICE, ""))
        if SERVICE not in request.args:
            del self.service


class ForgottenForm(WithServiceId):
    """Who wants a reset link."""

    asks = RequestPasswordReset
    username = entry(
        "Username or email",
        is_required=True,
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )


class ResetPasswordForm(NewPasswordFields):
    """A new password, by the code of a reset link."""

    asks = SetPasswordByLink
    sections: ClassVar = {"": ["token", "new_password", "again"]}
    token = entry(
        "Code",
        "The part of the link after #. It is filled in for you.",
        is_required=True,
        render_kw={"autocomplete": "off", "data-fragment": "", "spellcheck": "false"},
    )


class SignInForm(WithServiceId):
    """A login's name and password."""

    asks = SignIn
    username = entry(
        "Username",
        is_required=True,
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    password = password_field("", "Password", "current-password", is_required=True)


class CodeForm(LineupForm):
    """A code of a login's second factor."""

    asks = ConfirmSignIn
    code = entry(
        "Code",
        "From your authenticator app, or one of your recovery codes.",
        is_required=True,
        render_kw={
            "autocomplete": "one-time-code",
            "autocapitalize": "none",
            "autofocus": True,
        },
    )


@pages.get("/")
@page_for(EVERYBODY, while_locked=True)
def home() -> Answer:
    """Land by role."""
    return redirect(url_for(landing_of(g.actor)))


def landing_of(who: Actor) -> str:
    """The endpoint where somebody's work begins; who has not paid can only do that."""
    if who.is_locked or who.link:
        return "package_pages.my_package"
    if who.role is Role.RESELLER_COMPANY:
        return "reselling_pages.list_links"
    if who.role is Role.CUSTOMER:
        return "portal.my_page"
    return "dashboard_pages.dashboard"


def _onward(who: Actor, wanted: str | None) -> str:
    """Where a sign-in leads: to the page that was wanted, unless payment is first."""
    landing = url_for(landing_of(who))
    return landing if who.is_locked else wanted or landing


@pages.route("/sign-in", methods=["GET", "POST"])
@page_for(frozenset())
def sign_in() -> Answer | tuple[str, int]:
    """The one page where everybody signs in."""
    form = SignInForm()
    signed = submit(form, lambda: _ask(form))
    if signed is None:
        g.company = _company_here()
        return render_template("panel/sign_in.html", form=form), status_of(form)
    session.clear()
    session[TOKEN] = signed.token
    wanted = return_path(request.args.get("next", ""))
    if signed.actor.pending is Pending.SECOND_FACTOR:
        return redirect(url_for("signing.enter_code", next=wanted))
    return redirect(_onward(signed.actor, wanted))


@pages.route("/sign-in/code", methods=["GET", "POST"])
@page_for(EVERYBODY, while_pending={Pending.SECOND_FACTOR}, while_locked=True)
def enter_code() -> ResponseReturnValue:
    """Finish a sign-in with a code of the second factor."""
    wanted = return_path(request.args.get("next", ""))
    form = CodeForm()
    return form_page(
        "panel/enter_code.html",
        form,
        lambda: ask(form.to(ConfirmSignIn, token=session[TOKEN])),
        lambda _: redirect(_onward(g.actor, wanted)),
        me=None,
    )


@pages.route("/forgot-password", methods=["GET", "POST"])
@page_for(frozenset())
def forgot_password() -> ResponseReturnValue:
    """Ask for a reset link; the answer is the same for who is not there."""
    form = ForgottenForm()
    g.company = _company_here()
    return form_page(
        "panel/forgot_password.html",
        form,
        lambda: ask(form.to(RequestPasswordReset, address=address())),
        lambda _: go_to(
            url_for("signing.sign_in", service=request.args.get(SERVICE)),
            "If this account exists, we have sent an email with a link to choose a new "
            "password. The link is valid for 60 minutes.",
        ),
    )


@pages.route("/reset-password", methods=["GET", "POST"])
@page_for(frozenset())
def reset_password() -> ResponseReturnValue:
    """Choose a new password by the link of a mail, whose code no server's log sees."""
    form = ResetPasswordForm()
    g.company = _company_here()
    return form_page(
        "panel/reset_password.html",
        form,
        lambda: ask(form.to(SetPasswordByLink, address=address())),
        lambda _: go_to(
            url_for("signing.sign_in"), "Password changed. Sign in with the new one."
        ),
    )


@pages.post("/sign-out")
@page_for(EVERYBODY, while_pending=tuple(Pending), while_locked=True)
def sign_out() -> Answer:
    """End the session here and at accounts; as another, one's own one, too."""
    tokens = [session.get(TOKEN), session.get(OWN_TOKEN)]
    session.clear()
    for token in filter(None, tokens):
        end(token)
    return redirect(url_for("signing.sign_in"))


def end(token: str) -> None:
    """End a session at accounts, and remember it no longer."""
    ask(SignOut(token=token))
    app_context().identities.evict(digest_of(token))


def _ask(form: SignInForm) -> SignedIn:
    rpc_request = form.to(SignIn, client=user_agent(), address=address())
    try:
        return ask(rpc_request)
    except Unauthenticated as refusal:
        raise Refusal(refusal.message, code=refusal.code) from None


def _company_here() -> str:
    """Whose pages stand at the address as it was typed: hosts are not decoded."""
    return app_context().companies.name_at(
        f"{request.scheme}://{request.host}", context()
    )


def init_app(app: Flask) -> None:
    """Hang the pages in."""
    app.register_blueprint(pages)
