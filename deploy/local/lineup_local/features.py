"""The register of features: what Lineup is to do, and which rows tests show.

Rows stand in docs/features.toml. A test points at those it shows by
`@pytest.mark.feature("SU-08")`; how it went is kept by `./lineup test`.
"""

import ast
import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

from lineup_local.errors import LocalError
from lineup_local.settings import CHECKOUT

REGISTER = CHECKOUT / "docs" / "features.toml"
PAGE = CHECKOUT / "docs" / "features.md"
RESULTS = "features.json"
"""Under the home of this checkout: suite, feature, outcome and how many tests."""
TESTS = ("deploy", "services", "shared", "tests")
INTRODUCTION = """\
# What Lineup does

Row by row, what an operator can expect, and which rows have a test (✓). A row without
one is planned, or not shown yet. `./lineup features --write` makes this page from
[`features.toml`](features.toml) and the tests' marks; `./lineup features` says which of
those tests pass.

**must**: an operator cannot do without it. **should**: is expected, and may follow.
**beyond**: more than is usual.
"""

Outcomes = dict[str, Counter[str]]


@dataclass(frozen=True)
class Feature:
    """One row of the register."""

    id: str
    level: str
    what: str

    @property
    def area(self) -> str:
        """The part of the product it belongs to, as two capitals."""
        return self.id[:2]


@dataclass(frozen=True)
class Register:
    """All rows in their order, and the title of each area."""

    areas: Mapping[str, str]
    features: tuple[Feature, ...]

    def of(self, area: str) -> list[Feature]:
        """The rows of an area; one that is not there is refused."""
        if area not in self.areas:
            known = ", ".join(self.areas)
            raise LocalError(f"Unknown area {area!r}. Available: {known}.")
        return [feature for feature in self.features if feature.area == area]


def read_register() -> Register:
    """The register of this checkout."""
    found = tomllib.loads(REGISTER.read_text())
    rows = (Feature(id_, **row) for id_, row in found["features"].items())
    return Register(found["areas"], tuple(rows))


def marks_of(source: str) -> set[str]:
    """The features that a test module's source is marked with."""
    return {
        argument.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and _is_mark(node.func)
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def _is_mark(function: ast.expr) -> bool:
    return ast.unparse(function).endswith("mark.feature")


@cache
def marked() -> dict[str, list[str]]:
    """The test modules of each feature that any test is marked with."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in _test_modules():
        source = path.read_text()
        if "mark.feature" in source:
            for id_ in sorted(marks_of(source)):
                found[id_].append(str(path.relative_to(CHECKOUT)))
    return found


def _test_modules() -> Iterator[Path]:
    for top in TESTS:
        yield from sorted((CHECKOUT / top).rglob("test_*.py"))


def page() -> str:
    """docs/features.md, from the register and the marks."""
    register, tested = read_register(), marked()
    lines = [INTRODUCTION]
    for area, title in register.areas.items():
        lines += [f"## {title}\n", "| | test | level | what |", "|---|---|---|---|"]
        for each in register.of(area):
            mark = "✓" if each.id in tested else ""
            lines.append(f"| {each.id} | {mark} | {each.level} | {each.what} |")
        lines.append("")
    return "\n".join(lines)


def outcomes_of(report: Path) -> Outcomes:
    """How the tests of each feature went, from one run's JUnit report."""
    found: Outcomes = defaultdict(Counter)
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own file
        failed = case.find("failure") is not None or case.find("error") is not None
        skipped = case.find("skipped") is not None
        outcome = "failed" if failed else "skipped" if skipped else "passed"
        for property_ in case.iter("property"):
            if property_.get("name") == "feature":
                found[property_.get("value", "")][outcome] += 1
    return found


def keep_outcomes(home: Path, suite: str, outcomes: Outcomes) -> None:
    """Keep how a whole suite went, in place of its last run."""
    kept = _kept(home)
    kept[suite] = outcomes
    home.mkdir(parents=True, exist_ok=True)
    fresh = home / f"{RESULTS}.fresh"
    fresh.write_text(json.dumps(kept, indent=1, sort_keys=True))
    fresh.replace(home / RESULTS)


def _kept(home: Path) -> dict[str, Outcomes]:
    path = home / RESULTS
    return json.loads(path.read_text()) if path.exists() else {}


def last_outcomes(home: Path) -> Outcomes:
    """How the tests of each feature went when each suite was last run whole."""
    found: Outcomes = defaultdict(Counter)
    for suite in _kept(home).values():
        for id_, counts in suite.items():
            found[id_].update(counts)
    return found


def state_of(counts: Counter[str] | None, tests: list[str]) -> str:
    """What is known of one feature: passing, failing, tested (not run yet), or none."""
    if not tests:
        return "none"
    if counts and counts["failed"]:
        return "failing"
    return "passing" if counts and counts["passed"] else "tested"


STATES = ("passing", "failing", "tested", "none")


def describe_areas(home: Path) -> str:
    """How many features of each area are in which state."""
    register, states = read_register(), _states(home)
    heading = f"{'':40}" + "".join(f"{state:>9}" for state in STATES)
    lines = [
        _line(f"{area}  {title}", [states[each.id] for each in register.of(area)])
        for area, title in register.areas.items()
    ]
    return "\n".join([heading, *lines, _line("All", list(states.values()))])


def _line(title: str, states: list[str]) -> str:
    return f"{title:40}" + "".join(f"{states.count(state):9}" for state in STATES)


def describe_area(home: Path, area: str) -> str:
    """Each feature of an area with its state and where its tests are."""
    states, tests = _states(home), marked()
    return "\n".join(
        "\n".join(
            [
                f"{each.id}  {states[each.id]:8}{each.level:8}{each.what}",
                *(f"{'':23}{path}" for path in tests.get(each.id, ())),
            ]
        )
        for each in read_register().of(area)
    )


def _states(home: Path) -> dict[str, str]:
    outcomes, tests = last_outcomes(home), marked()
    return {
        each.id: state_of(outcomes.get(each.id), tests.get(each.id, []))
        for each in read_register().features
    }
