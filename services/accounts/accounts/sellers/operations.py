"""Making partners, resellers, dealers and their staff, each with a login."""

from uuid import UUID

from accounts.dependencies import Dependencies
from accounts.logins.operations import add_login, check_login, count_staff
from accounts.logins.permission_sets import check_set, hands_out
from accounts.packages.limits import (
    count_sellers,
    refuse_beyond_limit,
    refuse_without,
)
from accounts.packages.models import Partnership
from accounts.sellers.details import apply_currency, apply_details
from accounts.sellers.service_ids import apply_service_id
from accounts.tree.models import Account
from accounts.tree.operations import (
    account_in_scope,
    named_account,
    root_account,
    view_of,
)
from accounts.tree.rights import (
    FIRST_ROLE,
    ROLES_AT,
    SELLER_KINDS,
    TOP_KINDS,
    may_create,
)
from accounts.unique_violations import refused_as
from lineup.context import Actor, Feature, Role
from lineup.contracts.accounts.logins import CreateStaff, LoginView
from lineup.contracts.accounts.partner_packages import Limit
from lineup.contracts.accounts.partnerships import PartnershipState
from lineup.contracts.accounts.tree import (
    AccountKind,
    AccountView,
    CreateAccount,
    LoginDetails,
)
from lineup.database import UnitOfWork
from lineup.errors import Forbidden, Invalid
from lineup.validation import FieldCode, ValidationErrors
from lineup.verbs import handles

FIRST_CURRENCY = "EUR"
FIRST_ZONE = "UTC"
"""What a partner has when nobody says otherwise; sellers have their partner's."""


@handles(CreateAccount)
def create_account(
    work: UnitOfWork, request: CreateAccount, *, dependencies: Dependencies
) -> AccountView:
    """Make a partner or seller together with its first login, or neither.

    Forbidden by `may_create`; NotFound for a parent outside the scope; PackageLimit for
    what the partner's package does not allow; every wrong field is told in one refusal.
    """
    if not may_create(work.actor, request.kind):
        raise Forbidden
    parent = _parent(work, request)
    if request.kind in SELLER_KINDS:
        refuse_beyond_limit(work, parent.id, Limit.SELLERS, count_sellers)
    if request.kind is AccountKind.RESELLER:
        refuse_without(work, parent.id, Feature.RESELLERS)
    account = parent.child(request.kind, request.name, work.now)
    account.currency = parent.currency or FIRST_CURRENCY
    account.time_zone = parent.time_zone or FIRST_ZONE
    _apply_details(work, account, request)
    role = FIRST_ROLE[request.kind]
    work.session.add(account)
    with refused_as("uq_logins_username", "uq_accounts_service_id"):
        work.session.flush()
        add_login(work, dependencies, account, role, request.login)
    if account.kind in TOP_KINDS:
        work.session.add(Partnership.of(account, PartnershipState.PAID, work.now))
    work.announce(account.state())
    return view_of(work, account)


@handles(CreateStaff)
def create_staff(
    work: UnitOfWork, request: CreateStaff, *, dependencies: Dependencies
) -> LoginView:
    """Make a further login on an account, of a role at or below the actor's."""
    account = account_in_scope(work, request.account_id)
    if request.role not in hands_out(work.actor):
        raise Forbidden
    errors = ValidationErrors()
    if request.role not in ROLES_AT[account.kind]:
        errors.add(
            "role", FieldCode.ROLE_UNFIT, "This role is not available for this account."
        )
    check_login(work, errors, request.login, request.role, account)
    check_set(work, errors, request.permission_set_id, request.role, account.scope)
    errors.refuse()
    if account.kind in TOP_KINDS:
        refuse_beyond_limit(work, account.id, Limit.STAFF, count_staff)
    with refused_as("uq_logins_username"):
        login = add_login(
            work,
            dependencies,
            account,
            request.role,
            request.login,
            email=request.email,
        )
        login.must_change_password = request.must_change_password
        login.permission_set_id = request.permission_set_id
        return login.view()


def create_operator(
    work: UnitOfWork, details: LoginDetails, *, dependencies: Dependencies
) -> LoginView:
    """Make an operator's login, and with the first one the operator's account."""
    root = root_account(work)
    request = CreateStaff(account_id=root.id, role=Role.OPERATOR, login=details)
    return create_staff(work, request, dependencies=dependencies)


def _parent(work: UnitOfWork, request: CreateAccount) -> Account:
    if request.kind in TOP_KINDS:
        return root_account(work)
    parent = named_account(work, _parent_id(work.actor, request), "parent_id")
    if parent.kind is not AccountKind.PARTNER:
        raise Invalid(fields={"parent_id": ["A seller must belong to a partner."]})
    return parent


def _parent_id(actor: Actor, request: CreateAccount) -> UUID:
    parent_id = request.parent_id or actor.partner_id
    if parent_id is None:
        raise Invalid(fields={"parent_id": ["Choose a partner."]})
    return parent_id


def _apply_details(work: UnitOfWork, account: Account, request: CreateAccount) -> None:
    errors = ValidationErrors()
    apply_details(errors, account, request)
    apply_currency(errors, account, request.currency)
    apply_service_id(work, errors, account, request.service_id)
    check_login(work, errors, request.login, FIRST_ROLE[request.kind], account)
    errors.refuse()
