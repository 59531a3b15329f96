"""What changes of a message when something becomes of it: columns and their new values.

Pure rules, for statements that need not know the message first.
"""

from datetime import datetime
from typing import Any

from lineup.contracts.notifications import DeliveryState
from notifications.deliveries.mailer import Fate, Outcome
from notifications.deliveries.retries import next_try_at

MOST_WORDS = 500
"""Characters that are kept of a mail server's answer."""


def changes_by(outcome: Outcome, tries: int, now: datetime) -> dict[str, Any]:
    """What a try changes of a message that was tried so often before.

    Its text with secrets is forgotten once a mail server took it.
    """
    tried = {"answer": outcome.answer[:MOST_WORDS], "tries": tries + 1}
    over = {"next_try_at": None}
    match outcome.fate:
        case Fate.SENT:
            sent = {"state": DeliveryState.SENT, "sent_at": now, "sealed_body": None}
            return tried | over | sent
        case Fate.BOUNCED:
            return tried | over | {"state": DeliveryState.BOUNCED}
        case Fate.IMPOSSIBLE:
            return abandoned(outcome.answer)
        case Fate.UNTRIED:
            return {"next_try_at": now}
        case Fate.LATER:
            again = next_try_at(tries + 1, now)
            state = DeliveryState.QUEUED if again else DeliveryState.FAILED
            return tried | {"next_try_at": again, "state": state}


def abandoned(answer: str) -> dict[str, Any]:
    """No further try would help."""
    failed = {"state": DeliveryState.FAILED, "next_try_at": None}
    return failed | {"answer": answer[:MOST_WORDS]}


def dropped() -> dict[str, Any]:
    """It is said no longer; its text with secrets is forgotten."""
    return {
        "state": DeliveryState.DROPPED,
        "next_try_at": None,
        "sealed_body": None,
    }
