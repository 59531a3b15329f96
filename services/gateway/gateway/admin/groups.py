"""Pages about customer groups."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from gateway.admin import choices
from gateway.asking import actor, ask
from gateway.panel.filters import Text
from gateway.panel.forms import LineupForm, attempt, line, status_of
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
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

Shown = str | tuple[str, int] | Answer

GROUPS = Table(
    "groups",
    Column("name", "Name", order="name"),
    Column("account_name", "Company"),
    Column("customer_count", "Customers", is_numeric=True),
    Column("acts", ""),
    filters=(Text("Name"),),
)


class GroupForm(LineupForm):
    """A group's name; the operator says whose it is."""

    name = line("Name", description="For example Staff, Promotion or North.")
    account_id = SelectField("Company")

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name=name)
        if actor().role is Role.OPERATOR and name is None:
            companies = choices.accounts()
            self.account_id.choices = [SelectChoice(*one) for one in companies()]
        else:
            del self.account_id

    def question(self) -> CreateCustomerGroup:
        """The group to be made."""
        owner = self._fields.get("account_id")
        return CreateCustomerGroup(
            name=self.name.data or "", account_id=UUID(owner.data) if owner else None
        )


@pages.get("/customer-groups")
@page_for(SELLERS_AND_SUPPORT)
def list_groups() -> str:
    """Groups by name, with how many customers are in each."""
    listing = GROUPS.asked_of(ListCustomerGroups)
    return render_template("admin/groups/list.html", listing=listing)


@pages.route("/customer-groups/new", methods=["GET", "POST"])
@page_for(SELLERS)
def new_group() -> Shown:
    """Make a group."""
    form = GroupForm()
    made = attempt(form, lambda: ask(form.question()))
    if made is not None:
        flash(f"{made.name} was created.")
        return redirect(url_for(".list_groups"))
    page = render_template("admin/groups/form.html", form=form, group=None)
    return page, status_of(form)


@pages.route("/customer-groups/<uuid:group_id>/rename", methods=["GET", "POST"])
@page_for(SELLERS)
def rename_group(group_id: UUID) -> Shown:
    """Give a group another name."""
    group = _group(group_id)
    form = GroupForm(group.name)
    question = RenameCustomerGroup(group_id=group_id, name=form.name.data or "")
    named = attempt(form, lambda: ask(question))
    if named is not None:
        flash(f"{group.name} was renamed to {named.name}.")
        return redirect(url_for(".list_groups"))
    page = render_template("admin/groups/form.html", form=form, group=group)
    return page, status_of(form)


@pages.route("/customer-groups/<uuid:group_id>/delete", methods=["GET", "POST"])
@page_for(SELLERS)
def delete_group(group_id: UUID) -> Shown:
    """Ask, and remove a group that nobody is in."""
    group = _group(group_id)
    form = LineupForm()
    question = DeleteCustomerGroup(group_id=group_id)
    gone = attempt(form, lambda: ask(question))
    if gone is not None:
        flash(f"{group.name} was deleted.")
        return redirect(url_for(".list_groups"))
    page = render_template("admin/groups/delete.html", form=form, group=group)
    return page, status_of(form)


def _group(group_id: UUID) -> CustomerGroupView:
    question = GetCustomerGroup(group_id=group_id)
    return ask(question)
