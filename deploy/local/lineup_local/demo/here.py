"""The Lineup that `./lineup up` runs on this machine, as the demo sees it."""

import os
import secrets
import subprocess
import sys

from lineup_local import ports
from lineup_local.demo.installation import PARTNER, DemoInstallation, Login
from lineup_local.demo.logins import Demo
from lineup_local.edge import Edge, secret_of
from lineup_local.environment import Installation

OPERATOR = "operator"


def demo_installation(place: Installation) -> DemoInstallation:
    """What the demo needs to know of an installation of this machine."""
    settings = place.settings
    return DemoInstallation(
        gateway=place.public_url,
        public_url=place.public_url,
        shops_url=f"http://{ports.LOOPBACK}:{settings.webhook_port}",
        shops_inside=f"http://{ports.LOOPBACK}:{settings.webhook_port}",
        customers=settings.demo_customers,
        mail_url=f"http://{ports.LOOPBACK}:{settings.mail_http_port}",
        streams_url=f"http://{ports.LOOPBACK}:{settings.stream_port}",
        folder=settings.home,
        clock_file=place.clock_file,
        operator=lambda: _make_operator(place),
    )


def edge_of(place: Installation) -> Edge:
    """The demo's streaming server, where this machine has nginx."""
    settings = place.settings
    return Edge(
        folder=settings.home / "edge",
        port=settings.stream_port,
        gateway=settings.gateway_port,
        origin=settings.stream_origin_port,
    )


def begin_streams(place: Installation, demo: Demo) -> dict[str, str]:
    """Hand nginx the demo partner's secret, which it waits for; its name and where it
    says that it is ready. LocalError where there is no secret to be had.
    """
    edge = edge_of(place)
    if not edge.secret_file.exists():
        partner = demo.partner_id or PARTNER
        edge.set_secret(secret_of(partner, place.environment_for("playlists")))
    return {"edge": f"http://{ports.LOOPBACK}:{edge.port}/readyz"}


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
