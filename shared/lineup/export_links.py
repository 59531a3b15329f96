"""Links that open the export of a partner's data without sign-in.

Accounts makes them, the gateway opens them: both hold the installation's keys.
"""

from datetime import datetime, timedelta
from uuid import UUID

from lineup.secrets import Keyring

GOOD_FOR = timedelta(days=45)
"""Longer than the data of a partner is kept that has not paid."""
PURPOSE = "export"


def export_token(keyring: Keyring, partner_id: UUID, now: datetime) -> str:
    """What opens the export of a partner's data, to whoever has it, for a time."""
    until = int((now + GOOD_FOR).timestamp())
    return keyring.seal(f"{PURPOSE} {partner_id.hex} {until}")


def partner_behind(keyring: Keyring, token: str, now: datetime) -> UUID | None:
    """Whose data a token opens; None for one that was not made here, or is too old."""
    try:
        purpose, partner, until = keyring.open(token).split(" ")
    except ValueError:
        return None
    is_good = purpose == PURPOSE and now.timestamp() < int(until)
    return UUID(partner) if is_good else None
