"""Runs a benchmark of the checkout on servers it may load."""

import ast
import os
import subprocess
import sys
from pathlib import Path

from lineup.testing.servers import running_servers
from lineup_local.errors import LocalError
from lineup_local.settings import CHECKOUT

FOLDER = CHECKOUT / "benchmarks"
BENCHMARK_SECONDS = 1800


def describe() -> str:
    """The benchmarks there are, with the first line of what each says of itself."""
    return "\n".join(f"  {name:<24}{_purpose(path)}" for name, path in _all().items())


def run_benchmark(name: str, options: tuple[str, ...]) -> int:
    """Run one by its name; its exit code. An unknown name is refused."""
    if name not in _all():
        raise LocalError(f"Unknown benchmark {name!r}. Available: {', '.join(_all())}.")
    with running_servers() as servers:
        return subprocess.run(
            [sys.executable, str(_all()[name]), *options],
            cwd=CHECKOUT,
            env={**os.environ, **servers.environment()},
            check=False,
            timeout=BENCHMARK_SECONDS,
        ).returncode


def _all() -> dict[str, Path]:
    """The benchmarks by name; modules that only serve others have no purpose line."""
    found = {path.stem: path for path in sorted(FOLDER.glob("*.py"))}
    return {
        name: path for name, path in found.items() if "__main__" in path.read_text()
    }


def _purpose(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    return docstring.partition("\n")[0]
