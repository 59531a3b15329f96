"""Where a Lineup is, as the demo that fills it and those who use the demo see it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FILLING = "demo.filling"
PARTNER = "Demo TV"
Login = tuple[str, str]
"""A login name and its password."""


@dataclass(frozen=True, kw_only=True)
class DemoInstallation:
    """One Lineup: its addresses, where the demo keeps things, how one gets in."""

    gateway: str
    """Where the demo reaches the gateway, which people may reach elsewhere."""
    public_url: str
    shops_url: str
    mail_url: str
    shops_inside: str
    """Where the demo itself reaches what shops deliver to."""
    customers: int
    """How many came in the three months before today."""
    streams_url: str
    """Where the demo's channels play from."""
    folder: Path
    """Keeps the demo's logins."""
    clock_file: Path
    """Its seconds are added to every service's clock."""
    operator: Callable[[], Login]
    """Makes an operator's login, or says which there is."""

    @property
    def demo_file(self) -> Path:
        """The demo's logins, for the owner of the folder alone."""
        return self.folder / "demo.json"

    @property
    def filling_mark(self) -> Path:
        """A file that is there while the demo is being filled."""
        return self.folder / FILLING

    def addresses(self) -> dict[str, str]:
        """Where people look, by the names the tour of the README has for it."""
        return {
            "LINEUP": self.public_url,
            "SHOPS": self.shops_url,
            "MAIL": self.mail_url,
        }

    def inside(self, address: str) -> str:
        """A public address as the demo itself reaches it."""
        return address.replace(self.public_url, self.gateway, 1)
