"""Runs the tests, each suite in a process of its own, and counts once at the end.

Suites are kept apart because those of the services run under eventlet's patches and
the gateway's must not. As many as there are processors run side by side, but for those
that need the machine to themselves; what one says is shown whole when it has ended.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree as ET

import click

from lineup.testing.plugin import QUICK
from lineup.testing.servers import running_servers
from lineup_local import packages
from lineup_local.checks import run_checks
from lineup_local.containers.private import running_engine
from lineup_local.errors import LocalError
from lineup_local.features import Outcomes, keep_outcomes, outcomes_of
from lineup_local.settings import CHECKOUT, read

SUITES = {
    "containers": "deploy/containers/tests",
    "tests": "tests",
    "billing": "services/billing/tests",
    "outages": "tests/outages",
    "playlists": "services/playlists/tests",
    "browser": "tests/browser",
    "shared": "shared/tests",
    "local": "deploy/local/tests",
    "accounts": "services/accounts/tests",
    "gateway": "services/gateway/tests",
    "notifications": "services/notifications/tests",
}
"""Where each suite lies, the longest first, those that start whole systems not all at
once; one inside another runs by itself.
"""

ALONE = frozenset({SUITES["outages"]})
"""Those that keep the whole system under load: what is beside them would be late."""

QUICK_SUITES = (
    "billing",
    "playlists",
    "shared",
    "accounts",
    "gateway",
    "notifications",
)
"""Those with tests that need no servers."""

PDF = {part: (package, "") for part, package in packages.DRAWS_PDF.items()}
TOOLS = {
    "tests": {
        "npm": ("npm", ""),
        "promtool": ("prometheus", "prometheus.service"),
        "tv_validate_file": ("xmltv-util", ""),
        **PDF,
    },
    "browser": {"chromium": ("chromium", ""), **PDF},
    "gateway": {
        "nginx": ("nginx-light", "nginx.service"),
        "ffmpeg": ("ffmpeg", ""),
        "/usr/lib/nginx/modules/ngx_http_lua_module.so": ("libnginx-mod-http-lua", ""),
        **PDF,
    },
}
"""Programs, and parts of them, that are not ours and check what we make: package and
its service."""

SUITE_SECONDS = 3600
NO_TESTS = 5


@dataclass(frozen=True)
class Result:
    """How one suite went, or why it did not run."""

    code: int
    counts: Counter[str]
    not_run: str = ""
    features: Outcomes | None = None


def run_tests(what: tuple[str, ...]) -> int:
    """Run suites, or what pytest is told; 0 when all that was asked for passed.

    Everything at once includes the checks of the house.
    """
    runs, options = _chosen(what)
    alone, beside = _alone_and_beside(runs)
    totals: Counter[str] = Counter()
    not_run: list[str] = []
    codes = []
    with _servers_for(runs, options) as environment, _lanes(runs) as lanes:
        run = partial(_run_suite, options=options, environment=environment)
        first = [run(paths) for paths in alone]
        results = chain(first, lanes.map(run, beside))
        checks = [] if what else [lanes.submit(run_checks)]
        for (suite, *_), result in zip(alone + beside, results, strict=True):
            codes.append(result.code)
            totals += result.counts
            not_run += filter(None, [result.not_run])
            if suite in SUITES.values() and not options and result.features is not None:
                keep_outcomes(read().home, suite, result.features)
        codes += [check.result() for check in checks]
    click.echo(_total_line(totals))
    for reason in not_run:
        click.secho(f"NOT RUN: {reason}", fg="red", bold=True)
    return 0 if totals["passed"] and not any(codes) else 1


def _alone_and_beside(runs: list[list[str]]) -> tuple[list[list[str]], list[list[str]]]:
    """The runs that need the machine to themselves, and those that do not."""
    alone = [paths for paths in runs if ALONE.intersection(paths)]
    return alone, [paths for paths in runs if paths not in alone]


def _lanes(runs: list[list[str]]) -> ThreadPoolExecutor:
    return ThreadPoolExecutor((os.cpu_count() or 1) if len(runs) > 1 else 1)


@contextmanager
def _servers_for(
    runs: list[list[str]], options: list[str]
) -> Iterator[Mapping[str, str]]:
    """How suites find PostgreSQL and RabbitMQ; none where all have containers or need
    none.
    """
    if QUICK in options or all(_needs_engine(paths) for paths in runs):
        yield {}
        return
    with running_servers() as servers:
        click.echo(f"Servers: {servers.origin}")
        yield servers.environment()


def _needs_engine(paths: list[str]) -> bool:
    return paths[0].startswith(SUITES["containers"])


def _run_suite(
    paths: list[str], options: list[str], environment: Mapping[str, str]
) -> Result:
    """Run a suite with the programs it needs; that one cannot be had is its failure."""
    try:
        _install_tools(paths)
    except LocalError as trouble:
        return Result(1, Counter(), f"{' '.join(paths)}, for {trouble.message}")
    run = _run_on_engine if _needs_engine(paths) else _run
    return run(paths, options, environment)


def _install_tools(paths: list[str]) -> None:
    """Install what suites need and this machine lacks, all at once."""
    missing = {
        package: units
        for path in paths
        for program, (package, units) in TOOLS.get(_suite_of(path), {}).items()
        if not packages.is_there(program)
    }
    if missing:
        packages.install(*missing, units=" ".join(missing.values()))


def _suite_of(path: str) -> str:
    """The suite that a path lies in: of one within another, the inner."""
    return max(
        (name for name, at in SUITES.items() if f"{path}/".startswith(f"{at}/")),
        key=lambda name: len(SUITES[name]),
        default="",
    )


def _run_on_engine(
    paths: list[str], options: list[str], environment: Mapping[str, str]
) -> Result:
    """Run a suite that needs a Docker engine, with the engine it finds or starts."""
    try:
        with running_engine(read()) as engine:
            return _run(paths, options, {**environment, **engine.environment()})
    except LocalError as trouble:
        return Result(0, Counter(), f"{' '.join(paths)}, for {trouble.message}")


def _chosen(what: tuple[str, ...]) -> tuple[list[list[str]], list[str]]:
    """Split the words into runs of paths, and options for each run."""
    paths = [word for word in what if _is_path(word)]
    options = [word for word in what if word not in paths and word not in SUITES]
    named = [SUITES[word] for word in what if word in SUITES]
    if not paths and not named:
        names = QUICK_SUITES if QUICK in options else SUITES
        named = [SUITES[name] for name in names if (CHECKOUT / SUITES[name]).exists()]
    return [[path] for path in named] + ([paths] if paths else []), options


def _is_path(word: str) -> bool:
    return word not in SUITES and (CHECKOUT / word.partition("::")[0]).exists()


def _run(
    paths: list[str], options: list[str], environment: Mapping[str, str]
) -> Result:
    since = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report, output_file = Path(folder) / "report.xml", Path(folder) / "said.txt"
        workers = _workers(paths, options)
        words = [*paths, *_apart(paths), *options, *workers, f"--junit-xml={report}"]
        code = _pytest(words, environment, output_file)
        heading = f"{' '.join(paths)} ({time.monotonic() - since:.0f} s)"
        click.echo(click.style(f"\n{heading}\n", bold=True) + output_file.read_text())
        if code == NO_TESTS:
            return Result(0, Counter())
        if not report.exists():
            return Result(code or 1, Counter(failed=1))
        return Result(code, _counts(report), features=outcomes_of(report))


def _workers(paths: list[str], options: list[str]) -> list[str]:
    """Shares out a long suite of tests that need nothing but a process."""
    is_long = [SUITES["gateway"], QUICK] == [*paths, *options]
    return ["--numprocesses=auto", "--dist=worksteal"] if is_long else []


def _apart(paths: list[str]) -> list[str]:
    """Leaves suites out that lie within these paths and have a run of their own."""
    return [
        f"--ignore={suite}"
        for suite in SUITES.values()
        for path in paths
        if suite.startswith(f"{path}/")
    ]


def _pytest(words: list[str], environment: Mapping[str, str], output_file: Path) -> int:
    with output_file.open("wb") as output:
        try:
            return subprocess.run(
                [sys.executable, "-m", "pytest", *words],
                cwd=CHECKOUT,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=SUITE_SECONDS,
            ).returncode
        except subprocess.TimeoutExpired:
            output.write(f"Not finished within {SUITE_SECONDS} s.\n".encode())
            return 1


def _counts(report: Path) -> Counter[str]:
    """What one run's report says; errors count as failures."""
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 - our own file
    if suite is None:
        return Counter(failed=1)
    number = {name: int(suite.get(name, 0)) for name in NUMBERS}
    failed = number["failures"] + number["errors"]
    passed = number["tests"] - failed - number["skipped"]
    return Counter(passed=passed, failed=failed, skipped=number["skipped"])


NUMBERS = ("tests", "failures", "errors", "skipped")


def _total_line(totals: Counter[str]) -> str:
    line = f"\n{totals['passed']} passed, {totals['failed']} failed"
    return line + (f", {totals['skipped']} skipped" if totals["skipped"] else "")
