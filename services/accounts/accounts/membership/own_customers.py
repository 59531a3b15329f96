"""Accounts' own customers: what lets partners and sellers have users themselves."""

from accounts.customers.finding import find_by_email, living
from accounts.customers.models import Customer
from accounts.customers.views import view_of
from accounts.membership.enrolment import place
from accounts.tree.links import refuse_left
from accounts.tree.models import Account
from accounts.tree.operations import account_in_scope
from accounts.tree.rights import SELLING_KINDS
from lineup.contracts.accounts.customers import CustomerSettings, CustomerView, Person
from lineup.contracts.accounts.membership import OpenOwnCustomer
from lineup.database import UnitOfWork
from lineup.errors import Invalid
from lineup.verbs import handles


@handles(OpenOwnCustomer)
def open_own_customer(work: UnitOfWork, request: OpenOwnCustomer) -> CustomerView:
    """The customer that stands for an account itself, made when there is none.

    LinkEnded where none is to be made for a reseller that has left its partner.
    PackageLimit and LimitReached as for any customer. Whoever asks at the same time is
    given the same one; who puts another customer below the account does not wait.
    """
    account = account_in_scope(work, request.account_id)
    if account.kind not in SELLING_KINDS:
        raise Invalid(fields={"account_id": ["Choose a partner, reseller or dealer."]})
    work.session.refresh(account, with_for_update={"key_share": True})
    own = living(work).where(Customer.seller_id == account.id, Customer.is_own)
    customer = work.session.scalar(own) or _made(work, account)
    return view_of(work, customer)


def _made(work: UnitOfWork, account: Account) -> Customer:
    refuse_left(work, account)
    person = _person(work, account)
    settings = CustomerSettings()
    leaf, customer = place(work, account, person, account.username, settings)
    customer.is_own = True
    work.session.add(leaf)
    work.session.flush()
    work.session.add(customer)
    work.announce(customer.state())
    return customer


def _person(work: UnitOfWork, account: Account) -> Person:
    """The account as a person; without its mail where a customer has that already."""
    partner_id, company = account.partner_id, account.company()
    known = partner_id and find_by_email(work, partner_id, account.email)
    return Person(
        first_name=account.name,
        last_name="",
        email="" if known else account.email,
        phone=account.phone,
        address=company.address,
        city=company.city,
        country=company.country,
    )
