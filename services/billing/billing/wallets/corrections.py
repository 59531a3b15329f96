"""Money that leaves a balance by hand, and bookings that were a mistake."""

from uuid import UUID

from sqlalchemy import exists, select

from billing.people import operations as people
from billing.people.models import CustomerCopy
from billing.wallets.bookings import CORRECTABLE, booked
from billing.wallets.models import IS_CUSTOMERS, Entry, Transfer, Wallet
from billing.wallets.movements import between, cash
from billing.wallets.operations import balance_account, balance_of, reverse, transfer
from billing.wallets.posting import Posted
from lineup.contracts.billing.refusals import (
    AlreadyCorrected,
    BookingNotFound,
    CustomerDeleted,
    InsufficientBalance,
    NotCorrectable,
)
from lineup.contracts.billing.wallets import Booked, Cause, CorrectBooking, PayOut
from lineup.database import UnitOfWork
from lineup.errors import Invalid
from lineup.ids import new_id
from lineup.money import CurrencyMismatch, Money
from lineup.scope import within
from lineup.validation import FieldCode
from lineup.verbs import handles


@handles(PayOut)
def pay_out(work: UnitOfWork, request: PayOut) -> Booked:
    """Give money of a balance back outside: balance -> cash; all of it by default.

    Of a deleted customer, too. InsufficientBalance for more than there is. Nobody does
    it while logged in as another.
    """
    customer = people.lock_customer_in_scope(work, request.customer_id)
    account = balance_account(work, customer)
    balance = balance_of(work, account)
    amount = request.amount or balance
    _check_payout(amount, balance)
    movement = between(
        account,
        cash(account.partner_id, account.asset),
        amount,
        key=f"payout:{new_id()}",
        cause=Cause.PAYOUT,
        reference=request.note.strip(),
    )
    return booked(work, customer, transfer(work, movement))


def _check_payout(amount: Money, balance: Money) -> None:
    if amount.asset != balance.asset:
        raise CurrencyMismatch
    if amount.amount_minor < 0:
        raise Invalid(fields={"amount": ["Must be above zero."]})
    if not amount:
        raise InsufficientBalance("There is nothing to pay out.")
    if balance < amount:
        raise InsufficientBalance


def correct_booking(
    work: UnitOfWork, request: CorrectBooking
) -> tuple[CustomerCopy, Posted]:
    """Undo a top-up or payout by its mirror image, and tell whose it was.

    AlreadyCorrected the second time; InsufficientBalance where the customer has spent
    what would go back; CustomerDeleted where it would give money to a deleted one.
    """
    reason = request.reason.strip()
    if not reason:
        raise Invalid(code=FieldCode.REQUIRED, fields={"reason": ["Enter a reason."]})
    wrong, wallet, amount = _booking(work, request.transfer_id)
    customer = people.lock_customer(work, wallet.owner_id)
    if wrong.cause not in CORRECTABLE:
        raise NotCorrectable
    if work.session.scalar(select(exists().where(Transfer.reverses_id == wrong.id))):
        raise AlreadyCorrected
    if customer.is_deleted and amount.amount_minor < 0:
        raise CustomerDeleted
    _check_covered(work, customer, amount)
    return customer, reverse(work, wrong.id, reference=reason)


def _check_covered(work: UnitOfWork, customer: CustomerCopy, amount: Money) -> None:
    left = balance_of(work, balance_account(work, customer))
    if left.asset == amount.asset and left < amount:
        words = f"The balance is {left}, which is less than the {amount} to take back."
        raise InsufficientBalance(words)


def _booking(work: UnitOfWork, transfer_id: UUID) -> tuple[Transfer, Wallet, Money]:
    """A transfer in scope, the customer's wallet it moved, and by how much."""
    statement = (
        select(Transfer, Wallet, Entry.amount_minor)
        .join(Entry, Entry.transfer_id == Transfer.id)
        .join(Wallet, Wallet.id == Entry.wallet_id)
        .where(Transfer.id == transfer_id, IS_CUSTOMERS)
        .where(within(Transfer.scope, work.actor))
    )
    row = work.session.execute(statement).first()
    if row is None:
        raise BookingNotFound
    made, wallet, amount = row
    return made, wallet, Money(amount, wallet.asset)
