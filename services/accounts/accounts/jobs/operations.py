"""What can be asked of jobs: count, delete a seller, move customers, look."""

from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select

from accounts.boxes.stock import take_back_stock
from accounts.customers.finding import lock_row
from accounts.customers.models import Customer
from accounts.customers.views import view_of
from accounts.dependencies import Dependencies
from accounts.jobs.models import AccountJob
from accounts.jobs.moves import move
from accounts.links.ending import end_with
from accounts.logins.operations import delete_logins
from accounts.membership.trash import deletion_of
from accounts.tree.links import refuse_left
from accounts.tree.models import Account
from accounts.tree.operations import account_in_scope, lock_account
from accounts.tree.rights import SELLER_KINDS, SELLING_KINDS
from accounts.users.models import User
from lineup.contracts.accounts.customers import CustomerView, GetCustomer
from lineup.contracts.accounts.jobs import (
    AccountCounts,
    AccountJobState,
    AccountJobView,
    CountAccount,
    DeleteAccount,
    GetAccountJob,
    ListAccountJobs,
    MoveCustomer,
    MoveCustomers,
)
from lineup.contracts.accounts.refusals import (
    AccountJobNotFound,
    ConfirmationMissing,
    CustomersComing,
    OwnAccount,
)
from lineup.contracts.accounts.tree import GetAccount, Status
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, find_in_scope, page_of
from lineup.errors import Invalid
from lineup.impersonation import signature
from lineup.scope import in_scope
from lineup.verbs import handles


@handles(CountAccount)
def count_account(work: UnitOfWork, request: CountAccount) -> AccountCounts:
    """How many customers and users lie below an account."""
    return counts_of(work, account_in_scope(work, request.account_id))


@handles(DeleteAccount, changes=GetAccount)
def delete_account(work: UnitOfWork, request: DeleteAccount) -> AccountJobView:
    """Delete a seller for good: from now on nobody at or below it signs in.

    Its customers and their users follow in the background. ConfirmationMissing unless
    its login name was typed, CustomersComing while others are moved to it; nothing
    changes then.
    """
    deletion = deletion_of(work, request)
    account = _seller(work, request.account_id, "account_id")
    work.session.refresh(account, with_for_update=True)
    if request.confirmation.strip() != account.username:
        words = f"Type {account.username} to confirm."
        raise ConfirmationMissing(words, fields={"confirmation": [words]})
    if _is_moved_to(work, account):
        raise CustomersComing
    end_with(work, account)
    account.set_status(Status.DELETED)
    delete_logins(work, [account.id])
    take_back_stock(work, account)
    work.announce(account.state())
    job = AccountJob.begin(account, signature(work.actor), work.now)
    job.remove(deletion)
    return _begun(work, job)


@handles(MoveCustomer, changes=GetCustomer)
def move_customer(
    work: UnitOfWork, request: MoveCustomer, *, dependencies: Dependencies
) -> CustomerView:
    """Put a customer below another seller, or its partner; all it has goes along.

    Its id, links and ledger stay as they are.
    """
    customer = lock_row(work, request.customer_id)
    customer.refuse_own()
    target = _target(work, request.to_account_id, customer.partner_id)
    move(work, dependencies, [customer], target)
    return view_of(work, customer)


@handles(MoveCustomers)
def move_customers(work: UnitOfWork, request: MoveCustomers) -> AccountJobView:
    """Put all customers of a seller below another account, in the background."""
    account = _seller(work, request.account_id, "account_id")
    target = _target(work, request.to_account_id, account.partner_id)
    if target.id == account.id:
        raise Invalid(
            fields={"to_account_id": ["The customers already belong to this seller."]}
        )
    job = AccountJob.begin(account, signature(work.actor), work.now)
    job.lead_to(target)
    return _begun(work, job)


@handles(GetAccountJob)
def get_account_job(work: UnitOfWork, request: GetAccountJob) -> AccountJobView:
    """One job, and how far it is."""
    return find_in_scope(work, AccountJob, request.job_id, AccountJobNotFound).view()


@handles(ListAccountJobs)
def list_account_jobs(
    work: UnitOfWork, request: ListAccountJobs
) -> Page[AccountJobView]:
    """Jobs, newest first, of one account where it is named."""
    statement = in_scope(select(AccountJob), AccountJob, work.actor)
    if request.account_id is not None:
        statement = statement.where(AccountJob.account_id == request.account_id)
    return page_of(work.session, statement, AccountJob, request.paging, AccountJob.view)


def counts_of(work: UnitOfWork, account: Account) -> AccountCounts:
    """The living customers and users below an account."""
    return AccountCounts(
        account_id=account.id,
        customers=_count(work, Customer, account.scope),
        users=_count(work, User, account.scope),
    )


def _count(work: UnitOfWork, model: Any, scope: str) -> int:
    below = model.scope.startswith(scope, autoescape=True)
    statement = select(func.count()).where(below, model.status != Status.DELETED)
    return work.session.scalar(statement) or 0


def _begun(work: UnitOfWork, job: AccountJob) -> AccountJobView:
    """A job that is to be done, with how many it is about."""
    which = job.concerned()
    theirs = select(Customer.id).where(*which)
    users = select(func.count()).where(
        User.customer_id.in_(theirs), User.status != Status.DELETED
    )
    job.expect(
        AccountCounts(
            account_id=job.account_id,
            customers=work.session.scalar(select(func.count()).where(*which)) or 0,
            users=work.session.scalar(users) or 0,
        )
    )
    work.session.add(job)
    return job.view()


def _is_moved_to(work: UnitOfWork, account: Account) -> bool:
    coming = exists().where(
        AccountJob.to_account_id == account.id,
        AccountJob.state == AccountJobState.RUNNING,
    )
    return bool(work.session.scalar(select(coming)))


def _seller(work: UnitOfWork, account_id: UUID, field: str) -> Account:
    account = account_in_scope(work, account_id)
    if account.id == work.actor.account_id:
        raise OwnAccount
    if account.kind not in SELLER_KINDS:
        raise Invalid(fields={field: ["Choose a reseller or dealer."]})
    return account


def _target(work: UnitOfWork, account_id: UUID, partner_id: UUID | None) -> Account:
    """Where customers of a partner may go: another seller of it, or itself."""
    target = account_in_scope(work, account_id)
    if target.kind not in SELLING_KINDS or target.partner_id != partner_id:
        raise Invalid(
            fields={"to_account_id": ["Choose a seller of the same partner."]}
        )
    lock_account(work, target)
    refuse_left(work, target)
    return target
