"""The images of Lineup, and stand-ins for official ones where none can be pulled."""

import os
import shutil
import subprocess
from pathlib import Path

from lineup_local import packages
from lineup_local.containers.engine import Engine
from lineup_local.errors import LocalError
from lineup_local.settings import CHECKOUT

VERSION = "test"
SERVICES = ("accounts", "billing", "playlists", "notifications", "gateway")
DOCKERFILES = {
    **{name: f"services/{name}/Dockerfile" for name in SERVICES},
    "demo": "deploy/containers/demo/Dockerfile",
}
STANDINS = CHECKOUT / "deploy" / "containers" / "standins"
PYTHON = "ca-certificates,python3-venv,libpython3.13-dev"
MIRROR = "http://deb.debian.org/debian"
UNREAD = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*")
BEFORE = {
    "python": "python:3.13-slim-trixie",
    "node": "node:24-trixie-slim",
    "postgres": "postgres:17",
    "rabbitmq": "rabbitmq:4-management",
}
AFTER = {"mailpit": "axllent/mailpit:v1.27"}
"""What stands in for which official image; the second is made of our own."""
MARK = "lineup.stands-in=yes"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
BUILD_SECONDS = 600


def name_of(image: str) -> str:
    """What an image of ours is called in tests."""
    return f"lineup/{image}:{VERSION}"


def build_all(engine: Engine) -> None:
    """Every image that the compose file wants, one after the other."""
    for folder, name in BEFORE.items():
        _provide(engine, name, folder)
    for image, dockerfile in DOCKERFILES.items():
        _build(engine, name_of(image), CHECKOUT, dockerfile)
    for folder, name in AFTER.items():
        _provide(engine, name, folder)


def _provide(engine: Engine, name: str, folder: str) -> None:
    """An official image, or on an engine of our own what stands in for it."""
    is_there = engine.has(name)
    if is_there and not engine.has(name, f"label={MARK}"):
        return
    if not is_there and engine.pulls(name, seconds=BUILD_SECONDS):
        return
    if not engine.is_private:
        raise LocalError(f"{name} is neither on the Docker engine nor to be pulled.")
    if folder == "python":
        _make_python(engine, name)
    else:
        _build(engine, name, STANDINS / folder, "Dockerfile", "--label", MARK)


def _build(
    engine: Engine, name: str, context: Path, dockerfile: str, *more: str
) -> None:
    words = ["build", "--tag", name, "--file", str(context / dockerfile), *more]
    if engine.is_private:
        words += ["--network", "host"]  # its containers have no way out by themselves
    if CERTIFICATES.exists():
        words += ["--secret", f"id=certificates,src={CERTIFICATES}"]
    engine.run(*words, str(context), seconds=BUILD_SECONDS)


def _make_python(engine: Engine, name: str) -> None:
    """Debian with its own Python, and the headers that the official image has, too."""
    if engine.has(name):
        return
    if shutil.which("mmdebstrap") is None:
        packages.install("mmdebstrap")
    skipped = [f"--dpkgopt=path-exclude={path}" for path in UNREAD]
    words = ["--variant=minbase", f"--include={PYTHON}", *skipped, "trixie", "-"]
    with subprocess.Popen(
        ["mmdebstrap", "--quiet", *words, MIRROR], stdout=subprocess.PIPE
    ) as system:
        subprocess.run(
            [engine.client, "import", "--change", f"LABEL {MARK}", "-", name],
            env={**os.environ, **engine.environment()},
            stdin=system.stdout,
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=BUILD_SECONDS,
        )
    if system.returncode != 0:
        engine.run("rmi", name)
        raise LocalError("mmdebstrap could not make a Debian to stand the images on.")
