"""Customers as their seers see them: rows put together with their place in the tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from accounts.customers.models import Customer, Group
from accounts.customers.standing import end_of, standing_of
from accounts.tree.models import Account
from lineup.contracts.accounts import CustomerView
from lineup.database import Work


@dataclass(frozen=True)
class Surroundings:
    """What customers' rows do not hold: names above them and time zones, by id."""

    names: dict[UUID, str]
    time_zones: dict[UUID, str]
    groups: dict[UUID, str]

    @classmethod
    def of(cls, work: Work, customers: Sequence[Customer]) -> "Surroundings":
        """The surroundings of these customers, in two queries."""
        ids = {row.id for row in customers} | {row.seller_id for row in customers}
        wanted = select(Account.id, Account.name, Account.time_zone)
        rows = work.session.execute(wanted.where(Account.id.in_(ids))).all()
        return cls(
            names={row.id: row.name for row in rows},
            time_zones={row.id: row.time_zone for row in rows},
            groups=_group_names(work, customers),
        )


def view_of(work: Work, customer: Customer) -> CustomerView:
    """One customer at this instant."""
    return views_of(work, [customer])[0]


def views_of(work: Work, customers: Sequence[Customer]) -> list[CustomerView]:
    """Customers at this instant, in the order given."""
    around = Surroundings.of(work, customers)
    return [_view(work, customer, around) for customer in customers]


def _view(work: Work, customer: Customer, around: Surroundings) -> CustomerView:
    seller_id, group_id = customer.seller_id, customer.group_id
    return CustomerView(
        id=customer.id,
        partner_id=customer.partner_id,
        scope=customer.scope,
        person=customer.person(),
        username=customer.username,
        status=customer.status,
        user_count=customer.user_count,
        created_at=customer.created_at,
        state=standing_of(customer, work.now),
        ends_at=end_of(customer),
        seller_id=seller_id,
        seller_name=around.names.get(seller_id, "") if seller_id else "",
        group_name=around.groups.get(group_id, "") if group_id else "",
        settings=customer.settings(around.time_zones.get(customer.id, "")),
    )


def _group_names(work: Work, customers: Sequence[Customer]) -> dict[UUID, str]:
    ids = {row.group_id for row in customers if row.group_id is not None}
    if not ids:
        return {}
    rows = work.session.execute(select(Group.id, Group.name).where(Group.id.in_(ids)))
    return {row.id: row.name for row in rows}
