"""What can be asked of customer groups."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, select, update

from accounts import values
from accounts.customers.models import Customer, Group
from accounts.search_text import search_words
from accounts.tree.models import Account
from accounts.tree.operations import account_in_scope, account_names, named_account
from accounts.tree.rights import SELLING_KINDS
from accounts.unique_violations import refused_as
from lineup.contracts.accounts.groups import (
    CreateCustomerGroup,
    CustomerGroupView,
    DeleteCustomerGroup,
    GetCustomerGroup,
    ListCustomerGroups,
    RenameCustomerGroup,
)
from lineup.contracts.accounts.refusals import GroupNotFound, GroupUsed
from lineup.contracts.accounts.tree import GONE
from lineup.contracts.changes import UNSET
from lineup.contracts.paging import Page
from lineup.database import (
    UnitOfWork,
    counts_by,
    find_in_scope,
    lock_in_scope,
    page_of,
)
from lineup.errors import Invalid
from lineup.ids import new_id
from lineup.scope import in_scope
from lineup.validation import FieldCode, ValidationErrors
from lineup.verbs import Done, handles

NAME_INDEX = "uq_customer_groups_name"
ORDERS = {"": Group.name_key, "name": Group.name_key}


@handles(CreateCustomerGroup)
def create_group(work: UnitOfWork, request: CreateCustomerGroup) -> CustomerGroupView:
    """Make a group of the actor's company, or of one below that is named."""
    owner = _owner(work, request.account_id)
    group = Group(
        id=new_id(), account_id=owner.id, scope=owner.scope, created_at=work.now
    )
    _name(group, request.name)
    with refused_as(NAME_INDEX):
        work.session.add(group)
        work.session.flush()
    return _group_view(work, group)


@handles(RenameCustomerGroup, changes=GetCustomerGroup)
def rename_group(work: UnitOfWork, request: RenameCustomerGroup) -> CustomerGroupView:
    """Give a group another name, which its company has not used yet."""
    group = group_in_scope(work, request.group_id)
    with refused_as(NAME_INDEX):
        if request.name is not UNSET:
            _name(group, request.name)
        work.session.flush()
    return _group_view(work, group)


@handles(DeleteCustomerGroup, changes=GetCustomerGroup)
def delete_group(work: UnitOfWork, request: DeleteCustomerGroup) -> Done:
    """Remove a group; GroupUsed while a customer is in it."""
    group = lock_in_scope(work, Group, request.group_id, GroupNotFound)
    if _customer_counts(work, [group]):
        raise GroupUsed
    deleted = update(Customer).where(Customer.group_id == group.id)
    work.session.execute(deleted.values(group_id=None))
    work.session.delete(group)
    return Done()


@handles(GetCustomerGroup, row=Group)
def get_group(work: UnitOfWork, request: GetCustomerGroup) -> CustomerGroupView:
    """One group in the actor's part of the tree."""
    return _group_view(work, group_in_scope(work, request.group_id))


@handles(ListCustomerGroups)
def list_groups(
    work: UnitOfWork, request: ListCustomerGroups
) -> Page[CustomerGroupView]:
    """Groups by name, narrowed by a text and to those a seller's customers can use."""
    statement = in_scope(select(Group), Group, work.actor)
    for word in search_words(request.search):
        statement = statement.where(Group.name_key.contains(word, autoescape=True))
    if request.seller_id is not None:
        seller = account_in_scope(work, request.seller_id)
        statement = statement.where(_reaches(seller.scope))
    page = page_of(
        work.session, statement, Group, request.paging, lambda row: row, ORDERS
    )
    return page.showing(_group_views(work, page.items))


def check_group(
    work: UnitOfWork,
    errors: ValidationErrors,
    group_id: UUID | None,
    customer_scope: str,
) -> None:
    """Note a group that the actor does not see, or that is another company's."""
    if group_id is None:
        return
    statement = _visible(work).where(Group.id == group_id, _reaches(customer_scope))
    if work.session.scalar(statement.with_for_update(read=True)) is None:
        errors.add(
            "settings.group_id", FieldCode.GROUP_UNKNOWN, "Choose one of the groups."
        )


def group_in_scope(work: UnitOfWork, group_id: UUID) -> Group:
    """A group the actor may see; NotFound otherwise."""
    return find_in_scope(work, Group, group_id, GroupNotFound)


def _visible(work: UnitOfWork) -> Select[Group]:
    return in_scope(select(Group), Group, work.actor)


def _reaches(scope: str) -> ColumnElement[bool]:
    """The condition that a group's company lies on the way down to a scope."""
    return literal(scope).startswith(Group.scope)


def _owner(work: UnitOfWork, account_id: UUID | None) -> Account:
    wanted_id = account_id or work.actor.account_id
    if wanted_id is None:
        raise Invalid(
            fields={"account_id": ["Choose the account that owns the group."]}
        )
    owner = named_account(work, wanted_id, "account_id")
    if owner.kind not in SELLING_KINDS:
        raise Invalid(
            fields={"account_id": ["A group must belong to a partner or seller."]}
        )
    return owner


def _name(group: Group, name: str) -> None:
    errors = ValidationErrors()
    group.rename(values.name(errors, "name", name))
    errors.refuse()


def _customer_counts(work: UnitOfWork, groups: Sequence[Group]) -> dict[UUID, int]:
    ids, is_living = [group.id for group in groups], Customer.status.not_in(GONE)
    return counts_by(work, Customer.group_id, ids, is_living)


def _group_view(work: UnitOfWork, group: Group) -> CustomerGroupView:
    return _group_views(work, [group])[0]


def _group_views(work: UnitOfWork, groups: Sequence[Group]) -> list[CustomerGroupView]:
    counts = _customer_counts(work, groups)
    names = account_names(work, (group.account_id for group in groups))
    return [
        CustomerGroupView(
            updated_at=group.last_change,
            id=group.id,
            account_id=group.account_id,
            account_name=names[group.account_id],
            scope=group.scope,
            name=group.name,
            customer_count=counts.get(group.id, 0),
            created_at=group.created_at,
        )
        for group in groups
    ]
