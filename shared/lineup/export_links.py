"""Links that open an export of data without sign-in, for a time.

Of a partner accounts makes them, of a customer the gateway, which opens both: they hold
the installation's keys.
"""

import enum
from datetime import datetime, timedelta
from uuid import UUID

from lineup.secrets import Keyring

GOOD_FOR = timedelta(days=45)
"""Longer than the data of a partner is kept that has not paid."""
CUSTOMERS_GOOD_FOR = timedelta(days=7)


class ExportOf(enum.StrEnum):
    """Whose data a link opens."""

    PARTNER = "export"
    CUSTOMER = "customer"


def export_token(
    keyring: Keyring,
    account_id: UUID,
    now: datetime,
    of: ExportOf = ExportOf.PARTNER,
    good_for: timedelta = GOOD_FOR,
) -> str:
    """What opens the export of an account's data, to whoever has it, for a time."""
    until = int((now + good_for).timestamp())
    return keyring.seal(f"{of} {account_id.hex} {until}")


def account_behind(
    keyring: Keyring, token: str, now: datetime, of: ExportOf
) -> UUID | None:
    """Whose data a token opens; None for one that was not made here, or is too old."""
    try:
        purpose, account, until = keyring.open(token).split(" ")
    except ValueError:
        return None
    is_good = purpose == of and now.timestamp() < int(until)
    return UUID(account) if is_good else None


def partner_behind(keyring: Keyring, token: str, now: datetime) -> UUID | None:
    """The partner whose data a token opens."""
    return account_behind(keyring, token, now, ExportOf.PARTNER)
