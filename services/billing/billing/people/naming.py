"""Names for lists, and finding people by a part of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from billing.people.models import AccountCopy, CustomerCopy, UserCopy
from lineup.contracts.accounts.refusals import AccountNotFound
from lineup.contracts.accounts.tree import Status
from lineup.database import UnitOfWork
from lineup.scope import in_scope

Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True, kw_only=True)
class Names:
    """What the people of one page of a list are called; empty for whom nobody knows."""

    customers: dict[UUID, str]
    users: dict[UUID, str]
    sellers: dict[UUID, str]

    def customer(self, customer_id: UUID) -> str:
        """A customer's name."""
        return self.customers.get(customer_id, "")

    def user(self, user_id: UUID) -> str:
        """A user's name."""
        return self.users.get(user_id, "")

    def seller(self, customer_scope: str) -> str:
        """The name of the seller right above a customer; the partner's own: none."""
        seller_id = seller_of(customer_scope)
        return self.sellers.get(seller_id, "") if seller_id else ""


def seller_of(customer_scope: str) -> UUID | None:
    """The reseller or dealer right above a customer; None below the partner itself."""
    path = customer_scope.strip("/").split("/")
    return UUID(path[-2]) if len(path) > 2 else None


def names_of(
    work: UnitOfWork,
    *,
    customer_ids: Collection[UUID] = (),
    user_ids: Collection[UUID] = (),
    scopes: Iterable[str] = (),
) -> Names:
    """Names of customers, of users, and of the sellers above customers' scopes."""
    sellers = {seller_of(scope) for scope in scopes} - {None}
    return Names(
        customers=_names(work, CustomerCopy, customer_ids),
        users=_names(work, UserCopy, user_ids),
        sellers=_names(work, AccountCopy, sellers),
    )


def lines_of(
    work: UnitOfWork, user_ids: Collection[UUID], scopes: Iterable[str]
) -> tuple[Names, set[UUID]]:
    """What users, their customers and the sellers above are called, and which of the
    users are not in use, or whose customers are not.
    """
    statement = (
        select(
            UserCopy.id,
            UserCopy.name,
            CustomerCopy.id.label("customer_id"),
            CustomerCopy.name.label("customer_name"),
            and_(
                UserCopy.status == Status.ACTIVE, CustomerCopy.status == Status.ACTIVE
            ).label("is_active"),
        )
        .join(CustomerCopy, CustomerCopy.id == UserCopy.customer_id)
        .where(UserCopy.id.in_(set(user_ids)))
    )
    rows = work.session.execute(statement).all()
    sellers = {seller_of(scope) for scope in scopes} - {None}
    names = Names(
        customers={row.customer_id: row.customer_name for row in rows},
        users={row.id: row.name for row in rows},
        sellers=_names(work, AccountCopy, sellers),
    )
    return names, {row.id for row in rows if not row.is_active}


def names_of_accounts(
    work: UnitOfWork, account_ids: Collection[UUID]
) -> dict[UUID, str]:
    """Names of partners and sellers by their ids."""
    return _names(work, AccountCopy, account_ids)


def _names(work: UnitOfWork, model: Any, ids: Collection[Any]) -> dict[UUID, str]:
    if not ids:
        return {}
    statement = select(model.id, model.name).where(model.id.in_(set(ids)))
    return {row.id: row.name for row in work.session.execute(statement)}


def below_account(work: UnitOfWork, model: Any, account_id: UUID | None) -> Conditions:
    """The condition that rows of `model` lie at or below a partner or seller; none
    where nobody is named. NotFound for one outside the actor's scope.
    """
    if account_id is None:
        return []
    statement = select(AccountCopy.scope).where(AccountCopy.id == account_id)
    scope = work.session.scalar(in_scope(statement, AccountCopy, work.actor))
    if scope is None:
        raise AccountNotFound
    return [model.scope.startswith(scope, autoescape=True)]


def customers_called(work: UnitOfWork, part: str) -> Select[UUID]:
    """Ids of customers in scope with this in their name or mail address."""
    statement = select(CustomerCopy.id).where(
        or_(_holds(CustomerCopy.name, part), _holds(CustomerCopy.email, part))
    )
    return in_scope(statement, CustomerCopy, work.actor)


def users_called(work: UnitOfWork, part: str) -> Select[UUID]:
    """Ids of users in scope with this in their own name."""
    statement = select(UserCopy.id).where(_holds(UserCopy.name, part))
    return in_scope(statement, UserCopy, work.actor)


def _holds(column: Any, part: str) -> ColumnElement[bool]:
    holds: ColumnElement[bool] = column.icontains(part.strip(), autoescape=True)
    return holds
