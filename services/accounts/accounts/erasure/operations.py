"""Erasing a customer: its rows here at once, the rest in steps; services confirm."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from accounts.boxes.assigning import return_boxes_of
from accounts.boxes.models import BoxHistory
from accounts.customers.models import Customer, Deletion
from accounts.dependencies import Dependencies
from accounts.devices.models import Device
from accounts.devices.operations import delete_devices
from accounts.erasure.models import Erasure
from accounts.logins.models import KnownAddress, Login, ResetLink, SecondFactor, Session
from accounts.logins.operations import delete_logins
from accounts.staff.models import GrantUse
from accounts.tree.models import Account
from accounts.users.models import User
from accounts.users.operations import announce_users, lock_users
from accounts.users.service_times import refresh_customer
from lineup.contracts.accounts.erasure import (
    CustomerErasureRequested,
    ErasureView,
    GetErasure,
    ListErasures,
)
from lineup.contracts.accounts.partner_events import PurgeConfirmed
from lineup.contracts.accounts.refusals import ErasureNotFound
from lineup.contracts.accounts.tree import Status
from lineup.contracts.paging import Page
from lineup.database import Database, UnitOfWork, find_in_scope, page_of
from lineup.database.purging import (
    Purging,
    audit_of_customer,
    blanked,
    kept_answers,
    rows,
)
from lineup.scope import in_scope
from lineup.verbs import handles

SERVICES = ("accounts", "billing", "notifications", "playlists")
"""Who has to confirm."""
ASKED_AGAIN_AFTER = timedelta(hours=1)
MOST_AT_ONCE = 100
ORDERS = {"": Erasure.requested_at}


def erase(
    work: UnitOfWork, dependencies: Dependencies, customer: Customer, deletion: Deletion
) -> Erasure:
    """Delete a customer for good, with all that names the person.

    What is left is a number, and the users' ids. The caller holds the customer's lock.
    """
    email = dependencies.keyring.seal(customer.email) if customer.email else ""
    users = lock_users(work, User.customer_id == customer.id)
    return_boxes_of(work, users)
    delete_devices(work, users)
    for user in users:
        user.erase()
    delete_logins(work, [customer.id])
    account = work.session.get_one(Account, customer.id)
    account.forget()
    account.time_zone = ""
    if customer.status is not Status.DELETED:
        customer.delete(deletion)
    customer.erase()
    refresh_customer(work, customer.id)
    announce_users(work, dependencies, users)
    work.announce(customer.state())
    return _begin(work, customer, deletion, email)


def _begin(
    work: UnitOfWork, customer: Customer, deletion: Deletion, email: str
) -> Erasure:
    erasure = Erasure(
        id=customer.id,
        scope=customer.scope,
        partner_id=customer.partner_id,
        version=0,
        email=email,
        requested_at=work.now,
        requested_by=deletion.by,
        reason=deletion.reason,
        waiting_for=list(SERVICES),
        due_at=work.now,
    )
    work.session.add(erasure)
    _ask(work, erasure)
    return erasure


def _ask(work: UnitOfWork, erasure: Erasure) -> None:
    erasure.version += 1
    erasure.asked_at = work.now
    work.announce(
        CustomerErasureRequested(
            id=erasure.id,
            version=erasure.version,
            scope=erasure.scope,
            partner_id=erasure.partner_id,
            email=erasure.email,
        )
    )


def confirm(work: UnitOfWork, purged: PurgeConfirmed) -> None:
    """A service has erased a customer."""
    erasure = work.session.get(Erasure, purged.id, with_for_update=True)
    if erasure is not None:
        erasure.confirm(purged.event_source, work.now)


def ask_again(database: Database) -> int:
    """Ask services that have not confirmed for an hour once more; for how many."""
    with database.transaction() as work:
        wanted = select(Erasure).where(Erasure.asked_at <= work.now - ASKED_AGAIN_AFTER)
        late: Sequence[Erasure] = work.session.scalars(
            wanted.limit(MOST_AT_ONCE).with_for_update(skip_locked=True)
        ).all()
        for erasure in late:
            _ask(work, erasure)
    return len(late)


@handles(GetErasure)
def get_erasure(work: UnitOfWork, request: GetErasure) -> ErasureView:
    """One erasure in the actor's part of the tree; ErasureNotFound otherwise."""
    return find_in_scope(work, Erasure, request.customer_id, ErasureNotFound).view()


@handles(ListErasures)
def list_erasures(work: UnitOfWork, request: ListErasures) -> Page[ErasureView]:
    """Erasures in the actor's part of the tree."""
    return page_of(
        work.session,
        _visible(work),
        Erasure,
        request.paging,
        lambda row: row.view(),
        ORDERS,
    )


def _visible(work: UnitOfWork) -> "Select[Erasure]":
    return in_scope(select(Erasure), Erasure, work.actor)


def _logins(erasure: Any) -> "Select[UUID]":
    return select(Login.id).where(Login.account_id == erasure.id)


STEPS = (
    rows(Session, lambda erasure: Session.login_id.in_(_logins(erasure))),
    rows(Session, lambda erasure: Session.account_id == erasure.id),
    rows(ResetLink, lambda erasure: ResetLink.login_id.in_(_logins(erasure))),
    rows(KnownAddress, lambda erasure: KnownAddress.login_id.in_(_logins(erasure))),
    rows(SecondFactor, lambda erasure: SecondFactor.login_id.in_(_logins(erasure))),
    rows(Login, lambda erasure: Login.account_id == erasure.id),
    rows(Device, lambda erasure: Device.customer_id == erasure.id),
    blanked(
        BoxHistory, {"note": ""}, lambda erasure: BoxHistory.customer_id == erasure.id
    ),
    blanked(
        GrantUse,
        {"account": "erased"},
        lambda erasure: GrantUse.account_id == erasure.id,
    ),
    audit_of_customer,
    kept_answers,
)

ERASING = Purging(
    "accounts",
    Erasure,
    STEPS,
    lambda work, erasure: erasure.confirm("accounts", work.now),
)
