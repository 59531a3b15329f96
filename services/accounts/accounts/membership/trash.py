"""Deleting customers: to the trash first, from which they are restored or purged."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_

from accounts import values
from accounts.customers.finding import find_for_update, lock_row, trashed
from accounts.customers.models import Customer, Deletion
from accounts.customers.operations import UNIQUE
from accounts.customers.views import view_of, views_of
from accounts.dependencies import Dependencies
from accounts.erasure.models import Erasure
from accounts.erasure.operations import erase
from accounts.logins.models import Login
from accounts.logins.operations import end_sessions
from accounts.search_text import search_words
from accounts.subscriptions.operations import refuse_while_running
from accounts.tree.models import Account
from accounts.tree.operations import customer_in_scope, of_partner
from accounts.unique_violations import refused_as
from accounts.users.models import User
from accounts.users.operations import (
    announce_users,
    lock_users,
    users_of,
)
from accounts.users.service_times import refresh_customer
from lineup import metrics
from lineup.access import require
from lineup.context import Permission
from lineup.contracts.accounts.customers import (
    CustomerView,
    DeleteCustomer,
    GetCustomer,
)
from lineup.contracts.accounts.erasure import EraseCustomer, ErasureView
from lineup.contracts.accounts.jobs import DeleteAccount
from lineup.contracts.accounts.refusals import CustomerNotFound
from lineup.contracts.accounts.trash import (
    ListTrash,
    PurgeCustomer,
    RestoreCustomer,
    TrashedCustomer,
)
from lineup.contracts.accounts.tree import Status
from lineup.contracts.paging import Page
from lineup.database import Database, UnitOfWork, lock_in_scope, page_of
from lineup.database.faults import FAULTS
from lineup.impersonation import refuse_while_impersonating, signature
from lineup.validation import FieldCode, ValidationErrors
from lineup.verbs import Done, handles

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(days=30)
ORDERS = {
    "": Customer.trashed_at,
    "name": Customer.name_key,
    "username": Customer.username,
    "deleted_at": Customer.trashed_at,
}
metrics.PUT_OFF.labels("accounts", "trash")


@handles(DeleteCustomer, changes=GetCustomer)
def delete_customer(
    work: UnitOfWork, request: DeleteCustomer, *, dependencies: Dependencies
) -> Done:
    """Put a customer into the trash; SubscriptionActive while a user is served.

    From now on nobody of it signs in or watches. Forced, for a reason, it goes all the
    same; money moves once it leaves the trash. Its mail address and external id are
    free for another; login name, user names and MACs stay reserved.
    """
    deletion = deletion_of(work, request)
    customer = lock_row(work, request.customer_id)
    customer.refuse_own()
    users = users_of(work, customer.id)
    if not request.force:
        refuse_while_running(work, [user.id for user in users])
    end_sessions(work, Login.account_id == customer.id)
    customer_in_scope(work, customer.id).set_status(Status.TRASHED)
    for user in lock_users(work, User.id.in_([user.id for user in users])):
        user.trash()
    customer.trash(deletion, work.now)
    _announce(work, dependencies, customer, users)
    return Done()


@handles(ListTrash)
def list_trash(work: UnitOfWork, request: ListTrash) -> Page[TrashedCustomer]:
    """Customers in the trash, the next to be purged first."""
    statement = of_partner(trashed(work), Customer, work.actor)
    if request.customer_id is not None:
        statement = statement.where(Customer.id == request.customer_id)
    for word in search_words(request.search):
        statement = statement.where(Customer.search.contains(word, autoescape=True))
    page = page_of(
        work.session, statement, Customer, request.paging, lambda row: row, ORDERS
    )
    views = zip(page.items, views_of(work, page.items), strict=True)
    return page.showing([_trashed_view(row, view) for row, view in views])


@handles(RestoreCustomer)
def restore_customer(
    work: UnitOfWork, request: RestoreCustomer, *, dependencies: Dependencies
) -> CustomerView:
    """Let a customer in the trash be as it was, with its login, users and devices.

    Refused when its mail address or external id is another customer's by now.
    """
    customer = _locked_in_trash(work, request.customer_id)
    users = lock_users(work, _in_trash_with(customer))
    customer.restore()
    with refused_as(*UNIQUE):
        work.session.flush()
    place = work.session.get_one(Account, customer.id, with_for_update=True)
    place.set_status(customer.status)
    for user in users:
        user.restore()
    _announce(work, dependencies, customer, users)
    return view_of(work, customer)


@handles(PurgeCustomer)
def purge_customer(
    work: UnitOfWork, request: PurgeCustomer, *, dependencies: Dependencies
) -> Done:
    """Delete a customer in the trash for good, and erase whatever names it."""
    customer = _locked_in_trash(work, request.customer_id)
    erase(work, dependencies, customer, customer.deletion)
    return Done()


@handles(EraseCustomer, changes=GetCustomer)
def erase_customer(
    work: UnitOfWork, request: EraseCustomer, *, dependencies: Dependencies
) -> ErasureView:
    """Delete a customer for good, and erase whatever names it, without the trash.

    SubscriptionActive while a user is served, unless it is forced for a reason. Who was
    deleted with its seller is erased, too, and its money goes as was said then.
    """
    deletion = deletion_of(work, request)
    customer = _locked_with_deleted(work, request.customer_id)
    if not request.force:
        users = users_of(work, customer.id)
        refuse_while_running(work, [user.id for user in users])
    if customer.status is not Status.DELETED:
        customer.refuse_own()
    return erase(work, dependencies, customer, deletion).view()


def purge_expired(database: Database, dependencies: Dependencies) -> int:
    """Purge who has been in the trash for thirty days, each alone; how many.

    One that fails is logged and tried again the next time; the others go.
    """
    with database.transaction() as work:
        expired = trashed(work).where(Customer.trashed_at <= work.now - KEPT_FOR)
        oldest = expired.order_by(Customer.trashed_at, Customer.id)
        ids = work.session.scalars(oldest.with_only_columns(Customer.id)).all()
    return sum(_purge_alone(database, dependencies, customer_id) for customer_id in ids)


def _purge_alone(
    database: Database, dependencies: Dependencies, customer_id: UUID
) -> bool:
    try:
        with database.transaction() as work:
            customer = find_for_update(work, customer_id)
            if customer is None or not _is_expired(work, customer):
                return False
            erase(work, dependencies, customer, customer.deletion)
    except FAULTS:
        raise
    except Exception:
        metrics.PUT_OFF.labels("accounts", "trash").inc()
        log.exception("purge_put_off", customer=str(customer_id))
        return False
    return True


def _is_expired(work: UnitOfWork, customer: Customer) -> bool:
    """Whether its time in the trash is over; not of who was restored meanwhile."""
    since = customer.trashed_at
    return since is not None and since <= work.now - KEPT_FOR


def _locked_in_trash(work: UnitOfWork, customer_id: UUID) -> Customer:
    """A customer in the trash for this transaction alone; NotFound for any other."""
    found = work.session.scalar(trashed(work).where(Customer.id == customer_id))
    customer = found and find_for_update(work, customer_id)
    if customer is None or customer.status is not Status.TRASHED:
        raise CustomerNotFound
    return customer


def _locked_with_deleted(work: UnitOfWork, customer_id: UUID) -> Customer:
    """A customer for this transaction alone, deleted or not; NotFound for who is in the
    trash or was erased.
    """
    customer = lock_in_scope(work, Customer, customer_id, CustomerNotFound)
    is_erased = work.session.get(Erasure, customer.id) is not None
    if is_erased or customer.status is Status.TRASHED:
        raise CustomerNotFound
    return customer


def _in_trash_with(customer: Customer) -> ColumnElement[bool]:
    return and_(User.customer_id == customer.id, User.status == Status.TRASHED)


def _announce(
    work: UnitOfWork,
    dependencies: Dependencies,
    customer: Customer,
    users: Sequence[User],
) -> None:
    refresh_customer(work, customer.id)
    work.announce(customer.state())
    announce_users(work, dependencies, users)


def _trashed_view(customer: Customer, view: CustomerView) -> TrashedCustomer:
    deleted_at = customer.trashed_at or customer.created_at
    return TrashedCustomer(
        **vars(view),
        deleted_at=deleted_at,
        purge_at=deleted_at + KEPT_FOR,
        deleted_by=customer.deleted_by,
        reason=customer.deletion_reason,
    )


def deletion_of(
    work: UnitOfWork, request: DeleteCustomer | EraseCustomer | DeleteAccount
) -> Deletion:
    """Who deletes, why, and what becomes of the money; a reason is given by force.

    Nobody forces it while logged in as another, or without the permission: money goes
    out.
    """
    if request.force:
        refuse_while_impersonating(work.actor)
        require(work.actor, Permission.FORCE)
    errors = ValidationErrors()
    reason = values.line(errors, "reason", request.reason)
    if request.force and not reason:
        errors.add("reason", FieldCode.REQUIRED, "Enter a reason for the deletion.")
    errors.refuse()
    by = signature(work.actor)
    return Deletion(settlement=request.settlement, reason=reason, by=by)
