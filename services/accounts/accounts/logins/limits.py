"""How many wrong passwords are looked at, and what is said to who must wait."""

from dataclasses import dataclass

from lineup.errors import TooMany
from lineup.throttling import Backoff

FEW_SECONDS = 60

TRIES = 10
TRIES_PER_NAME = 50
TRIES_PER_ADDRESS = 100
LONGEST_PAUSE_SECONDS = 900
"""What holds where the settings say nothing."""


@dataclass(frozen=True, kw_only=True)
class SignInLimits:
    """How failures of each kind of subject are answered."""

    by_pair: Backoff
    by_name: Backoff
    by_address: Backoff

    @classmethod
    def of(
        cls,
        *,
        tries: int = TRIES,
        tries_per_name: int = TRIES_PER_NAME,
        tries_per_address: int = TRIES_PER_ADDRESS,
        longest_pause_seconds: int = LONGEST_PAUSE_SECONDS,
    ) -> "SignInLimits":
        """Limits by the settings; many share an address, so it soon has tries again."""
        longest = max(1, longest_pause_seconds)
        return cls(
            by_pair=_backoff(tries, longest, longest),
            by_name=_backoff(tries_per_name, longest, longest),
            by_address=_backoff(tries_per_address, longest / 3, longest / 45),
        )


def _backoff(tries: int, longest: float, forget: float) -> Backoff:
    return Backoff(tries=tries, longest_seconds=longest, forget_seconds=forget)


USUAL_LIMITS = SignInLimits.of()


class TooManyTries(TooMany):
    """Too many failed attempts. Please wait a moment."""

    def __init__(self, seconds: int) -> None:
        message = f"Too many failed attempts. Try again in {_spelled(seconds)}."
        super().__init__(message, details={"retry_after": seconds})


def _spelled(seconds: int) -> str:
    if seconds < FEW_SECONDS:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    minutes = -(-seconds // 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
