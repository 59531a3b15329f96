"""Pages about letting the platform's support in, and seeing who was there."""

from typing import ClassVar
from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from gateway.panel.entries import entry
from gateway.panel.forms import LineupForm, confirm_page, form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from gateway.request_context import ask
from lineup.contracts.accounts.support_grants import (
    GRANTING,
    CreateSupportGrant,
    EndSupportGrant,
    ListSupportGrants,
)

pages = Blueprint("support_pages", __name__)

HOURS = {1: "1 hour", 4: "4 hours", 24: "1 day", 72: "3 days", 168: "7 days"}
GRANTS = Table(
    "support-grants",
    Column("created_at", "Since"),
    Column("ends_at", "Until"),
    Column("created_by", "By"),
    Column("visits", "Used by"),
    Column("acts", ""),
)


class SupportGrantForm(LineupForm):
    """How long support may log in."""

    asks = CreateSupportGrant
    sections: ClassVar = {"": ["hours"]}
    hours = entry(
        "For",
        "You can end it at any time.",
        kind=SelectField,
        coerce=int,
        choices=[SelectChoice(hours, words) for hours, words in HOURS.items()],
    )


@pages.get("/settings/support")
@page_for(GRANTING, while_locked=True)
def list_grants() -> str:
    """When support could log in, and who did."""
    listing = GRANTS.listing_of(ListSupportGrants)
    return render_template("account/support_grants.html", listing=listing)


@pages.route("/settings/support/new", methods=["GET", "POST"])
@page_for(GRANTING, asks=CreateSupportGrant)
def new_grant() -> ResponseReturnValue:
    """Let support log in for a while."""
    form = SupportGrantForm()
    return form_page(
        "account/support_grant.html",
        form,
        lambda: ask(form.to(CreateSupportGrant)),
        lambda _: go_to(url_for(".list_grants"), "Support can log in now."),
    )


@pages.route("/settings/support/<uuid:grant_id>/end", methods=["GET", "POST"])
@page_for(GRANTING, asks=EndSupportGrant, while_locked=True)
def end_grant(grant_id: UUID) -> ResponseReturnValue:
    """Ask, and let support in no longer; who is in is out."""
    return confirm_page(
        "account/support_grant_end.html",
        EndSupportGrant(grant_id=grant_id),
        url_for(".list_grants"),
        "Support can no longer log in.",
    )
