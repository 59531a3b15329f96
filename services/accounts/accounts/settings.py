"""What accounts reads from the environment, and the only place that does."""

from dataclasses import dataclass

from lineup.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class AccountsSettings(ServiceSettings):
    """The ground's settings; accounts adds none of its own."""
