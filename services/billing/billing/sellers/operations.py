"""What can be asked of sellers' Credits: have them, give them, take them, look."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists, func, select

from billing.people import operations as people
from billing.people.models import AccountCopy
from billing.sellers.accounts import credits_of, top_seller_of
from billing.sellers.models import CreditsCurrency, SellerTerms
from billing.wallets.models import Entry, Transfer, Wallet
from billing.wallets.movements import OwnerKind, between, issued
from billing.wallets.operations import balance_of
from billing.wallets.posting import transfer
from lineup.contracts.billing.catalog import OfferImproved
from lineup.contracts.billing.refusals import (
    BelowSeller,
    CreditsInUse,
    CreditsLeft,
    CreditsMissing,
    NotPostpaid,
    SellerTypeSet,
)
from lineup.contracts.billing.seller_credits import (
    AddCreditsCurrency,
    AdjustCredits,
    Currencies,
    GetCurrencies,
    GetSellerCredits,
    RemoveCreditsCurrency,
    RemoveSellerType,
    SellerCredits,
    SellerType,
    SetSellerType,
)
from lineup.contracts.billing.wallets import Cause
from lineup.database import UnitOfWork
from lineup.errors import Invalid
from lineup.ids import new_id
from lineup.money import CREDIT, CurrencyMismatch, Money
from lineup.validation import FieldCode
from lineup.verbs import handles

USE = (Cause.PURCHASE, Cause.RENEWAL, Cause.REFUND)
"""What sellers use Credits for; what a stop returns is not used."""


@handles(GetCurrencies)
def get_currencies(work: UnitOfWork, request: GetCurrencies) -> Currencies:
    """A partner's own currency, and whether it has Credits."""
    return _currencies(work, people.acting_partner(work, request.partner_id))


@handles(AddCreditsCurrency)
def add_credits_currency(work: UnitOfWork, request: AddCreditsCurrency) -> Currencies:
    """Let a partner have Credits; having them already changes nothing."""
    partner = people.acting_partner(work, request.partner_id)
    if not _has_credits(work, partner.id):
        work.session.add(CreditsCurrency(partner_id=partner.id, created_at=work.now))
        work.session.flush()
    return _currencies(work, partner)


@handles(RemoveCreditsCurrency)
def remove_credits_currency(
    work: UnitOfWork, request: RemoveCreditsCurrency
) -> Currencies:
    """Let a partner have Credits no longer; CreditsInUse while a seller pays so."""
    partner = people.acting_partner(work, request.partner_id)
    held = _held_currency(work, partner.id)
    uses = exists().where(SellerTerms.partner_id == partner.id)
    if held is not None and work.session.scalar(select(uses)):
        raise CreditsInUse
    if held is not None:
        work.session.delete(held)
        work.session.flush()
    return _currencies(work, partner)


@handles(GetSellerCredits)
def get_seller_credits(work: UnitOfWork, request: GetSellerCredits) -> SellerCredits:
    """How a seller pays, what it has left and what it used this month."""
    return _view(work, people.get_seller(work, request.account_id))


@handles(SetSellerType)
def set_seller_type(work: UnitOfWork, request: SetSellerType) -> SellerCredits:
    """Let a seller pay with Credits; its opening balance is its first entry.

    CreditsMissing before its partner has any, SellerTypeSet the second time,
    BelowSeller for one below another.
    """
    seller = people.get_seller(work, request.account_id, for_update=True)
    if top_seller_of(seller.scope) != seller.id:
        raise BelowSeller
    if seller.partner_id is None or _held_currency(work, seller.partner_id) is None:
        raise CreditsMissing
    if work.session.get(SellerTerms, seller.id) is not None:
        raise SellerTypeSet
    terms = SellerTerms(
        seller_id=seller.id,
        partner_id=seller.partner_id,
        type=request.type,
        created_at=work.now,
    )
    work.session.add(terms)
    work.session.flush()
    if request.opening_balance is not None:
        _give(work, seller, request.opening_balance, Cause.OPENING_BALANCE, "")
    return _view(work, seller)


@handles(RemoveSellerType)
def remove_seller_type(work: UnitOfWork, request: RemoveSellerType) -> SellerCredits:
    """Let a seller's customers pay themselves again; CreditsLeft while it has any."""
    seller = people.get_seller(work, request.account_id, for_update=True)
    if top_seller_of(seller.scope) != seller.id:
        raise BelowSeller
    if _any_credits(work, seller):
        raise CreditsLeft
    statement = delete(SellerTerms).where(SellerTerms.seller_id == seller.id)
    work.session.execute(statement)
    return _view(work, seller)


@handles(AdjustCredits)
def adjust_credits(work: UnitOfWork, request: AdjustCredits) -> SellerCredits:
    """Give Credits to a seller or take some, with a note; who waits is then renewed.

    NotPostpaid for a seller that does not pay with Credits; InsufficientBalance where
    more is taken than there is.
    """
    seller = people.get_seller(work, request.account_id)
    note, amount = request.note.strip(), request.amount
    if not note:
        raise Invalid(code=FieldCode.REQUIRED, fields={"note": ["Enter a note."]})
    if not amount:
        raise Invalid(fields={"amount": ["Must not be zero."]})
    if _type(work, seller) is None:
        raise NotPostpaid
    if amount.amount_minor > 0:
        _give(work, seller, amount, Cause.CREDITS_ADDED, note)
    else:
        _take(work, seller, -amount, note)
    return _view(work, seller)


def announce_arrival(work: UnitOfWork, partner_id: UUID, seller_id: UUID) -> None:
    """Let those be tried again who waited for a seller's Credits."""
    note = OfferImproved(
        id=new_id(), partner_id=partner_id, plan_id=None, seller_id=seller_id
    )
    work.announce(note)


def _give(
    work: UnitOfWork, seller: AccountCopy, amount: Money, cause: Cause, note: str
) -> None:
    _check_credits(amount)
    account = credits_of(seller)
    movement = between(
        issued(account.partner_id, CREDIT),
        account,
        amount,
        key=f"credits:{new_id()}",
        cause=cause,
        reference=note,
    )
    transfer(work, movement)
    announce_arrival(work, account.partner_id, seller.id)


def _take(work: UnitOfWork, seller: AccountCopy, amount: Money, note: str) -> None:
    _check_credits(amount)
    account = credits_of(seller)
    movement = between(
        account,
        issued(account.partner_id, CREDIT),
        amount,
        key=f"credits:{new_id()}",
        cause=Cause.CREDITS_TAKEN,
        reference=note,
    )
    transfer(work, movement)


def _check_credits(amount: Money) -> None:
    if amount.asset != CREDIT:
        raise CurrencyMismatch(f"Enter Credits, not {amount.asset}.")


def _has_credits(work: UnitOfWork, partner_id: UUID) -> bool:
    return work.session.get(CreditsCurrency, partner_id) is not None


def _held_currency(work: UnitOfWork, partner_id: UUID) -> CreditsCurrency | None:
    """A partner's Credits, locked: they are not removed while a seller begins."""
    return work.session.get(CreditsCurrency, partner_id, with_for_update=True)


def _any_credits(work: UnitOfWork, seller: AccountCopy) -> bool:
    """Whether anybody in a seller's branch has Credits."""
    statement = select(Wallet.id).where(
        Wallet.owner_kind == OwnerKind.SELLER,
        Wallet.scope.startswith(seller.scope, autoescape=True),
        Wallet.asset == CREDIT,
        Wallet.balance_minor != 0,
    )
    return work.session.scalar(statement.limit(1)) is not None


def _type(work: UnitOfWork, seller: AccountCopy) -> SellerType | None:
    terms = work.session.get(SellerTerms, top_seller_of(seller.scope))
    return None if terms is None else SellerType(terms.type)


def _currencies(work: UnitOfWork, partner: AccountCopy) -> Currencies:
    return Currencies(
        partner_id=partner.id,
        currency=partner.currency,
        has_credits=_has_credits(work, partner.id),
    )


def _view(work: UnitOfWork, seller: AccountCopy) -> SellerCredits:
    account = credits_of(seller)
    local = work.now.astimezone(ZoneInfo(work.actor.time_zone))
    month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return SellerCredits(
        account_id=seller.id,
        type=_type(work, seller),
        balance=balance_of(work, account),
        used=_used(work, account.id, month),
        month_starts_at=month,
    )


def _used(work: UnitOfWork, wallet_id: UUID, since: datetime) -> Money:
    statement = (
        select(func.coalesce(func.sum(-Entry.amount_minor), 0))
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .where(
            Entry.wallet_id == wallet_id,
            Transfer.created_at >= since,
            Transfer.cause.in_(USE),
        )
    )
    return Money(int(work.session.scalar(statement) or 0), CREDIT)
