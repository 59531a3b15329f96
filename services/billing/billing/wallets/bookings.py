"""Single bookings as their callers see them."""

import re
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, undefer

from billing.people.models import CustomerCopy
from billing.wallets.models import Entry, Transfer, Wallet
from billing.wallets.movements import Account
from billing.wallets.operations import balance_account, wallet_view
from billing.wallets.posting import Posted
from lineup.contracts.billing.wallets import Booked, Cause, EntryView
from lineup.database import UnitOfWork
from lineup.money import Money

INTERNAL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What older versions wrote in place of words: nothing to anybody but us."""
CORRECTABLE = frozenset({Cause.TOP_UP, Cause.PAYOUT})
"""What people book by hand; a sale is undone by a stop."""


def booked(work: UnitOfWork, customer: CustomerCopy, posted: Posted) -> Booked:
    """A customer's balance as it now is, with what was booked on it just now."""
    account = balance_account(work, customer)
    statement = (
        select(Entry, Wallet.balance_minor, Wallet.updated_at)
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .join(Wallet, Wallet.id == Entry.wallet_id)
        .options(contains_eager(Entry.transfer), undefer(Entry.updated_at))
        .where(Entry.wallet_id == account.id, Transfer.id == posted.transfer_id)
    )
    entry, balance_minor, updated_at = work.session.execute(statement).one()
    wallet = wallet_view(account, customer, balance_minor, updated_at)
    return Booked(**vars(wallet), booking=entry_view(account, entry, {}))


def entry_view(
    account: Account, entry: Entry, undone: Mapping[UUID, UUID]
) -> EntryView:
    """One line of a statement; `undone` are transfers and what undid them."""
    made, corrected_by = entry.transfer, undone.get(entry.transfer_id)
    return EntryView(
        id=entry.id,
        transfer_id=made.id,
        cause=made.cause,
        amount=Money(entry.amount_minor, account.asset),
        balance_after=Money(entry.balance_after_minor or 0, account.asset),
        reference="" if INTERNAL.search(made.reference) else made.reference,
        actor=made.actor,
        created_at=made.created_at,
        updated_at=entry.updated_at,
        corrects_id=made.reverses_id,
        corrected_by_id=corrected_by,
        is_correctable=corrected_by is None and made.cause in CORRECTABLE,
    )
