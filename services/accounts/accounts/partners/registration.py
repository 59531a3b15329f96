"""Registration: a company becomes a partner or a reseller, and its trial begins when
its credentials have arrived.
"""

import hashlib
import re
from datetime import datetime
from functools import partial

from sqlalchemy import or_, select

from accounts.dependencies import Dependencies
from accounts.links.models import Listing
from accounts.logins.attempts import count_registration
from accounts.logins.models import Login
from accounts.logins.naming import is_taken
from accounts.logins.operations import (
    add_login,
    end_sessions,
    follow_account,
    set_password,
)
from accounts.logins.passwords import generate_password
from accounts.logins.usernames import generate_username
from accounts.packages.models import PartnerPackage, Partnership
from accounts.packages.operations import KINDS, find_for_sale, find_package
from accounts.partners.finding import lock_partnership
from accounts.partners.telling import changed, note, partner_of
from accounts.partners.timetable import TRIAL
from accounts.sellers.operations import FIRST_CURRENCY
from accounts.tree.models import Account
from accounts.tree.operations import root_account
from accounts.tree.rights import FIRST_ROLE
from lineup.context import Call
from lineup.contracts.accounts.partner_events import PartnerCredentialsIssued
from lineup.contracts.accounts.partnerships import (
    PartnershipState,
    Registered,
    RegisterPartner,
    ResendPartnerCredentials,
)
from lineup.contracts.accounts.refusals import CredentialsKnown
from lineup.contracts.accounts.tree import AccountKind, Company, LoginDetails
from lineup.contracts.refusals import TrialUsed
from lineup.database import Database, UnitOfWork
from lineup.validation import FieldCode, ValidationErrors
from lineup.verbs import Done, handles, handles_call

NOT_IN_A_NUMBER = re.compile(r"[^0-9A-Z]")


@handles_call(RegisterPartner)
def register_partner(
    database: Database, call: Call[RegisterPartner], *, dependencies: Dependencies
) -> Registered:
    """Make a partner or reseller company with its first login; credentials are sent.

    TrialUsed for a company or mail address that registered before, TooManyTries for an
    address from which too many do: that is counted though the request is refused.
    """
    with database.transaction(call.context) as work:
        count_registration(work, call.request.address)
    return database.run_idempotent(call, partial(register, dependencies=dependencies))


def register(
    work: UnitOfWork, request: RegisterPartner, *, dependencies: Dependencies
) -> Registered:
    """Make a partner or reseller company of who may have a trial."""
    _check(request)
    package = find_for_sale(work, request.package_id)
    account = _account(work, request, package)
    partnership = Partnership.of(account, PartnershipState.REGISTERED, work.now)
    partnership.contact, partnership.mobile = request.contact, request.mobile
    partnership.channel = request.channel
    _claim_trial(work, partnership, request)
    work.session.add(account)
    work.session.flush()
    password = generate_password()
    username = generate_username(request.email, lambda name: is_taken(work, name, None))
    details = LoginDetails(username=username, password=password)
    login = add_login(work, dependencies, account, FIRST_ROLE[account.kind], details)
    login.must_change_password = True
    work.session.add(partnership)
    if account.kind is AccountKind.PARTNER:
        work.session.add(_listing(account, request))
    work.session.flush()
    _issue(work, dependencies, partnership, password)
    note(work, partnership, f"Registered for {package.name}.")
    changed(work, partnership)
    return Registered(
        name=account.name, package_name=package.name, sent_to=account.email
    )


@handles(ResendPartnerCredentials)
def resend_credentials(
    work: UnitOfWork, request: ResendPartnerCredentials, *, dependencies: Dependencies
) -> Done:
    """Send new credentials, maybe elsewhere; CredentialsKnown once some arrived."""
    partnership = lock_partnership(work, request.partner_id)
    if partnership.state is not PartnershipState.REGISTERED:
        raise CredentialsKnown
    partner = partner_of(work, partnership)
    partner.email = request.email
    follow_account(work, partner)
    partnership.email_digest = _digest("mail", _mailbox(request.email))
    password = generate_password()
    login = work.session.scalars(
        select(Login)
        .where(Login.account_id == partner.id, Login.username == partner.username)
        .with_for_update()
    ).one()
    set_password(work, dependencies, login, password, must_change=True)
    end_sessions(work, Login.id == login.id)
    note(work, partnership, "Credentials were sent again.")
    changed(work, partnership)
    _issue(work, dependencies, partnership, password)
    return Done()


def begin_trial(work: UnitOfWork, partnership: Partnership, sent_at: datetime) -> None:
    """Begin the trial of who has its credentials, unless that was done before."""
    if partnership.state is PartnershipState.REGISTERED:
        partnership.begin_trial(sent_at + TRIAL, sent_at)
        note(work, partnership, "The credentials were sent and the trial began.")
        changed(work, partnership)


def _check(request: RegisterPartner) -> None:
    errors = ValidationErrors()
    if not request.country:
        errors.add("country", FieldCode.REQUIRED, "Choose a country.")
    if not NOT_IN_A_NUMBER.sub("", request.company_number.upper()):
        errors.add("company_number", FieldCode.TEXT_INVALID, "Enter the number.")
    errors.refuse()


def _account(
    work: UnitOfWork, request: RegisterPartner, package: PartnerPackage
) -> Account:
    kind = KINDS[package.offered_to]
    account = root_account(work).child(kind, request.company, work.now)
    account.email, account.phone = request.email, request.mobile
    account.time_zone = request.time_zone
    account.currency = request.currency or FIRST_CURRENCY
    account.package_id = package.id
    company = Company(
        legal_name=request.company,
        country=request.country,
        tax_number=request.company_number,
    )
    account.set_company(vars(company))
    return account


def _listing(account: Account, request: RegisterPartner) -> Listing:
    listing = Listing.usual(account)
    listing.offers_to_resellers = request.offers_to_resellers
    listing.show(request.visible_fields)
    return listing


def _claim_trial(
    work: UnitOfWork, partnership: Partnership, request: RegisterPartner
) -> None:
    """Note whose trial it is; TrialUsed where somebody has had it.

    Of several that come at once the constraints let one through.
    """
    number = NOT_IN_A_NUMBER.sub("", request.company_number.upper())
    partnership.email_digest = _digest("mail", _mailbox(request.email))
    partnership.company_digest = _digest("company", request.country, number)
    had = or_(
        Partnership.email_digest == partnership.email_digest,
        Partnership.company_digest == partnership.company_digest,
    )
    if work.session.scalar(select(Partnership.id).where(had).limit(1)) is not None:
        raise TrialUsed


def _mailbox(email: str) -> str:
    """Where a mail ends up, without what one may add to an address at will."""
    local, _, domain = email.lower().partition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode()).digest()


def _issue(
    work: UnitOfWork,
    dependencies: Dependencies,
    partnership: Partnership,
    password: str,
) -> None:
    partner = partner_of(work, partnership)
    package = partner.package_id and find_package(work, partner.package_id)
    work.announce(
        PartnerCredentialsIssued(
            id=partner.id,
            version=partnership.version + 1,
            scope=partner.scope,
            partner=partner.name,
            contact=partnership.contact,
            channel=partnership.channel,
            email=partner.email,
            mobile=partnership.mobile,
            username=partner.username,
            password=dependencies.keyring.seal(password),
            package_name=package.name if package else "",
            trial_days=TRIAL.days,
            is_reseller=partner.kind is AccountKind.RESELLER_COMPANY,
        )
    )
