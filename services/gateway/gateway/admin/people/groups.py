"""Pages about customer groups."""

from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from gateway.admin import choices
from gateway.panel.filters import TextFilter
from gateway.panel.forms import LineupForm, form_page, go_to, line_field
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

    name = line_field("Name", description="For example Staff, Promotion or North.")
    account_id = SelectField("Company")

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name=name)
        if actor().role is Role.OPERATOR and name is None:
            companies = choices.accounts()
            self.account_id.choices = [SelectChoice(*one) for one in companies()]
        else:
            del self.account_id

    def to_request(self) -> CreateCustomerGroup:
        """The group to be made."""
        owner = self._fields.get("account_id")
        return CreateCustomerGroup(
            name=self.name.data or "", account_id=UUID(owner.data) if owner else None
        )


@pages.get("/customer-groups")
@page_for(SELLERS_AND_SUPPORT)
def list_groups() -> str:
    """Groups by name, with how many customers are in each."""
    listing = GROUPS.listing_of(ListCustomerGroups)
    return render_template("admin/people/groups/list.html", listing=listing)


@pages.route("/customer-groups/new", methods=["GET", "POST"])
@page_for(SELLERS)
def new_group() -> ResponseReturnValue:
    """Make a group."""
    form = GroupForm()
    return form_page(
        "admin/people/groups/form.html",
        form,
        lambda: ask(form.to_request()),
        lambda made: go_to(url_for(".list_groups"), f"{made.name} was created."),
        group=None,
    )


@pages.route("/customer-groups/<uuid:group_id>/rename", methods=["GET", "POST"])
@page_for(SELLERS)
def rename_group(group_id: UUID) -> ResponseReturnValue:
    """Give a group another name."""
    group = _group(group_id)
    form = GroupForm(group.name)
    rpc_request = RenameCustomerGroup(group_id=group_id, name=form.name.data or "")
    return form_page(
        "admin/people/groups/form.html",
        form,
        lambda: ask(rpc_request),
        lambda named: go_to(
            url_for(".list_groups"), f"{group.name} was renamed to {named.name}."
        ),
        group=group,
    )


@pages.route("/customer-groups/<uuid:group_id>/delete", methods=["GET", "POST"])
@page_for(SELLERS)
def delete_group(group_id: UUID) -> ResponseReturnValue:
    """Ask, and remove a group that nobody is in."""
    group = _group(group_id)
    form = LineupForm()
    rpc_request = DeleteCustomerGroup(group_id=group_id)
    return form_page(
        "admin/people/groups/delete.html",
        form,
        lambda: ask(rpc_request),
        lambda _: go_to(url_for(".list_groups"), f"{group.name} was deleted."),
        group=group,
    )


def _group(group_id: UUID) -> CustomerGroupView:
    rpc_request = GetCustomerGroup(group_id=group_id)
    return ask(rpc_request)
