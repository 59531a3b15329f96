"""Replacing what a user's player signs in with: link, password, or its whole login."""

from typing import ClassVar
from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue

from gateway.panel.entries import entry, password_field
from gateway.panel.forms import LineupForm, form_page, go_to
from gateway.panel.guard import page_for
from gateway.players import card_of
from gateway.portal.users import pages, user_of
from gateway.read_your_writes import until_link_answers, until_login_answers
from gateway.request_context import ask
from lineup.context import SELLERS_AND_CUSTOMERS
from lineup.contracts.accounts.users import (
    ChangePlayerLogin,
    ReplacePlayerPassword,
    ReplacePlaylistLink,
    UserView,
)
from lineup.errors import Refusal, Unauthenticated


class PlayerPasswordForm(LineupForm):
    """A new Xtream password, readable: it is typed into a player next."""

    asks = ReplacePlayerPassword
    new_password = entry(
        "New password",
        "4 to 25 letters, digits and . _ - @. Leave empty to generate one.",
    )


class PlayerLoginForm(LineupForm):
    """A new Xtream login, for the present one."""

    asks = ChangePlayerLogin
    sections: ClassVar = {
        "Current login": ["old_username", "old_password"],
        "New login": ["new_username", "new_password"],
    }
    old_username = entry("Current username", is_required=True)
    old_password = password_field("", "Current password", "off", is_required=True)
    new_username = entry("New username", "6 to 100 letters, digits and . _ - @.")
    new_password = entry("New password", "4 to 25 letters, digits and . _ - @.")


@pages.route("/users/<uuid:user_id>/link/replace", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS, asks=ReplacePlaylistLink)
def replace_link(user_id: UUID) -> ResponseReturnValue:
    """Ask, and give a user another playlist link; it answers when this returns."""
    return form_page(
        "portal/replace_link.html",
        LineupForm(),
        lambda: _replace_link(user_id),
        lambda _: _back_to(user_id, "The playlist link was replaced."),
        user=card_of(user_of(user_id)),
    )


@pages.route("/users/<uuid:user_id>/password", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS, asks=ReplacePlayerPassword)
def replace_password(user_id: UUID) -> ResponseReturnValue:
    """Give a user another Xtream password."""
    form = PlayerPasswordForm()
    return form_page(
        "portal/player_password.html",
        form,
        lambda: ask(form.to(ReplacePlayerPassword, user_id=user_id)),
        lambda _: _back_to(user_id, "The Xtream password was changed."),
        user=user_of(user_id),
    )


@pages.route("/users/<uuid:user_id>/login", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS, asks=ChangePlayerLogin)
def change_login(user_id: UUID) -> ResponseReturnValue:
    """Change a user's Xtream username and password for the present ones."""
    user = user_of(user_id)
    form = PlayerLoginForm(data={"old_username": user.username})
    return form_page(
        "portal/player_login.html",
        form,
        lambda: _change_login(form),
        lambda _: _back_to(user_id, "The Xtream login was changed."),
        user=user,
    )


def _replace_link(user_id: UUID) -> UserView:
    user = ask(ReplacePlaylistLink(user_id=user_id))
    until_link_answers(user)
    return user


def _change_login(form: PlayerLoginForm) -> UserView:
    try:
        user = ask(form.to(ChangePlayerLogin))
    except Unauthenticated as refusal:
        fields = {"old_password": [refusal.message]}
        raise Refusal(refusal.message, code=refusal.code, fields=fields) from None
    until_login_answers(user)
    return user


def _back_to(user_id: UUID, message: str) -> ResponseReturnValue:
    return go_to(url_for("users.show_user", user_id=user_id), message)
