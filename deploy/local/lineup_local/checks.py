"""The checks that need no server: format, lint, types, the rules of the house."""

import subprocess
import sys
from pathlib import Path

import click

from lineup_local.settings import CHECKOUT

CHECK_SECONDS = 600
PRODUCT = (
    "shared/lineup",
    "services/accounts/accounts",
    "services/billing/billing",
    "services/playlists/playlists",
    "services/notifications/notifications",
    "services/gateway/gateway",
    "deploy/local/lineup_local",
)
SERVICES = ("accounts", "billing", "playlists", "notifications")
ALONE = {
    **{name: f"{name}.service" for name in SERVICES},
    "gateway": "gateway.command",
}
"""A shared environment hides a missing dependency; each must stand by itself."""
COMPOSED = """
made=$(mktemp) && trap 'rm "$made"' EXIT
deploy/containers/new-env >"$made" && "$1" --env-file "$made" config --quiet
"""
"""Holds the compose file against the specification's schema."""


def run_checks() -> int:
    """Run every check; 0 when all are content."""
    results = {title: _run(title, command) for title, command in _checks().items()}
    lines = [f"{'ok    ' if fine else 'FAILED'} {t}" for t, fine in results.items()]
    click.echo("\n" + "\n".join(lines))
    return 0 if all(results.values()) else 1


def _checks() -> dict[str, list[str]]:
    programs = Path(sys.executable).parent
    ruff, mypy = str(programs / "ruff"), str(programs / "mypy")
    return {
        "format": [ruff, "format", "--check", ".", "lineup"],
        "lint": [ruff, "check", ".", "lineup"],
        "types": [mypy, *PRODUCT],
        "floors": [str(programs / "lint-imports")],
        "migrations": [sys.executable, "-m", "lineup_local.migration_order"],
        "dockerfiles": [str(programs / "hadolint"), *_dockerfiles()],
        "compose file": ["sh", "-c", COMPOSED, "sh", str(programs / "docker-compose")],
        "manifests": [sys.executable, "-m", "lineup_local.manifests"],
        **{
            f"{package} alone": _imported_alone(package, module)
            for package, module in ALONE.items()
        },
    }


def uv() -> str:
    """The uv that made this environment."""
    own = CHECKOUT / ".lineup" / "tools" / "bin" / "uv"
    return str(own) if own.exists() else "uv"


def _dockerfiles() -> list[str]:
    found = [
        *CHECKOUT.glob("services/*/Dockerfile"),
        *CHECKOUT.glob("deploy/**/Dockerfile"),
    ]
    return [str(each.relative_to(CHECKOUT)) for each in sorted(found)]


def _imported_alone(package: str, module: str) -> list[str]:
    only = ["--isolated", "--frozen", "--no-dev", "--package", package]
    return [uv(), "run", *only, "python", "-W", "ignore", "-c", f"import {module}"]


def _run(title: str, command: list[str]) -> bool:
    """Run one, and show what it says when it has ended: tests may run beside it."""
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=CHECK_SECONDS,
    )
    click.echo(click.style(f"\n{title}\n", bold=True) + done.stdout)
    return done.returncode == 0
