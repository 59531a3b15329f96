"""Changing who an account is and how it is reached."""

from sqlalchemy import exists, select

from accounts.logins.operations import follow_account
from accounts.packages.limits import refuse_without
from accounts.sellers.details import apply_currency, apply_details
from accounts.sellers.service_ids import apply_service_id, move_names
from accounts.tree.models import Account
from accounts.tree.operations import (
    account_in_scope,
    refuse_status_change,
    view_of,
)
from accounts.tree.rights import SELLER_KINDS, may_edit
from lineup.context import Feature
from lineup.contracts.accounts.refusals import CurrencyInUse
from lineup.contracts.accounts.tree import (
    AccountKind,
    AccountView,
    GetAccount,
    UpdateAccount,
)
from lineup.contracts.changes import UNSET
from lineup.database import UnitOfWork
from lineup.errors import Forbidden
from lineup.impersonation import refuse_while_impersonating
from lineup.validation import ValidationErrors
from lineup.verbs import handles


@handles(UpdateAccount, changes=GetAccount)
def update_account(work: UnitOfWork, request: UpdateAccount) -> AccountView:
    """Change what is given of an account's data, and switch it on or off, in one go.

    Every wrong field is told in one refusal. Nobody switches off their own account.
    CurrencyInUse once the partner has had a customer. Nothing stored changes with the
    time zone: times are only shown otherwise.
    """
    account = account_in_scope(work, request.account_id)
    if not may_edit(work.actor, account):
        raise Forbidden
    status = request.state or account.status
    if status is not account.status:
        refuse_status_change(work.actor, account, status)
    _refuse_other_mail(work, account, request)
    work.session.refresh(account, with_for_update=True)
    currency = account.currency
    _apply(work, account, request)
    if request.public_url:
        refuse_without(work, account.id, Feature.OWN_DOMAIN)
    account.set_status(request.state or account.status)
    follow_account(work, account)
    if account.currency != currency:
        _change_currency(work, account)
    if account.kind is not AccountKind.OPERATOR:
        work.announce(account.state())
    return view_of(work, account)


def _apply(work: UnitOfWork, account: Account, request: UpdateAccount) -> None:
    """Give an account what is given; every wrong field is told in one refusal."""
    errors, service_id = ValidationErrors(), account.service_id
    apply_details(errors, account, request)
    apply_currency(errors, account, request.currency or "")
    if request.service_id is not UNSET:
        apply_service_id(work, errors, account, request.service_id)
    errors.refuse()
    if account.service_id != service_id:
        move_names(work, account)


def _refuse_other_mail(
    work: UnitOfWork, account: Account, request: UpdateAccount
) -> None:
    """NotWhileImpersonating where somebody who acts as an account changes its mail
    address: its reset links go there.
    """
    is_itself = account.scope in work.actor.scopes
    if is_itself and request.email not in {UNSET, account.email}:
        refuse_while_impersonating(work.actor)


def _change_currency(work: UnitOfWork, partner: Account) -> None:
    """Let sellers follow their partner's new currency; CurrencyInUse when too late."""
    below = Account.partner_id == partner.id
    is_customer = Account.kind == AccountKind.CUSTOMER
    if work.session.scalar(select(exists().where(below, is_customer))):
        raise CurrencyInUse(fields={"currency": [CurrencyInUse.__doc__ or ""]})
    sellers = select(Account).where(below, Account.kind.in_(SELLER_KINDS))
    for seller in work.session.scalars(sellers.with_for_update()):
        seller.currency = partner.currency
        seller.version += 1
        work.announce(seller.state())
