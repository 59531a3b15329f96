"""The page of everybody who can sign in, whatever kind of account they belong to."""

from uuid import UUID

from flask import Blueprint, render_template, url_for

from gateway.admin import choices
from gateway.panel.filters import Choice, TextFilter
from gateway.panel.guard import may_open, page_for
from gateway.panel.navigation import ROLES
from gateway.panel.tables import Column, Table, of_partners
from gateway.request_context import actor
from lineup.context import OPERATORS, PARTNERS, SELLERS_AND_SUPPORT, Role
from lineup.contracts.accounts.people import ListPeople, PersonView
from lineup.contracts.accounts.tree import Status

pages = Blueprint("people_pages", __name__)

STATES = [
    (state.value, state.value.title()) for state in (Status.ACTIVE, Status.INACTIVE)
]
OF_OPERATOR = (Role.OPERATOR, Role.SUPPORT, Role.RESELLER_COMPANY)
OF_PARTNER = (Role.PARTNER, Role.STAFF)
OF_SELLERS = (Role.RESELLER, Role.DEALER, Role.CUSTOMER)

PEOPLE = of_partners(
    Table(
        "people",
        Column("name", "Name"),
        Column("role", "Type"),
        Column("username", "Username", order="username"),
        Column("email", "Email"),
        Column("state", "Status"),
        Column("created_at", "Created", order="created_at"),
        filters=(
            TextFilter("Name, username or email"),
            Choice("role", "Type", convert=Role),
            Choice("state", "Status", STATES, convert=Status),
        ),
        order="-created_at",
    ),
    Choice("partner_id", "Partner", convert=UUID),
    after=2,
)


@pages.get("/people")
@page_for(SELLERS_AND_SUPPORT)
def list_people() -> str:
    """Everybody in one's part of the tree, of one type or of all."""
    listing = choices.listing_by_partner(PEOPLE(), ListPeople, role=_types())
    return render_template(
        "admin/people/everybody/list.html", listing=listing, page_of=page_of
    )


def page_of(person: PersonView) -> str:
    """Where somebody's own page is: a customer's, a login's, or an account's."""
    if person.role is Role.CUSTOMER:
        return url_for("customers_pages.show_customer", customer_id=person.account_id)
    account_id, own = person.account_id, "seller_logins.edit_login"
    if person.role is Role.STAFF and person.may_edit and may_open(own):
        return url_for(own, account_id=account_id, login_id=person.id)
    return url_for("sellers_pages.show_account", account_id=account_id)


def _types() -> list[tuple[str, str]]:
    """The types of those whom one may see."""
    role = actor().role
    is_above = role in OPERATORS | {Role.SUPPORT}
    roles = (
        *(OF_OPERATOR if is_above else ()),
        *(OF_PARTNER if is_above or role in PARTNERS else ()),
        *OF_SELLERS,
    )
    return [(one.value, ROLES[one]) for one in roles]
