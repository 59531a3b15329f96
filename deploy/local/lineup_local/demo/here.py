"""The Lineup that `./lineup up` runs on this machine, as the demo sees it."""

import os
import secrets
import subprocess
import sys

from lineup_local import ports
from lineup_local.demo.site import Login, Site
from lineup_local.environment import Installation

OPERATOR = "operator"


def site_of(place: Installation) -> Site:
    """What the demo needs to know of an installation of this machine."""
    settings = place.settings
    return Site(
        gateway=place.public_url,
        public_url=place.public_url,
        shops_url=f"http://{ports.LOOPBACK}:{settings.webhook_port}",
        mail_url=f"http://{ports.LOOPBACK}:{settings.mail_http_port}",
        folder=settings.home,
        clock_file=place.clock_file,
        operator=lambda: _make_operator(place),
    )


def _make_operator(place: Installation) -> Login:
    password = secrets.token_urlsafe(12)
    words = ("accounts", "create-operator", OPERATOR, "--password-stdin")
    subprocess.run(
        (sys.executable, "-m", "lineup.command", *words),
        input=password,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, **place.environment_for("accounts")},
        stdout=subprocess.DEVNULL,
    )
    return OPERATOR, password
