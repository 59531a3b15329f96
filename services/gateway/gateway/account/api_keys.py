"""Pages about API keys: made, shown once, replaced, revoked."""

from typing import ClassVar
from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField
from wtforms.fields.choices import SelectChoice

from gateway.panel.entries import Checklist, entry
from gateway.panel.forms import (
    LineupForm,
    confirm_page,
    form_page,
    go_to,
    status_of,
    submit,
)
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from gateway.request_context import actor, ask
from lineup.access import MEANING
from lineup.context import Permission
from lineup.contracts.accounts.api_keys import (
    HOLDERS,
    ApiKeyView,
    CreateApiKey,
    GetApiKey,
    ListApiKeys,
    NewApiKey,
    RevokeApiKey,
    RotateApiKey,
    UpdateApiKey,
)
from lineup.contracts.changes import UNSET

pages = Blueprint("api_key_pages", __name__)

KEYS = Table(
    "api-keys",
    Column("name", "Name"),
    Column("permissions", "May"),
    Column("networks", "From"),
    Column("created_at", "Created"),
    Column("expires_at", "Expires"),
    Column("used_at", "Last used"),
    Column("acts", ""),
)


class ApiKeyForm(LineupForm):
    """A new key: its name and what limits it."""

    asks: ClassVar[type | None] = CreateApiKey
    sections: ClassVar = {
        "": ["name", "days"],
        "Access": ["is_limited", "permissions", "networks"],
    }

    name = entry("Name", "What uses it, such as Webshop or Reporting.")
    days = entry("Valid for (days)")
    is_limited = entry(
        "Limit to the permissions below",
        "With none chosen the key can only look. When off, it may do all that you may.",
        kind=BooleanField,
        default=True,
    )
    permissions = entry("May", kind=Checklist, coerce=Permission)
    networks = entry(
        "Allowed IP addresses",
        "One address or network per line, such as 192.0.2.0/24. Leave empty to allow "
        "all.",
    )

    def __init__(self, key: ApiKeyView | None = None) -> None:
        is_limited = key is None or key.permissions is not None
        super().__init__(obj=key, is_limited=is_limited)
        me = actor()
        self.permissions.choices = [
            SelectChoice(one.value, MEANING[one]) for one in Permission if me.may(one)
        ]

    def chosen(self) -> list[Permission] | None:
        """What the key may do; None: all that one may."""
        return self.permissions.data if self.is_limited.data else None


class EditApiKeyForm(ApiKeyForm):
    """What a key there is may do, from where, and for how long."""

    asks = UpdateApiKey
    days = entry(
        "Valid for (days from now)",
        "Leave empty to keep the present end.",
        is_required=False,
    )


class RotationForm(LineupForm):
    """How long the old key goes on."""

    asks = RotateApiKey
    overlap_hours = entry(
        "Old key stays valid for (hours)",
        "Until then both keys work, so that you can replace it without a stop. 0 ends "
        "it at once.",
    )


@pages.get("/settings/api-keys")
@page_for(HOLDERS)
def list_api_keys() -> str:
    """One's own keys, without their text; as another there is nothing to see."""
    has_keys = actor().login_id is not None
    listing = KEYS.listing_of(ListApiKeys) if has_keys else None
    return render_template("account/api_keys.html", listing=listing, meaning=MEANING)


@pages.route("/settings/api-keys/new", methods=["GET", "POST"])
@page_for(HOLDERS, asks=CreateApiKey)
def new_api_key() -> ResponseReturnValue:
    """Make a key, and show its text once."""
    form = ApiKeyForm()
    made = submit(form, lambda: ask(form.to(CreateApiKey, permissions=form.chosen())))
    return _made(form, made, "New API key", "Create API key")


@pages.route("/settings/api-keys/<uuid:key_id>/edit", methods=["GET", "POST"])
@page_for(HOLDERS, asks=UpdateApiKey)
def edit_api_key(key_id: UUID) -> ResponseReturnValue:
    """Change what a key may do; programs go on with the same text."""
    key = ask(GetApiKey(key_id=key_id))
    form = EditApiKeyForm(key)
    return form_page(
        "account/api_key_edit.html",
        form,
        lambda: ask(
            form.to(
                UpdateApiKey,
                key_id=key_id,
                permissions=form.chosen(),
                days=form.days.data or UNSET,
            )
        ),
        lambda changed: go_to(url_for(".list_api_keys"), f"{changed.name} was saved."),
        key=key,
        back=url_for(".list_api_keys"),
    )


@pages.route("/settings/api-keys/<uuid:key_id>/rotate", methods=["GET", "POST"])
@page_for(HOLDERS, asks=RotateApiKey)
def rotate_api_key(key_id: UUID) -> ResponseReturnValue:
    """Replace a key by a new one, shown once."""
    form = RotationForm()
    made = submit(form, lambda: ask(form.to(RotateApiKey, key_id=key_id)))
    return _made(form, made, "Rotate API key", "Create new key")


@pages.route("/settings/api-keys/<uuid:key_id>/revoke", methods=["GET", "POST"])
@page_for(HOLDERS, asks=RevokeApiKey)
def revoke_api_key(key_id: UUID) -> ResponseReturnValue:
    """Ask, and end a key at once."""
    return confirm_page(
        "account/api_key_revoke.html",
        RevokeApiKey(key_id=key_id),
        url_for(".list_api_keys"),
        "The API key was revoked.",
    )


def _made(
    form: LineupForm, made: NewApiKey | None, heading: str, button: str
) -> ResponseReturnValue:
    page = render_template(
        "account/api_key.html", form=form, made=made, heading=heading, button=button
    )
    return page, status_of(form)
