"""What can be asked of customers, apart from their users."""

from dataclasses import replace
from uuid import UUID

from accounts.customers.finding import find_by_email, get_row, lock_row, matching
from accounts.customers.models import Customer, email_key
from accounts.customers.person import changed_person
from accounts.customers.settings import (
    EXTERNAL_ID_INDEX,
    apply_settings,
    check_pin,
    check_settings,
    check_time_zone,
)
from accounts.customers.views import view_of, views_of
from accounts.dependencies import Dependencies
from accounts.logins.operations import follow_account
from accounts.tree.operations import customer_in_scope
from accounts.unique_violations import note_duplicate, refused_as
from lineup.context import Role
from lineup.contracts.accounts.customers import (
    CustomerSettings,
    CustomerView,
    GetCustomer,
    GetPlayerSettings,
    ListCustomers,
    Person,
    PersonChange,
    PlayerSettings,
    SettingsChange,
    UpdateCustomer,
)
from lineup.contracts.accounts.sessions import SetTimeZone
from lineup.contracts.changes import merged
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.errors import Forbidden
from lineup.validation import ValidationErrors
from lineup.verbs import Done, handles

EMAIL_INDEX = "uq_customers_partner_id_email_key"
UNIQUE = (EMAIL_INDEX, EXTERNAL_ID_INDEX)
"""What no two customers of a partner share."""
ORDERS = {
    "name": Customer.name_key,
    "ends_at": Customer.ends_at,
    "city": Customer.city,
    "username": Customer.username,
}


@handles(UpdateCustomer, changes=GetCustomer)
def update_customer(
    work: UnitOfWork, request: UpdateCustomer, *, dependencies: Dependencies
) -> CustomerView:
    """Change what is given of a customer; every wrong field is told in one refusal.

    Forbidden to a customer that moves itself to a group or marks itself as tester.
    """
    customer = lock_row(work, request.customer_id)
    account = customer_in_scope(work, customer.id)
    settings = merged(customer.settings(), request.settings or SettingsChange())
    person = _checked(work, request, customer, settings)
    customer.change_person(person)
    account.name = f"{person.first_name} {person.last_name}".strip()
    account.email = person.email
    follow_account(work, account)
    apply_settings(customer, account, settings)
    if isinstance(request.pin, str):
        customer.pin = dependencies.keyring.seal(request.pin) if request.pin else ""
    with refused_as(*UNIQUE):
        work.session.flush()
    work.announce(customer.state())
    return view_of(work, customer)


@handles(SetTimeZone)
def set_time_zone(work: UnitOfWork, request: SetTimeZone) -> Done:
    """Show a customer its own times in another zone; an empty one is the partner's."""
    if work.actor.account_id is None:
        raise Forbidden
    customer = lock_row(work, work.actor.account_id)
    errors = ValidationErrors()
    check_time_zone(errors, "time_zone", request.time_zone)
    errors.refuse()
    settings = replace(customer.settings(), time_zone=request.time_zone)
    apply_settings(customer, customer_in_scope(work, customer.id), settings)
    customer.version += 1
    work.announce(customer.state())
    return Done()


@handles(GetCustomer, row=Customer)
def get_customer(work: UnitOfWork, request: GetCustomer) -> CustomerView:
    """One customer in the actor's part of the tree."""
    return view_of(work, get_row(work, request.customer_id))


@handles(GetPlayerSettings)
def get_player_settings(work: UnitOfWork, request: GetPlayerSettings) -> PlayerSettings:
    """What a customer's players go by; the PIN is sealed."""
    customer = get_row(work, request.customer_id)
    return PlayerSettings(
        customer_id=customer.id,
        pin=customer.pin,
        inactivity_seconds=customer.inactivity_seconds,
        time_zone=customer.time_zone,
        takes_messages=customer.takes_messages,
        takes_ads=customer.takes_ads,
        is_tester=customer.is_tester,
        shows_adult=customer.shows_adult,
    )


@handles(ListCustomers)
def list_customers(work: UnitOfWork, request: ListCustomers) -> Page[CustomerView]:
    """Customers as a filter narrows them, newest first or in another order."""
    statement = matching(work, request)
    page = page_of(
        work.session, statement, Customer, request.paging, lambda row: row, ORDERS
    )
    return page.showing(views_of(work, page.items))


def note_duplicate_email(
    work: UnitOfWork, errors: ValidationErrors, partner_id: UUID | None, person: Person
) -> None:
    """Note a mail address that another customer of the partner has."""
    if errors.has("person.email") or partner_id is None:
        return
    if find_by_email(work, partner_id, person.email) is not None:
        note_duplicate(errors, EMAIL_INDEX)


def _checked(
    work: UnitOfWork,
    request: UpdateCustomer,
    customer: Customer,
    settings: CustomerSettings,
) -> Person:
    errors = ValidationErrors()
    person = changed_person(errors, customer.person(), request.person or PersonChange())
    if email_key(person.email) != customer.email_key:
        note_duplicate_email(work, errors, customer.partner_id, person)
    _refuse_to_oneself(work, customer, settings)
    check_settings(work, errors, settings, customer.scope, customer)
    if request.pin:
        check_pin(errors, request.pin)
    errors.refuse()
    return person


def _refuse_to_oneself(
    work: UnitOfWork, customer: Customer, settings: CustomerSettings
) -> None:
    """Forbidden where a customer changes what its sellers keep of it."""
    if work.actor.role is not Role.CUSTOMER:
        return
    kept = (customer.group_id, customer.is_tester, customer.external_id)
    if kept != (settings.group_id, settings.is_tester, settings.external_id):
        raise Forbidden
