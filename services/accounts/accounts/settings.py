"""What accounts reads from the environment, and the only place that does."""

from dataclasses import dataclass

from accounts.logins import limits
from accounts.logins.limits import SignInLimits
from lineup.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class AccountsSettings(ServiceSettings):
    """The settings every service has, and how wrong passwords are slowed down."""

    sign_in_tries: int = limits.TRIES
    """Wrong ones for a login name from one address before the first pause."""
    sign_in_tries_per_name: int = limits.TRIES_PER_NAME
    """The same from all addresses that are not known as the login's."""
    sign_in_tries_per_address: int = limits.TRIES_PER_ADDRESS
    """The same for all login names."""
    sign_in_longest_pause_seconds: int = limits.LONGEST_PAUSE_SECONDS
    """How long pauses grow."""

    def sign_in_limits(self) -> SignInLimits:
        """How failures to sign in are answered."""
        return SignInLimits.of(
            tries=self.sign_in_tries,
            tries_per_name=self.sign_in_tries_per_name,
            tries_per_address=self.sign_in_tries_per_address,
            longest_pause_seconds=self.sign_in_longest_pause_seconds,
        )
