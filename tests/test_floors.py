"""The rules between rooms hold, and each of them sees a violation that is planted."""

import os
import shutil
import subprocess
import sys
import tomllib
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
    "What is shared knows no service": ("lineup/money.py", "import accounts.records"),
    "What is shared knows no service and no tool": (
        "lineup/testing/servers.py",
        "import lineup_local.servers",
    ),
    "Only the bus knows Nameko": ("playlists/settings.py", "import nameko.rpc"),
    "The gateway has no database": ("gateway/settings.py", "import sqlalchemy"),
    "One module knows the private parts of gunicorn": (
        "gateway/public/worker.py",
        "from gunicorn.workers.gthread import ThreadWorker",
    ),
    "Only entrypoints touch the bus": ("billing/wallets/funds.py", "import lineup.bus"),
    "The floors of what is shared": ("lineup/money.py", "import lineup.tracing"),
    "The floors of the gateway": (
        "gateway/request_context.py",
        "import gateway.panel.forms",
    ),
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
OUTSIDE = [
    ("accounts/command.py", "import lineup.rpc"),
    ("billing/metrics.py", "from lineup.bus import every"),
    ("notifications/deliveries/queues.py", "import flask"),
    ("playlists/worker/main.py", "from lineup.bus import Service"),
    ("playlists/editing/order.py", "import kombu"),
]
"""Places that were outside the rule about the bus, or might be thought to be."""


def contracts():
    """The rules between packages, as they are configured."""
    config = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    return config["tool"]["importlinter"]["contracts"]


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
    assert_seen(copy, rule, *PLANTED[rule])


@pytest.mark.parametrize(("name", "line"), OUTSIDE)
def test_no_other_module_touches_the_bus(copy, name, line):
    assert_seen(copy, "Only entrypoints touch the bus", name, line)


def test_whoever_is_let_to_the_bus_is_named_for_it():
    rule = next(r for r in contracts() if r["name"] == "Only entrypoints touch the bus")
    let = {
        allowed.split(" -> ")[0].split(".")[-1] for allowed in rule["ignore_imports"]
    }

    assert let == {"entrypoints", "service"}


def assert_seen(copy, rule, name, line):
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


@pytest.mark.parametrize(
    "package", [name for name in PACKAGES if name != "lineup_local"]
)
def test_a_module_without_a_floor_is_seen(copy, package):
    attic = copy / package / "attic.py"
    attic.write_text("")
    try:
        done = lint(copy)
    finally:
        attic.unlink()

    assert done.returncode == 1
    assert f"- {package}.attic" in done.stdout


def test_every_contract_has_a_violation_planted():
    names = [rule["name"] for rule in contracts()]

    assert [n for n in names if not any(n.startswith(rule) for rule in PLANTED)] == []
