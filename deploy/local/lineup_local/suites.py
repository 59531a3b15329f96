"""Runs the tests, each suite in a process of its own, and counts once at the end.

Suites are kept apart because those of the services run under eventlet's patches and
the gateway's must not.
"""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import click

from lineup.testing.servers import TestServers, running_servers
from lineup_local.settings import CHECKOUT

SUITES = {
    "shared": "shared/tests",
    "accounts": "services/accounts/tests",
    "billing": "services/billing/tests",
    "playlists": "services/playlists/tests",
    "notifications": "services/notifications/tests",
    "gateway": "services/gateway/tests",
    "local": "deploy/local/tests",
    "tests": "tests",
}
SUITE_SECONDS = 900
NO_TESTS = 5


def run_tests(what: tuple[str, ...]) -> int:
    """Run suites, or what pytest is told; 0 when all that was asked for passed."""
    runs, options = _chosen(what)
    with running_servers() as servers:
        click.echo(f"Servers: {servers.origin}")
        totals: Counter[str] = Counter()
        codes = [_run(paths, options, servers, totals) for paths in runs]
    click.echo(_total_line(totals))
    return 0 if totals["passed"] and not any(codes) else 1


def _chosen(what: tuple[str, ...]) -> tuple[list[list[str]], list[str]]:
    """Split the words into runs of paths, and options for each run."""
    paths = [word for word in what if _is_path(word)]
    options = [word for word in what if word not in paths and word not in SUITES]
    named = [SUITES[word] for word in what if word in SUITES]
    if not paths and not named:
        named = [path for path in SUITES.values() if (CHECKOUT / path).exists()]
    return [[path] for path in named] + ([paths] if paths else []), options


def _is_path(word: str) -> bool:
    return word not in SUITES and (CHECKOUT / word.partition("::")[0]).exists()


def _run(
    paths: list[str], options: list[str], servers: TestServers, totals: Counter[str]
) -> int:
    click.secho(f"\n{' '.join(paths)}", bold=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        code = _pytest([*paths, *options, f"--junit-xml={report}"], servers)
        if code == NO_TESTS:
            return 0
        if not report.exists():
            totals["failed"] += 1
            return code or 1
        totals.update(_counts(report))
    return code


def _pytest(words: list[str], servers: TestServers) -> int:
    try:
        return subprocess.run(
            [sys.executable, "-m", "pytest", *words],
            cwd=CHECKOUT,
            env={**os.environ, **servers.environment()},
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=SUITE_SECONDS,
        ).returncode
    except subprocess.TimeoutExpired:
        click.echo(f"Not finished within {SUITE_SECONDS} s.")
        return 1


def _counts(report: Path) -> dict[str, int]:
    """What one run's report says; errors count as failures."""
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 - our own file
    if suite is None:
        return {"failed": 1}
    number = {name: int(suite.get(name, 0)) for name in NUMBERS}
    failed = number["failures"] + number["errors"]
    passed = number["tests"] - failed - number["skipped"]
    return {"passed": passed, "failed": failed, "skipped": number["skipped"]}


NUMBERS = ("tests", "failures", "errors", "skipped")


def _total_line(totals: Counter[str]) -> str:
    line = f"\n{totals['passed']} passed, {totals['failed']} failed"
    return line + (f", {totals['skipped']} skipped" if totals["skipped"] else "")
