"""The demo in a container: `fill`s an installation once, or prints its `variables`."""

import shlex
import sys

from lineup_local.demo.fill import fill
from lineup_local.demo.installation import DemoInstallation
from lineup_local.demo.logins import find_demo
from lineup_local.demo.settings import read

STOP = "Ctrl-C, or docker compose down"
HALF = (
    "The demo was begun once and not finished, and half a demo is none:"
    " docker compose down --volumes, then start again."
)
NONE = "There is no demo yet. Run docker compose up first."


def filled(site: DemoInstallation) -> str:
    """Where to look, once the demo is there; SystemExit when half of one is."""
    if site.filling_mark.exists():
        raise SystemExit(HALF)
    return "Lineup is up.\n" + fill(site).table(site, stop=STOP)


def variables(site: DemoInstallation) -> str:
    """The demo's addresses and logins as shell variables."""
    demo = find_demo(site)
    if demo is None:
        raise SystemExit(NONE)
    variables = demo.variables(site).items()
    return "\n".join(f"{name}={shlex.quote(value)}" for name, value in variables)


TASKS = {"fill": filled, "variables": variables}

if __name__ == "__main__":
    print(TASKS[sys.argv[1]](read().site()))  # noqa: T201
