"""When a mail server that failed is tried again. Pure rules."""

from datetime import datetime, timedelta

PAUSES = tuple(timedelta(minutes=m) for m in (1, 2, 5, 15, 30))
"""After the first failure in a row, the second, and so on; the last from then on."""

GIVE_UP_AFTER = timedelta(days=3)
"""How long a server may fail before what waits for it is given up."""

SLOW_SECONDS = 3.0
"""What a mail may take before its server counts as slow."""


def paused_until(failures: int, now: datetime) -> datetime:
    """The instant of the next try after so many failures in a row."""
    return now + PAUSES[min(failures, len(PAUSES)) - 1]
