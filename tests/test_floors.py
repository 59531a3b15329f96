"""The rules between rooms hold, and each of them sees a violation that is planted."""

import os
import re
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
WITH_FLOORS = [name for name in PACKAGES if name != "lineup_local"]
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


def lint(root, planted=()):
    """What import-linter says of all packages, copied below `root`, with lines planted
    in modules: the code it ends with, and its words.
    """
    shutil.copy(CHECKOUT / "pyproject.toml", root)
    for package, home in PACKAGES.items():
        shutil.copytree(CHECKOUT / home / package, root / package)
    for name, line in planted:
        with (root / name).open("a") as module:
            module.write(f"\n{line}\n")
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def violations(tmp_path_factory):
    """What is said of a house with every violation planted at once."""
    code, output = lint(
        tmp_path_factory.mktemp("spoilt"), [*PLANTED.values(), *OUTSIDE]
    )
    assert code == 1
    return output


@pytest.fixture(scope="module")
def attics(tmp_path_factory):
    """What is said of a house with a module more in each package."""
    new = [(f"{package}/attic.py", "") for package in WITH_FLOORS]
    code, output = lint(tmp_path_factory.mktemp("attics"), new)
    assert code == 1
    return output


def test_the_house_stands(tmp_path):
    code, output = lint(tmp_path)

    assert code == 0, output[-3000:]


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_violation_is_seen(violations, rule):
    assert_seen(violations, rule, *PLANTED[rule])


@pytest.mark.parametrize(("name", "line"), OUTSIDE)
def test_no_other_module_touches_the_bus(violations, name, line):
    assert_seen(violations, "Only entrypoints touch the bus", name, line)


def test_whoever_is_let_to_the_bus_is_named_for_it():
    rule = next(r for r in contracts() if r["name"] == "Only entrypoints touch the bus")
    let = {
        allowed.split(" -> ")[0].split(".")[-1] for allowed in rule["ignore_imports"]
    }

    assert let == {"entrypoints", "service"}


def assert_seen(output, rule, name, line):
    """Under the heading of the rule stands the import of the module; of what is not
    ours, the package alone.
    """
    section = next(found for found in sections(output) if found.startswith(rule))
    importer = name.removesuffix(".py").replace("/", ".")
    imported = line.removeprefix("from ").removeprefix("import ").split()[0]
    shown = re.findall(rf"{importer} -> (\S+)", section)
    assert any(f"{imported}.".startswith(f"{one}.") for one in shown), section


def sections(output):
    """Each broken contract with what breaks it."""
    _, broken = output.split("\nBroken contracts\n")
    return re.split(r"\n(?=[^\n]+\n-{3,}\n)", broken)


@pytest.mark.parametrize("package", WITH_FLOORS)
def test_a_module_without_a_floor_is_seen(attics, package):
    assert f"- {package}.attic" in attics


def test_every_contract_has_a_violation_planted():
    names = [rule["name"] for rule in contracts()]

    assert [n for n in names if not any(n.startswith(rule) for rule in PLANTED)] == []
