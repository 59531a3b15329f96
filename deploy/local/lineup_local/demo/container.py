"""The demo in a container: `fill`s an installation once, or prints its `variables`."""

import shlex
import sys

from lineup_local.demo.fill import fill, find_demo
from lineup_local.demo.settings import read
from lineup_local.demo.site import Site

STOP = "Ctrl-C, or docker compose down"
HALF = (
    "The demo was begun once and not finished, and half a demo is none:"
    " docker compose down --volumes, then start again."
)
NONE = "There is no demo yet. Run docker compose up first."


def filled(site: Site) -> str:
    """Where to look, once the demo is there; SystemExit when half of one is."""
    if site.filling_mark.exists():
        raise SystemExit(HALF)
    return "Lineup is up.\n" + fill(site).table(site, stop=STOP)


def variables(site: Site) -> str:
    """The demo's addresses and logins as shell variables."""
    demo = find_demo(site)
    if demo is None:
        raise SystemExit(NONE)
    told = demo.variables(site).items()
    return "\n".join(f"{name}={shlex.quote(value)}" for name, value in told)


TASKS = {"fill": filled, "variables": variables}

if __name__ == "__main__":
    print(TASKS[sys.argv[1]](read().site()))  # noqa: T201
