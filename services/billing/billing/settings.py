"""The settings of billing, read from the environment once."""

from dataclasses import dataclass

from lineup.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class BillingSettings(ServiceSettings):
    """What billing needs to run."""

    webhook_address: str = "127.0.0.1:8081"
    """Where shops' webhooks are listened for."""
    webhook_url: str = ""
    """Where shops reach that, without trailing slash; empty: at the public address."""
    allow_private_sources: bool = False
    """Whether shops that are asked may lie on loopback or in private networks."""

    @property
    def shops_url(self) -> str:
        """Where shops deliver to, without the path of a shop."""
        return (self.webhook_url or self.public_url).rstrip("/")
