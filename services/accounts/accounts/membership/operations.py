"""What can be asked of a customer together with its login and users."""

from accounts import values
from accounts.boxes.assigning import return_boxes_of
from accounts.customers.finding import lock_row
from accounts.customers.models import Customer
from accounts.customers.operations import note_duplicate_email
from accounts.customers.person import checked_person
from accounts.customers.settings import check_pin, check_settings
from accounts.customers.views import view_of
from accounts.dependencies import Dependencies
from accounts.devices.operations import delete_devices
from accounts.logins.models import Login
from accounts.logins.operations import check_login, end_sessions
from accounts.membership.enrolment import (
    Application,
    Issue,
    enrol,
    generated_login,
    issue_credentials,
)
from accounts.tree.links import refuse_left
from accounts.tree.models import Account
from accounts.tree.operations import (
    account_in_scope,
    customer_in_scope,
    named_account,
    named_partner,
)
from accounts.tree.rights import SELLING_KINDS
from accounts.users.models import User
from accounts.users.operations import (
    delete_users,
    lock_user,
    make_user,
    set_users_status,
    users_of,
)
from accounts.users.operations import view_of as user_view
from accounts.users.service_times import follow_first_users
from lineup.context import Role
from lineup.contracts.accounts.customers import (
    CustomerView,
    GetCustomer,
    Person,
    SwitchCustomer,
)
from lineup.contracts.accounts.membership import CreateCustomer, CreatedCustomer
from lineup.contracts.accounts.tree import Status
from lineup.contracts.accounts.users import DeleteUser, GetUser
from lineup.database import UnitOfWork
from lineup.errors import Invalid
from lineup.scope import acting_partner
from lineup.validation import ValidationErrors
from lineup.verbs import Done, handles


@handles(CreateCustomer)
def create_customer(
    work: UnitOfWork, request: CreateCustomer, *, dependencies: Dependencies
) -> CreatedCustomer:
    """Make a customer with its login and, where named, its first user, or nothing.

    Every wrong field is told in one refusal. With a mail address, credentials
    are issued unless `send_credentials` is off. A password that was generated is told
    in the answer, sealed: nobody could read it anywhere later.
    """
    parent = _parent(work, request)
    person = _checked(work, request, parent)
    application = Application(
        person=person,
        login=request.login or generated_login(work, person, parent),
        settings=request.settings,
        pin=request.pin,
    )
    with work.announcing_together():
        new, users = _made(work, dependencies, parent, application, request)
    password = "" if request.login else application.login.password
    return CreatedCustomer(
        **vars(view_of(work, new)),
        users=[user_view(work, dependencies, user) for user in users],
        generated_password=password and dependencies.keyring.seal(password),
    )


def _made(
    work: UnitOfWork,
    dependencies: Dependencies,
    parent: Account,
    application: Application,
    request: CreateCustomer,
) -> tuple[Customer, list[User]]:
    """The customer with the user that was named, told of its credentials if wanted."""
    new = enrol(work, dependencies, parent, application)
    name = request.user_name.strip()
    users = [make_user(work, dependencies, new.account, name)] if name else []
    if users:
        follow_first_users(new.customer, users)
    if request.send_credentials and application.person.email:
        issue = Issue(
            id=new.customer.id,
            version=1,
            customer=new.customer,
            users=users,
            password=application.login.password,
        )
        issue_credentials(work, dependencies, issue)
    return new.customer, users


@handles(SwitchCustomer, changes=GetCustomer)
def switch_customer(
    work: UnitOfWork, request: SwitchCustomer, *, dependencies: Dependencies
) -> CustomerView:
    """Switch a customer off or on; off, its use ends at once."""
    customer = lock_row(work, request.customer_id)
    status = Status.ACTIVE if request.is_active else Status.INACTIVE
    if customer.status is not status:
        _set_status(work, dependencies, customer, status)
    return view_of(work, customer)


@handles(DeleteUser, changes=GetUser)
def delete_user(
    work: UnitOfWork, request: DeleteUser, *, dependencies: Dependencies
) -> Done:
    """Delete a user with its devices; SubscriptionActive while it is served."""
    user = lock_user(work, request.user_id)
    delete_users(work, dependencies, [user])
    return_boxes_of(work, [user])
    delete_devices(work, [user])
    return Done()


def _set_status(
    work: UnitOfWork, dependencies: Dependencies, customer: Customer, status: Status
) -> None:
    customer_in_scope(work, customer.id).set_status(status)
    customer.set_status(status)
    work.announce(customer.state())
    if status is Status.INACTIVE:
        end_sessions(work, Login.account_id == customer.id)
    set_users_status(work, dependencies, users_of(work, customer.id), status)


def _parent(work: UnitOfWork, request: CreateCustomer) -> Account:
    """The seller named, else the actor's own account, else the partner named."""
    actor = work.actor
    own_id = None if actor.role in {Role.OPERATOR, Role.SYSTEM} else actor.account_id
    if request.seller_id is not None:
        parent = named_account(work, request.seller_id, "seller_id")
    elif own_id is not None:
        parent = account_in_scope(work, own_id)
    else:
        parent = named_partner(work, request.partner_id)
    _refuse_another_partner(work, request, parent)
    refuse_left(work, parent)
    return parent


def _refuse_another_partner(
    work: UnitOfWork, request: CreateCustomer, parent: Account
) -> None:
    """Refuse a place that is none for customers, or not of the partner named."""
    if parent.kind not in SELLING_KINDS:
        raise Invalid(fields={"partner_id": ["A customer must belong to a partner."]})
    if request.partner_id not in {None, parent.partner_id}:
        acting_partner(work.actor, request.partner_id)
        why = "The seller belongs to another partner."
        raise Invalid(fields={"partner_id": [why]})


def _checked(work: UnitOfWork, request: CreateCustomer, parent: Account) -> Person:
    errors = ValidationErrors()
    person = checked_person(errors, request.person)
    note_duplicate_email(work, errors, parent.partner_id, person)
    if request.login is not None:
        check_login(work, errors, request.login, Role.CUSTOMER, parent)
    if request.user_name.strip():
        values.name(errors, "user_name", request.user_name)
    check_settings(work, errors, request.settings, parent.scope)
    check_pin(errors, request.pin)
    errors.refuse()
    return person
