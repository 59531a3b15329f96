"""What can be asked of the copies: keep the newest, find within the scope, lock."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from billing.people.models import AccountCopy, CustomerCopy, UserCopy
from lineup import scope
from lineup.access import PartnerUnavailable
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.refusals import (
    AccountNotFound,
    CustomerNotFound,
    UserNotFound,
)
from lineup.contracts.accounts.tree import GONE, AccountChanged, AccountKind, Status
from lineup.contracts.accounts.users import UserChanged
from lineup.database import (
    UnitOfWork,
    find_in_scope,
    get_held,
    lock_in_scope,
    upsert_newest,
)
from lineup.scope import PartnerNotFound, in_scope, partner_of

SELLER_KINDS = (AccountKind.RESELLER, AccountKind.DEALER)
MOST_USERS = 1000
"""Users of one customer that one overview shows."""


def upsert_accounts(work: UnitOfWork, states: Sequence[AccountChanged]) -> None:
    """Keep what accounts says of partners and sellers, and who went or came back."""
    of_these = AccountCopy.id.in_([state.id for state in states])
    is_off = AccountCopy.status != Status.ACTIVE
    off = set(work.session.scalars(select(AccountCopy.id).where(of_these, is_off)))
    upsert_newest(work.session, AccountCopy, [_shared(AccountCopy, s) for s in states])
    changed = update(AccountCopy).where(of_these)
    if off:
        back = changed.where(AccountCopy.id.in_(off), ~is_off)
        work.session.execute(back.values(served_since=work.now))
    if any(state.status != Status.ACTIVE for state in states):
        gone = changed.where(AccountCopy.id.not_in(off), is_off)
        work.session.execute(gone.values(away_since=work.now))


def is_served(partner_id: Any) -> ColumnElement[bool]:
    """The condition that a partner is active, so that its customers have what they buy:
    not past the days for which a locked one is served.
    """
    away = exists().where(
        AccountCopy.id == partner_id,
        AccountCopy.kind == AccountKind.PARTNER,
        AccountCopy.status != Status.ACTIVE,
    )
    return ~away


def refuse_unserved(work: UnitOfWork, partner_id: UUID) -> None:
    """PartnerUnavailable where a partner's customers would not have what they buy."""
    if get_partner(work, partner_id).status != Status.ACTIVE:
        raise PartnerUnavailable


def upsert_customers(work: UnitOfWork, states: Sequence[CustomerChanged]) -> set[UUID]:
    """Keep what accounts says of customers; those of whom it was news, now locked."""
    rows = [
        _shared(CustomerCopy, state)
        | {"name": f"{state.first_name} {state.last_name}".strip()}
        for state in states
    ]
    return upsert_newest(work.session, CustomerCopy, rows)


def customers_of(
    work: UnitOfWork, partner_id: UUID, usernames: Collection[str]
) -> dict[str, UUID]:
    """Whose the users of these names are, by name; unknown ones are left out."""
    statement = select(UserCopy.username, UserCopy.customer_id).where(
        UserCopy.username.in_(usernames),
        UserCopy.partner_id == partner_id,
        UserCopy.status.not_in(GONE),
    )
    return {row.username: row.customer_id for row in work.session.execute(statement)}


def find_customer(
    work: UnitOfWork,
    partner_id: UUID,
    *,
    customer_id: UUID | None = None,
    email: str = "",
) -> CustomerCopy | None:
    """A partner's customer that is not deleted, by id or by mail address."""
    named = (
        CustomerCopy.id == customer_id
        if customer_id is not None
        else func.lower(CustomerCopy.email) == email.strip().lower()
    )
    if customer_id is None and not email.strip():
        return None
    statement = select(CustomerCopy).where(
        named,
        CustomerCopy.partner_id == partner_id,
        CustomerCopy.status.not_in(GONE),
    )
    return work.session.scalar(statement.limit(1))


def living_users(work: UnitOfWork, user_ids: Collection[UUID]) -> set[UUID]:
    """Which of these users are not deleted."""
    statement = select(UserCopy.id).where(
        UserCopy.id.in_(user_ids), UserCopy.status.not_in(GONE)
    )
    return set(work.session.scalars(statement))


def upsert_users(work: UnitOfWork, states: Sequence[UserChanged]) -> set[UUID]:
    """Keep what accounts says of users; those of whom it was news."""
    rows = [_shared(UserCopy, state) for state in states]
    return upsert_newest(work.session, UserCopy, rows)


def _shared(model: Any, state: Any) -> dict[str, Any]:
    return {
        name: getattr(state, name) for name in _shared_names(model, state.__class__)
    }


@cache
def _shared_names(model: Any, contract: Any) -> list[str]:
    """The columns of a copy that are fields of what is announced, too."""
    said = {field.name for field in fields(contract)}
    return [column.name for column in model.__table__.columns if column.name in said]


def get_partner(work: UnitOfWork, partner_id: UUID) -> AccountCopy:
    """The partner whose currency and time zone apply; NotFound before it arrived."""
    partner = get_held(work.session, AccountCopy, partner_id)
    if partner is None or partner.kind != AccountKind.PARTNER:
        raise PartnerNotFound
    return partner


def get_partners(work: UnitOfWork, partner_ids: Collection[UUID]) -> list[AccountCopy]:
    """Several partners in one go; held, they cost `get_partner` no further look."""
    statement = select(AccountCopy).where(AccountCopy.id.in_(partner_ids))
    return list(work.session.scalars(statement))


def acting_partner(work: UnitOfWork, partner_id: UUID | None) -> AccountCopy:
    """The partner a request is for: the actor's own, or the one the operator names.

    Naming a partner outside the scope is NotFound.
    """
    wanted = scope.acting_partner(work.actor, partner_id)
    statement = select(AccountCopy).where(
        AccountCopy.id == wanted, AccountCopy.kind == AccountKind.PARTNER
    )
    partner = work.session.scalar(in_scope(statement, AccountCopy, work.actor))
    if partner is None:
        raise PartnerNotFound
    return partner


def get_seller(
    work: UnitOfWork, account_id: UUID, *, for_update: bool = False
) -> AccountCopy:
    """A reseller or dealer in the actor's scope; NotFound otherwise."""
    find = lock_in_scope if for_update else find_in_scope
    seller = find(work, AccountCopy, account_id, AccountNotFound)
    if seller.kind not in SELLER_KINDS:
        raise AccountNotFound
    return seller


def get_customer(work: UnitOfWork, customer_id: UUID) -> CustomerCopy:
    """A customer in the actor's scope; NotFound otherwise."""
    statement = select(CustomerCopy).where(CustomerCopy.id == customer_id)
    customer = work.session.scalar(in_scope(statement, CustomerCopy, work.actor))
    if customer is None:
        raise CustomerNotFound
    return customer


def get_user(work: UnitOfWork, user_id: UUID) -> UserCopy:
    """A user in the actor's scope that is not deleted; NotFound otherwise."""
    statement = select(UserCopy).where(
        UserCopy.id == user_id, UserCopy.status.not_in(GONE)
    )
    user = work.session.scalar(in_scope(statement, UserCopy, work.actor))
    if user is None:
        raise UserNotFound
    return user


def users_of(work: UnitOfWork, customer_id: UUID) -> Sequence[UserCopy]:
    """A customer's users that are not deleted, the older first; a limit holds."""
    statement = (
        select(UserCopy)
        .where(UserCopy.customer_id == customer_id, UserCopy.status.not_in(GONE))
        .order_by(UserCopy.id)
        .limit(MOST_USERS)
    )
    return work.session.scalars(statement).all()


def lock_customer(work: UnitOfWork, customer_id: UUID) -> CustomerCopy:
    """The customer's row, locked: its lines and balance change one at a time.

    Everything that changes a subscription takes this lock first, then the wallets.
    """
    return _locked(work, select(CustomerCopy).where(CustomerCopy.id == customer_id))


def lock_customer_in_scope(work: UnitOfWork, customer_id: UUID) -> CustomerCopy:
    """As `lock_customer`, of one that the actor may see; NotFound otherwise."""
    statement = select(CustomerCopy).where(CustomerCopy.id == customer_id)
    return _locked(work, in_scope(statement, CustomerCopy, work.actor))


def _locked(work: UnitOfWork, statement: Select[CustomerCopy]) -> CustomerCopy:
    locked = statement.with_for_update().execution_options(populate_existing=True)
    customer = work.session.scalar(locked)
    if customer is None:
        raise CustomerNotFound
    return customer


def claim_customers(
    work: UnitOfWork, wanted: Select[UUID], *, limit: int
) -> Sequence[UUID]:
    """Lock up to `limit` customers that nobody else is at, in order of their ids."""
    statement = (
        select(CustomerCopy.id)
        .where(CustomerCopy.id.in_(wanted))
        .order_by(CustomerCopy.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return work.session.scalars(statement).all()


def lock_customers(work: UnitOfWork, customer_ids: Collection[UUID]) -> None:
    """Lock these customers in the order of their ids, waiting for each."""
    statement = select(CustomerCopy.id).where(CustomerCopy.id.in_(customer_ids))
    work.session.scalars(statement.order_by(CustomerCopy.id).with_for_update()).all()


def inactive_users(work: UnitOfWork, user_ids: Collection[UUID]) -> set[UUID]:
    """Which of these users, or whose customers, are not in use."""
    statement = (
        select(UserCopy.id)
        .join(CustomerCopy, CustomerCopy.id == UserCopy.customer_id)
        .where(
            UserCopy.id.in_(user_ids),
            or_(UserCopy.status != Status.ACTIVE, CustomerCopy.status != Status.ACTIVE),
        )
    )
    return set(work.session.scalars(statement))


def to_settle(
    work: UnitOfWork, customer_ids: Collection[UUID]
) -> Sequence[CustomerCopy]:
    """Those of these customers that were deleted, and whose money goes somewhere."""
    statement = select(CustomerCopy).where(
        CustomerCopy.id.in_(customer_ids),
        CustomerCopy.status == Status.DELETED,
        CustomerCopy.settlement.is_not(None),
    )
    return work.session.scalars(statement.order_by(CustomerCopy.id)).all()


def deleted_customers(work: UnitOfWork, customer_ids: Collection[UUID]) -> set[UUID]:
    """Which of these customers were deleted."""
    statement = select(CustomerCopy.id).where(
        CustomerCopy.id.in_(customer_ids), CustomerCopy.status == Status.DELETED
    )
    return set(work.session.scalars(statement))


def expect_user(
    work: UnitOfWork, *, user_id: UUID, customer_id: UUID, customer_scope: str
) -> None:
    """Make room for a user whose own events are still on their way.

    The rows have version 0, so that the first event of each replaces them.
    """
    unknown = {
        "version": 0,
        "partner_id": partner_of(customer_scope),
        "scope": customer_scope,
        "name": "",
        "status": Status.ACTIVE,
    }
    customer = insert(CustomerCopy).values(id=customer_id, email="", **unknown)
    user = insert(UserCopy).values(
        id=user_id, customer_id=customer_id, username="", **unknown
    )
    first = customer.on_conflict_do_nothing().cte()
    work.session.execute(user.on_conflict_do_nothing().add_cte(first))
