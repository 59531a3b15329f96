"""Pages about customer groups."""

from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from gateway.admin import choices
from gateway.panel.entries import entry
from gateway.panel.filters import TextFilter
from gateway.panel.forms import LineupForm, confirm_page, form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from gateway.request_context import actor, ask
from lineup.context import SELLERS, SELLERS_AND_SUPPORT, Role
from lineup.contracts.accounts.groups import (
    CreateCustomerGroup,
    CustomerGroupView,
    DeleteCustomerGroup,
    GetCustomerGroup,
    ListCustomerGroups,
    RenameCustomerGroup,
)

pages = Blueprint("groups_pages", __name__)

GROUPS = Table(
    "groups",
    Column("name", "Name", order="name"),
    Column("account_name", "Company"),
    Column("customer_count", "Customers", is_numeric=True),
    Column("acts", ""),
    filters=(TextFilter("Name"),),
)


class GroupForm(LineupForm):
    """A group's name; the operator says whose it is."""

    asks = CreateCustomerGroup
    name = entry("Name", "For example Staff, Promotion or North.")
    account_id = entry("Company")

    def __init__(self, group: CustomerGroupView | None = None) -> None:
        super().__init__(obj=group)
        if actor().role is Role.OPERATOR and group is None:
            companies = choices.accounts()
            self.account_id.choices = [SelectChoice(*one) for one in companies()]
        else:
            del self.account_id


@pages.get("/customer-groups")
@page_for(SELLERS_AND_SUPPORT)
def list_groups() -> str:
    """Groups by name, with how many customers are in each."""
    listing = GROUPS.listing_of(ListCustomerGroups)
    return render_template("admin/people/groups/list.html", listing=listing)


@pages.route("/customer-groups/new", methods=["GET", "POST"])
@page_for(SELLERS, asks=CreateCustomerGroup)
def new_group() -> ResponseReturnValue:
    """Make a group."""
    form = GroupForm()
    return form_page(
        "admin/people/groups/form.html",
        form,
        lambda: ask(form.to(CreateCustomerGroup)),
        lambda made: go_to(url_for(".list_groups"), f"{made.name} was created."),
        group=None,
    )


@pages.route("/customer-groups/<uuid:group_id>/rename", methods=["GET", "POST"])
@page_for(SELLERS, asks=RenameCustomerGroup)
def rename_group(group_id: UUID) -> ResponseReturnValue:
    """Give a group another name."""
    group = ask(GetCustomerGroup(group_id=group_id))
    form = GroupForm(group)
    return form_page(
        "admin/people/groups/form.html",
        form,
        lambda: ask(form.to(RenameCustomerGroup, group_id=group_id)),
        lambda named: go_to(
            url_for(".list_groups"), f"{group.name} was renamed to {named.name}."
        ),
        group=group,
    )


@pages.route("/customer-groups/<uuid:group_id>/delete", methods=["GET", "POST"])
@page_for(SELLERS, asks=DeleteCustomerGroup)
def delete_group(group_id: UUID) -> ResponseReturnValue:
    """Ask, and remove a group that nobody is in."""
    group = ask(GetCustomerGroup(group_id=group_id))
    return confirm_page(
        "admin/people/groups/delete.html",
        DeleteCustomerGroup(group_id=group_id),
        url_for(".list_groups"),
        f"{group.name} was deleted.",
        group=group,
    )
