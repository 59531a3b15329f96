"""What can be asked of customers."""

from uuid import UUID

from sqlalchemy import Select, select

from accounts import values
from accounts.customers.enrolment import (
    Issue,
    enrol,
    find_by_email,
    generated_login,
    issue_credentials,
)
from accounts.customers.models import Customer, email_key
from accounts.customers.person import checked_person
from accounts.findings import Findings
from accounts.logins.operations import check_login, delete_logins
from accounts.means import Means
from accounts.taken import note_taken, refused_as
from accounts.tree.models import Account
from accounts.tree.operations import (
    SELLER_KINDS,
    account_in_scope,
    customer_in_scope,
    of_partner,
)
from accounts.users.operations import (
    add_user,
    count_users,
    delete_users,
    users_of,
)
from lineup.context import Role
from lineup.contracts.accounts import (
    AccountKind,
    CreateCustomer,
    CustomerView,
    DeleteCustomer,
    Done,
    GetCustomer,
    ListCustomers,
    Person,
    Status,
    UpdateCustomer,
)
from lineup.contracts.paging import Page
from lineup.database import Work, page_of
from lineup.errors import Invalid, NotFound
from lineup.scope import in_scope

EMAIL_INDEX = "uq_customers_partner_id_email_key"


def create_customer(
    work: Work, request: CreateCustomer, *, means: Means
) -> CustomerView:
    """Make a customer with its login and, where named, its first user, or nothing.

    Every wrong field is told in one refusal (CU-17). With a mail address, credentials
    are issued unless `send_credentials` is off.
    """
    parent = _parent(work, request)
    person = _checked(work, request, parent)
    login = request.login or generated_login(work, person)
    new = enrol(work, means, parent, person, login)
    name = request.user_name.strip()
    users = [add_user(work, means, new.account, name)] if name else []
    if request.send_credentials and person.email:
        issue = Issue(
            id=new.customer.id,
            version=1,
            customer=new.customer,
            users=users,
            password=login.password,
        )
        issue_credentials(work, means, issue)
    return new.customer.view(len(users))


def update_customer(work: Work, request: UpdateCustomer) -> CustomerView:
    """Change a customer's data; every wrong field is told in one refusal."""
    customer = get_row(work, request.customer_id)
    work.session.refresh(customer, with_for_update=True)
    findings = Findings()
    person = checked_person(findings, request.person)
    if email_key(person.email) != customer.email_key:
        _note_taken_email(work, findings, customer.partner_id, person)
    findings.refuse()
    customer.take(person)
    account = customer_in_scope(work, customer.id)
    account.name = f"{person.first_name} {person.last_name}"
    with refused_as(EMAIL_INDEX):
        work.session.flush()
    work.announce(customer.state())
    return _view(work, customer)


def get_customer(work: Work, request: GetCustomer) -> CustomerView:
    """One customer in the actor's part of the tree."""
    return _view(work, get_row(work, request.customer_id))


def list_customers(work: Work, request: ListCustomers) -> Page[CustomerView]:
    """Customers, newest first, narrowed by a text in name, mail or login name."""
    statement = of_partner(_living(work), Customer, work.actor)
    for word in request.search.lower().split():
        statement = statement.where(Customer.search.contains(word, autoescape=True))
    page = page_of(work.session, statement, Customer, request.paging, lambda row: row)
    counts = count_users(work, [customer.id for customer in page.items])
    items = [customer.view(counts[customer.id]) for customer in page.items]
    return page.showing(items)


def delete_customer(work: Work, request: DeleteCustomer, *, means: Means) -> Done:
    """Delete a customer, its users and logins; SubscriptionActive while one is served.

    Its mail address is free for another; its login name stays reserved.
    """
    customer = get_row(work, request.customer_id)
    work.session.refresh(customer, with_for_update=True)
    delete_users(work, means, users_of(work, customer.id))
    customer_in_scope(work, customer.id).turn(Status.DELETED)
    delete_logins(work, customer.id)
    customer.delete()
    work.announce(customer.state())
    return Done()


def get_row(work: Work, customer_id: UUID) -> Customer:
    """A customer the actor may see; NotFound otherwise."""
    customer = work.session.scalar(_living(work).where(Customer.id == customer_id))
    if customer is None:
        raise NotFound
    return customer


def _parent(work: Work, request: CreateCustomer) -> Account:
    """The seller named, else the actor's own account, else the partner named."""
    actor = work.actor
    own_id = None if actor.role in {Role.OPERATOR, Role.SYSTEM} else actor.account_id
    parent_id = request.seller_id or own_id or request.partner_id
    if parent_id is None:
        raise Invalid(fields={"partner_id": ["Name the partner or seller above."]})
    parent = account_in_scope(work, parent_id)
    if parent.kind not in SELLER_KINDS | {AccountKind.PARTNER}:
        raise Invalid(fields={"partner_id": ["Customers lie below a partner."]})
    return parent


def _checked(work: Work, request: CreateCustomer, parent: Account) -> Person:
    findings = Findings()
    person = checked_person(findings, request.person)
    _note_taken_email(work, findings, parent.partner_id, person)
    if request.login is not None:
        check_login(work, findings, request.login, Role.CUSTOMER)
    if request.user_name.strip():
        values.name(findings, "user_name", request.user_name)
    findings.refuse()
    return person


def _note_taken_email(
    work: Work, findings: Findings, partner_id: UUID | None, person: Person
) -> None:
    if findings.has("person.email") or partner_id is None:
        return
    if find_by_email(work, partner_id, person.email) is not None:
        note_taken(findings, EMAIL_INDEX)


def _view(work: Work, customer: Customer) -> CustomerView:
    return customer.view(count_users(work, [customer.id])[customer.id])


def _living(work: Work) -> Select[Customer]:
    statement = select(Customer).where(Customer.status != Status.DELETED)
    return in_scope(statement, Customer, work.actor)
