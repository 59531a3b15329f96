"""What the demo is told in a container; only this module reads it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from lineup.settings import read as read_settings
from lineup_local.demo.installation import DemoInstallation

OPERATOR = "operator"


@dataclass(frozen=True, kw_only=True)
class DemoSettings:
    """Where Lineup is, seen from the container and from outside.

    Each field is set by LINEUP_ and its name in capitals.
    """

    demo_gateway: str
    demo_public_url: str
    demo_shops_url: str
    demo_mail_url: str
    demo_folder: str
    """Kept by a volume; holds the clock of all services, too."""
    operator_password: str
    demo_shops: str = ""
    """Where the container reaches what shops deliver to; empty: as people do."""
    demo_customers: int = 150
    demo_streams_url: str = "https://edge.example.net"
    """Where the demo's channels play from, if anywhere."""

    def site(self) -> DemoInstallation:
        """The same, as the demo wants it."""
        folder = Path(self.demo_folder)
        return DemoInstallation(
            gateway=self.demo_gateway,
            public_url=self.demo_public_url.rstrip("/"),
            shops_url=self.demo_shops_url,
            mail_url=self.demo_mail_url,
            shops_inside=self.demo_shops or self.demo_shops_url,
            customers=self.demo_customers,
            streams_url=self.demo_streams_url,
            folder=folder,
            clock_file=folder / "clock",
            operator=lambda: (OPERATOR, self.operator_password),
        )


def read(environment: Mapping[str, str] = os.environ) -> DemoSettings:
    """The settings of this environment; MissingSetting names what is absent."""
    names = {f"LINEUP_{field.name.upper()}" for field in fields(DemoSettings)}
    return read_settings(
        DemoSettings,
        {
            name.removeprefix("LINEUP_"): environment[name]
            for name in names
            if name in environment
        },
    )
