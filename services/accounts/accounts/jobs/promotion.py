"""A customer becomes a dealer, and what it had becomes the dealer's own."""

from sqlalchemy import select

from accounts.customers.finding import lock_row
from accounts.customers.models import Customer
from accounts.dependencies import Dependencies
from accounts.jobs.moves import move
from accounts.logins.models import Login
from accounts.logins.operations import end_sessions
from accounts.packages.limits import count_sellers, refuse_beyond_limit
from accounts.tree.models import Account
from accounts.tree.operations import lock_account, view_of
from lineup.context import Role
from lineup.contracts.accounts.partner_packages import Limit
from lineup.contracts.accounts.promotion import PromoteCustomer
from lineup.contracts.accounts.refusals import (
    AlreadySeller,
    CustomerDisabled,
    SubSellersNotAllowed,
)
from lineup.contracts.accounts.tree import AccountKind, AccountView, Status
from lineup.database import UnitOfWork
from lineup.verbs import handles


@handles(PromoteCustomer)
def promote_customer(
    work: UnitOfWork, request: PromoteCustomer, *, dependencies: Dependencies
) -> AccountView:
    """Make a dealer beside a customer, with its login, and put the customer below it.

    AlreadySeller for what stands for a seller, CustomerDisabled, SubSellersNotAllowed
    below a seller, PackageLimit; a customer in the trash, or whose seller is being
    deleted, is NotFound.
    """
    customer = lock_row(work, request.customer_id)
    parent = work.session.get_one(Account, customer.seller_id)
    lock_account(work, parent)
    _refuse(work, customer, parent)
    dealer = _dealer(work, customer, parent)
    work.announce(dealer.state())
    _hand_over_logins(work, customer, dealer, request)
    customer.is_own = True
    move(work, dependencies, [customer], dealer)
    return view_of(work, dealer)


def _refuse(work: UnitOfWork, customer: Customer, parent: Account) -> None:
    if customer.is_own:
        raise AlreadySeller
    if customer.status is not Status.ACTIVE:
        raise CustomerDisabled
    if parent.kind is not AccountKind.PARTNER:
        raise SubSellersNotAllowed
    refuse_beyond_limit(work, parent.partner_id, Limit.SELLERS, count_sellers)


def _dealer(work: UnitOfWork, customer: Customer, parent: Account) -> Account:
    """The dealer that the customer becomes: called so, reached so, with its login."""
    person = customer.person()
    name = f"{person.first_name} {person.last_name}".strip() or customer.username
    dealer = parent.child(AccountKind.DEALER, name, work.now)
    dealer.username = customer.username
    dealer.email, dealer.phone = person.email, person.mobile or person.phone
    dealer.currency = parent.currency
    dealer.time_zone = customer.time_zone or parent.time_zone
    dealer.set_company(
        {"address": person.address, "city": person.city, "country": person.country}
    )
    work.session.add(dealer)
    work.session.flush()
    return dealer


def _hand_over_logins(
    work: UnitOfWork, customer: Customer, dealer: Account, request: PromoteCustomer
) -> None:
    """Let the customer's logins be the dealer's, who have to sign in anew."""
    end_sessions(work, Login.account_id == customer.id)
    theirs = select(Login).where(Login.account_id == customer.id)
    for login in work.session.scalars(theirs.with_for_update()):
        login.account_id, login.role = dealer.id, Role.DEALER
        login.must_change_password = request.must_change_password
        login.index(dealer)
