"""Pages about the second factor of one's own login, and who must have one."""

from typing import ClassVar

from flask import Blueprint, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer
from wtforms import HiddenField

from gateway.panel.entries import entry, password_field
from gateway.panel.forms import LineupForm, form_page, go_to, status_of, submit
from gateway.panel.guard import TOKEN, page_for
from gateway.qr_codes import qr_of
from gateway.request_context import actor, ask
from gateway.second_factor_keys import app_key, is_secret, new_secret
from lineup.context import EVERYBODY, Pending
from lineup.contracts.accounts.permissions import OWNERS
from lineup.contracts.accounts.second_factor import (
    DisableSecondFactor,
    EnableSecondFactor,
    GetSecondFactor,
    RenewRecoveryCodes,
    RequireSecondFactor,
)

pages = Blueprint("second_factor_pages", __name__)

CODE = {"autocomplete": "one-time-code", "inputmode": "numeric"}
ANY_CODE = {"autocomplete": "one-time-code", "autocapitalize": "none"}


class SetUpForm(LineupForm):
    """The first code of an app, which shows that it has the key."""

    asks = EnableSecondFactor
    sections: ClassVar = {"": ["code", "password"]}
    secret = HiddenField(default=new_secret)
    code = entry(
        "Code", "Six digits, as the app shows now.", is_required=True, render_kw=CODE
    )
    password = password_field("", "Your password", "current-password", is_required=True)

    def __init__(self) -> None:
        super().__init__()
        if not is_secret(self.secret.data or ""):
            self.secret.data = new_secret()


class ProofForm(LineupForm):
    """Who one is, before the second factor changes."""

    asks = DisableSecondFactor
    sections: ClassVar = {"": ["password", "code"]}
    password = password_field("", "Your password", "current-password", is_required=True)
    code = entry(
        "Code",
        "From your app, or one of your recovery codes.",
        is_required=True,
        render_kw=ANY_CODE,
    )


@pages.get("/settings/second-factor")
@page_for(EVERYBODY, while_locked=True)
def show() -> str:
    """Whether signing in takes a code; as another there is nothing to see."""
    mine = ask(GetSecondFactor()) if actor().login_id else None
    return render_template("account/second_factor.html", mine=mine)


@pages.route("/settings/second-factor/set-up", methods=["GET", "POST"])
@page_for(
    EVERYBODY,
    asks=EnableSecondFactor,
    while_pending={Pending.SECOND_FACTOR_SETUP},
    while_locked=True,
)
def set_up() -> ResponseReturnValue:
    """Give an app its key, and show that it has it; then its recovery codes."""
    form = SetUpForm()
    made = submit(form, lambda: ask(form.to(EnableSecondFactor, token=session[TOKEN])))
    if made is not None:
        return _codes(made.codes)
    key = app_key(form.secret.data, actor().name, actor().company)
    page = render_template(
        "account/second_factor_set_up.html", form=form, key=key, qr=qr_of(key.uri)
    )
    return page, status_of(form)


@pages.route("/settings/second-factor/recovery-codes", methods=["GET", "POST"])
@page_for(EVERYBODY, asks=RenewRecoveryCodes, while_locked=True)
def renew_codes() -> ResponseReturnValue:
    """Have other recovery codes, shown once."""
    form = ProofForm()
    made = submit(form, lambda: ask(form.to(RenewRecoveryCodes)))
    if made is not None:
        return _codes(made.codes)
    page = render_template(
        "account/second_factor_proof.html",
        form=form,
        heading="New recovery codes",
        button="Create new codes",
    )
    return page, status_of(form)


@pages.route("/settings/second-factor/disable", methods=["GET", "POST"])
@page_for(EVERYBODY, asks=DisableSecondFactor, while_locked=True)
def disable() -> ResponseReturnValue:
    """Sign in by the password alone from now on."""
    form = ProofForm()
    return form_page(
        "account/second_factor_proof.html",
        form,
        lambda: ask(form.to(DisableSecondFactor)),
        lambda _: go_to(url_for(".show"), "Your second factor is disabled."),
        heading="Disable second factor",
        button="Disable",
        is_grave=True,
    )


@pages.post("/settings/second-factor/requirement")
@page_for(OWNERS, asks=RequireSecondFactor)
def require() -> Answer:
    """Require a second factor of all logins of one's account, or no longer."""
    wanted = ask(
        RequireSecondFactor(is_required=request.form.get("is_required") == "yes")
    )
    message = "is now required" if wanted.is_required else "is no longer required"
    return go_to(url_for(".show"), f"A second factor {message}.")


def _codes(codes: list[str]) -> str:
    return render_template("account/recovery_codes.html", codes=codes)
