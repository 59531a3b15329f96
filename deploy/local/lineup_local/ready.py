"""Waits until everything that was started answers, fills the demo, tells where."""

import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil
import requests

from lineup_local import ports
from lineup_local.demo.fill import fill
from lineup_local.demo.here import begin_streams, demo_installation
from lineup_local.demo.logins import Demo
from lineup_local.environment import PROBED, Installation, installation
from lineup_local.errors import LocalError
from lineup_local.settings import read

LOOK_SECONDS = 0.2
SHOWN_LINES = 30
EDGE = "edge"
"""The part that is the demo's streaming server, where this machine has nginx."""


def probes(place: Installation) -> dict[str, str]:
    """The address at which each part says that it is ready."""
    found = {
        name: f"http://{ports.LOOPBACK}:{place.probe_port(name)}/readyz"
        for name in PROBED
    }
    mail = place.settings.mail_http_port
    return found | {"mail": f"http://{ports.LOOPBACK}:{mail}/readyz"}


def wait_for(addresses: Mapping[str, str], *, seconds: float) -> list[str]:
    """Wait until all answer; the names that did not within the limit."""
    waiting = dict(addresses)
    end = time.monotonic() + seconds
    while waiting and time.monotonic() < end:
        for name in [name for name in waiting if is_ready(waiting[name])]:
            del waiting[name]
        if waiting:
            time.sleep(LOOK_SECONDS)
    return sorted(waiting)


def is_ready(address: str) -> bool:
    """Whether a probe answers that all is well."""
    try:
        return requests.get(address, timeout=2).ok
    except requests.RequestException:
        return False


def last_lines(log: Path) -> str:
    """The end of what a service said."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return "(it said nothing)"
    return "\n".join(lines[-SHOWN_LINES:])


def log_of(home: Path, name: str) -> Path:
    """The file that keeps what a service says."""
    return home / "logs" / f"{name}.log"


def came_up(place: Installation, addresses: Mapping[str, str]) -> bool:
    """Whether all answer in time; of those that do not the last lines are told."""
    late = wait_for(addresses, seconds=place.settings.start_seconds)
    for name in late:
        say(f"{name} did not come up. Its last lines:")
        say(last_lines(log_of(place.settings.home, name)))
    return not late


def streams_came_up(place: Installation, demo: Demo) -> bool:
    """Whether nginx plays the demo's channels; without a secret the rest goes on."""
    try:
        begun = begin_streams(place, demo)
    except LocalError as trouble:
        say(f"The demo's channels do not play, for want of a secret: {trouble.message}")
        return True
    return came_up(place, begun)


def main(*also: str) -> int:
    """Tell when all is up, then stay; 1 at once when something does not come up.

    `also` names parts beside those that are always there.
    """
    place = installation(read())
    if not came_up(place, probes(place)):
        return 1
    say("Preparing the demo.")
    site = demo_installation(place)
    demo = fill(site)
    if EDGE in also and not streams_came_up(place, demo):
        return 1
    took = time.time() - psutil.Process(os.getppid()).create_time()
    say(
        f"Lineup is up. It took {took:.1f} s.\n"
        + demo.table(site, stop="Ctrl-C, or ./lineup down")
    )
    with suppress(KeyboardInterrupt):
        signal.pause()  # a part that ends ends all the others
    return 0


def say(text: str) -> None:
    """Tell on the merged log."""
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
