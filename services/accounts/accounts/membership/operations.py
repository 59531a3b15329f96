"""What can be asked of a customer together with its login and users."""

from accounts import values
from accounts.customers.finding import lock_row
from accounts.customers.models import Customer
from accounts.customers.operations import note_taken_email
from accounts.customers.person import checked_person
from accounts.customers.settings import check_pin, check_settings
from accounts.customers.views import view_of
from accounts.devices.operations import forget_devices
from accounts.findings import Findings
from accounts.logins.models import Login
from accounts.logins.operations import check_login, delete_logins, end_sessions
from accounts.means import Means
from accounts.membership.enrolment import (
    Application,
    Issue,
    enrol,
    generated_login,
    issue_credentials,
)
from accounts.tree.models import Account
from accounts.tree.operations import SELLER_KINDS, account_in_scope, customer_in_scope
from accounts.users.operations import (
    add_user,
    delete_users,
    lock_user,
    turn_users,
    users_of,
)
from lineup.context import Role
from lineup.contracts.accounts import (
    AccountKind,
    CreateCustomer,
    CustomerView,
    DeleteCustomer,
    DeleteUser,
    Done,
    Person,
    SetCustomerStatus,
    Status,
)
from lineup.database import Work
from lineup.errors import Invalid


def create_customer(
    work: Work, request: CreateCustomer, *, means: Means
) -> CustomerView:
    """Make a customer with its login and, where named, its first user, or nothing.

    Every wrong field is told in one refusal (CU-17). With a mail address, credentials
    are issued unless `send_credentials` is off.
    """
    parent = _parent(work, request)
    person = _checked(work, request, parent)
    application = Application(
        person=person,
        login=request.login or generated_login(work, person),
        settings=request.settings,
        pin=request.pin,
    )
    new = enrol(work, means, parent, application)
    name = request.user_name.strip()
    users = [add_user(work, means, new.account, name)] if name else []
    if request.send_credentials and person.email:
        issue = Issue(
            id=new.customer.id,
            version=1,
            customer=new.customer,
            users=users,
            password=application.login.password,
        )
        issue_credentials(work, means, issue)
    return view_of(work, new.customer)


def set_customer_status(
    work: Work, request: SetCustomerStatus, *, means: Means
) -> CustomerView:
    """Switch a customer off or on; off, its use ends at once (CU-15)."""
    if request.status is Status.DELETED:
        raise Invalid(fields={"status": ["Choose active or inactive."]})
    customer = lock_row(work, request.customer_id)
    if customer.status is not request.status:
        _turn(work, means, customer, request.status)
    return view_of(work, customer)


def delete_customer(work: Work, request: DeleteCustomer, *, means: Means) -> Done:
    """Delete a customer, its users and logins; SubscriptionActive while one is served.

    Its mail address is free for another; its login name stays reserved.
    """
    customer = lock_row(work, request.customer_id)
    users = users_of(work, customer.id)
    delete_users(work, means, users)
    forget_devices(work, users)
    customer_in_scope(work, customer.id).turn(Status.DELETED)
    delete_logins(work, [customer.id])
    customer.turn(Status.DELETED)
    work.announce(customer.state())
    return Done()


def delete_user(work: Work, request: DeleteUser, *, means: Means) -> Done:
    """Delete a user with its devices; SubscriptionActive while it is served (CU-24)."""
    user = lock_user(work, request.user_id)
    delete_users(work, means, [user])
    forget_devices(work, [user])
    return Done()


def _turn(work: Work, means: Means, customer: Customer, status: Status) -> None:
    customer_in_scope(work, customer.id).turn(status)
    customer.turn(status)
    work.announce(customer.state())
    if status is Status.INACTIVE:
        end_sessions(work, Login.account_id == customer.id)
    turn_users(work, means, users_of(work, customer.id), status)


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
    note_taken_email(work, findings, parent.partner_id, person)
    if request.login is not None:
        check_login(work, findings, request.login, Role.CUSTOMER)
    if request.user_name.strip():
        values.name(findings, "user_name", request.user_name)
    check_settings(work, findings, request.settings, parent.scope)
    check_pin(findings, request.pin)
    findings.refuse()
    return person
