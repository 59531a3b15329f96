"""The settings of billing, read from the environment once."""

from dataclasses import dataclass

from lineup.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class BillingSettings(ServiceSettings):
    """What billing needs to run."""

    webhook_address: str = "127.0.0.1:8081"
    """Where shops' webhooks are listened for."""
