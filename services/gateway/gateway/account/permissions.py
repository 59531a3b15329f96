"""Pages about permission sets: what the staff of a partner may do."""

from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from gateway.panel.entries import Checklist, entry
from gateway.panel.forms import LineupForm, confirm_page, form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from gateway.request_context import ask
from lineup.access import MEANING
from lineup.context import Permission, Role
from lineup.contracts.accounts.permissions import (
    CreatePermissionSet,
    DeletePermissionSet,
    GetPermissionSet,
    ListPermissionSets,
    PermissionSetView,
    UpdatePermissionSet,
)

pages = Blueprint("permission_pages", __name__)

OWNERS = frozenset({Role.PARTNER})
SETS = Table(
    "permission-sets",
    Column("name", "Name"),
    Column("permissions", "May"),
    Column("login_count", "Logins", is_numeric=True),
    Column("acts", ""),
)


class PermissionSetForm(LineupForm):
    """A set's name, and what its logins may do."""

    asks = CreatePermissionSet
    name = entry("Name", "For example Support desk or Accounting.")
    permissions = entry(
        "May",
        "Everything else is hidden and refused. Looking at customers, products and "
        "content is always allowed.",
        kind=Checklist,
        coerce=Permission,
    )

    def __init__(self, present: PermissionSetView | None = None) -> None:
        super().__init__(obj=present)
        self.permissions.choices = [
            SelectChoice(one.value, words) for one, words in MEANING.items()
        ]


@pages.get("/settings/permissions")
@page_for(OWNERS)
def list_permission_sets() -> str:
    """Sets with what who has them may do, in words."""
    listing = SETS.listing_of(ListPermissionSets)
    return render_template(
        "account/permission_sets.html", listing=listing, meaning=MEANING
    )


@pages.route("/settings/permissions/new", methods=["GET", "POST"])
@page_for(OWNERS, asks=CreatePermissionSet)
def new_permission_set() -> ResponseReturnValue:
    """Make a set."""
    form = PermissionSetForm()
    return form_page(
        "account/permission_set.html",
        form,
        lambda: ask(form.to(CreatePermissionSet)),
        lambda made: go_to(
            url_for(".list_permission_sets"),
            f"{made.name} was created. Give it to logins under Logins.",
        ),
        present=None,
    )


@pages.route("/settings/permissions/<uuid:set_id>/edit", methods=["GET", "POST"])
@page_for(OWNERS, asks=UpdatePermissionSet)
def edit_permission_set(set_id: UUID) -> ResponseReturnValue:
    """Change a set; its logins follow within seconds."""
    present = ask(GetPermissionSet(set_id=set_id))
    form = PermissionSetForm(present)
    return form_page(
        "account/permission_set.html",
        form,
        lambda: ask(form.to(UpdatePermissionSet, set_id=set_id)),
        lambda changed: go_to(
            url_for(".list_permission_sets"), f"{changed.name} was saved."
        ),
        present=present,
    )


@pages.route("/settings/permissions/<uuid:set_id>/delete", methods=["GET", "POST"])
@page_for(OWNERS, asks=DeletePermissionSet)
def delete_permission_set(set_id: UUID) -> ResponseReturnValue:
    """Ask, and delete a set that no login has."""
    present = ask(GetPermissionSet(set_id=set_id))
    return confirm_page(
        "account/permission_set_delete.html",
        DeletePermissionSet(set_id=set_id),
        url_for(".list_permission_sets"),
        f"{present.name} was deleted.",
        present=present,
    )
