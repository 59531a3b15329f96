"""The rules between rooms hold, and each of them sees a violation that is planted."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGES = {
    "lineup": "shared",
    "accounts": "services/accounts",
    "billing": "services/billing",
    "playlists": "services/playlists",
    "notifications": "services/notifications",
    "gateway": "services/gateway",
    "lineup_local": "deploy/local",
}
PLANTED = {
    "No service imports another": ("accounts/tree/models.py", "import billing.records"),
    "The ground knows no service": ("lineup/money.py", "import accounts.records"),
    "Only the bus knows Nameko": ("playlists/settings.py", "import nameko.rpc"),
    "The gateway has no database": ("gateway/settings.py", "import sqlalchemy"),
    "Only doors touch the bus": ("billing/wallets/models.py", "import lineup.bus"),
    "The floors of billing": (
        "billing/wallets/models.py",
        "import billing.subscriptions.models",
    ),
    "The floors of accounts": ("accounts/tree/models.py", "import accounts.users"),
    "The floors of playlists": (
        "playlists/channels/models.py",
        "import playlists.rendering.models",
    ),
    "The floors of notifications": (
        "notifications/people/models.py",
        "import notifications.deliveries.models",
    ),
}


def lint(root):
    """What import-linter says of the packages below `root`."""
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """All packages side by side, free to be spoilt."""
    root = tmp_path_factory.mktemp("house")
    shutil.copy(CHECKOUT / "pyproject.toml", root)
    for package, home in PACKAGES.items():
        shutil.copytree(CHECKOUT / home / package, root / package)
    return root


def test_the_house_stands(copy):
    done = lint(copy)

    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_violation_is_seen(copy, rule):
    name, line = PLANTED[rule]
    file = copy / name
    sound = file.read_text()
    file.write_text(f"{sound}\n{line}\n")
    try:
        done = lint(copy)
    finally:
        file.write_text(sound)

    assert done.returncode == 1
    broken = [found for found in done.stdout.splitlines() if "BROKEN" in found]
    assert any(rule in found for found in broken), done.stdout[-2000:]


def test_every_contract_has_a_violation_planted():
    import tomllib

    config = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    names = [rule["name"] for rule in config["tool"]["importlinter"]["contracts"]]

    assert [n for n in names if not any(n.startswith(rule) for rule in PLANTED)] == []
