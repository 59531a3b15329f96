"""Customers as their seers see them: rows put together with their place in the tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from accounts.customers.models import Customer, Group
from accounts.customers.status import end_of, status_of
from accounts.tree.operations import account_names, switched_off
from lineup.contracts.accounts.customers import CustomerView
from lineup.contracts.accounts.tree import Status
from lineup.database import UnitOfWork


@dataclass(frozen=True)
class Surroundings:
    """What customers' rows do not hold: the names of sellers and groups, by id, and the
    paths of what is switched off.
    """

    names: dict[UUID | None, str]
    groups: dict[UUID, str]
    off: frozenset[str]

    @classmethod
    def of(cls, work: UnitOfWork, customers: Sequence[Customer]) -> "Surroundings":
        """The surroundings of these customers, in few queries."""
        return cls(
            names=account_names(work, (row.seller_id for row in customers)),
            groups=_group_names(work, customers),
            off=switched_off(work),
        )


def view_of(work: UnitOfWork, customer: Customer) -> CustomerView:
    """One customer at this instant."""
    return views_of(work, [customer])[0]


def views_of(work: UnitOfWork, customers: Sequence[Customer]) -> list[CustomerView]:
    """Customers at this instant, in the order given."""
    around = Surroundings.of(work, customers)
    return [_customer_view(work, customer, around) for customer in customers]


def _customer_view(
    work: UnitOfWork, customer: Customer, around: Surroundings
) -> CustomerView:
    seller_id, group_id = customer.seller_id, customer.group_id
    return CustomerView(
        updated_at=customer.last_change,
        id=customer.id,
        partner_id=customer.partner_id,
        scope=customer.scope,
        person=customer.person(),
        username=customer.username,
        is_active=customer.status is Status.ACTIVE,
        user_count=customer.user_count,
        created_at=customer.created_at,
        state=status_of(customer, work.now, around.off),
        ends_at=end_of(customer),
        seller_id=seller_id,
        seller_name=around.names.get(seller_id, ""),
        group_name=around.groups.get(group_id, "") if group_id else "",
        settings=customer.settings(),
        is_own=customer.is_own,
    )


def _group_names(work: UnitOfWork, customers: Sequence[Customer]) -> dict[UUID, str]:
    ids = {row.group_id for row in customers if row.group_id is not None}
    if not ids:
        return {}
    rows = work.session.execute(select(Group.id, Group.name).where(Group.id.in_(ids)))
    return {row.id: row.name for row in rows}
