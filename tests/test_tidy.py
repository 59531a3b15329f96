"""The rules of the house that no other tool holds."""

import ast
import re
import subprocess
from itertools import chain
from pathlib import Path

import click
import pytest

from lineup.command.installed import find, names
from lineup.command.main import main

ROOT = Path(__file__).resolve().parents[1]
MODULE_LINES = 400
FUNCTION_LINES = 40
MARKERS = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")))
TEXTS = {".py", ".md", ".html", ".j2", ".css", ".js", ".yml", ".yaml", ".toml", ".sh"}
VERB = re.compile(r"(?:\./|`)lineup ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")


def tracked() -> list[Path]:
    """Every file of the project, also those not committed yet."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout
    found = [ROOT / name.decode() for name in listed.split(b"\0") if name]
    return [path for path in found if path.is_file()]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


MODULES = [
    path
    for path in tracked()
    if path.suffix == ".py" and "tests" not in path.relative_to(ROOT).parts
]
SETTINGS = [path for path in MODULES if path.name == "settings.py"]


def functions_of(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        node for node in ast.walk(ast.parse(path.read_text())) if type(node) in kinds
    ]


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How long a function is without what it says about itself."""
    first = function.body[0]
    docstring = ast.get_docstring(function, clean=False)
    docstring_lines = first.end_lineno - first.lineno + 1 if docstring else 0
    return function.end_lineno - function.lineno + 1 - docstring_lines


def test_no_module_is_longer_than_a_sitting():
    long = {named(path): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: lines for name, lines in long.items() if lines > MODULE_LINES} == {}


def test_every_function_fits_one_screen():
    long = {
        f"{named(path)}:{function.lineno} {function.name}": lines_of(function)
        for path in MODULES
        if "migrations" not in path.parts
        for function in functions_of(path)
        if lines_of(function) > FUNCTION_LINES
    }
    assert long == {}


def test_nothing_is_left_to_do():
    marked = [
        f"{named(path)}:{number}"
        for path in tracked()
        if path.suffix in TEXTS
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if MARKERS.search(line)
    ]
    assert marked == []


def fields_of(tree: ast.Module) -> set[str]:
    """The fields of the settings a module declares, and of those it inherits."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith("Settings"):
            fields = [line for line in node.body if isinstance(line, ast.AnnAssign)]
            found |= {line.target.id for line in fields}
            bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
            if "ServiceSettings" in bases:
                source = ROOT / "shared" / "lineup" / "settings.py"
                found |= fields_of(ast.parse(source.read_text()))
    return found


@pytest.mark.parametrize(
    "module", [path for path in SETTINGS if "shared" not in path.parts], ids=named
)
def test_every_setting_is_explained_beside_its_service(module):
    parts = module.relative_to(ROOT).parts
    readme = ROOT.joinpath(*parts[:2], "README.md").read_text()
    prefix = "LINEUP_" if "local" in parts else ""
    wanted = {
        prefix + field.upper() for field in fields_of(ast.parse(module.read_text()))
    }
    assert {name for name in wanted if not re.search(rf"\b{name}\b", readme)} == set()


def commands() -> list[click.Command]:
    context = click.Context(main)
    tops = [name for name in main.list_commands(context) if not find_service(name)]
    return [main.get_command(context, name) for name in tops]


def find_service(name: str) -> bool:
    return find("lineup.commands", name) is not None


def test_every_command_is_explained_at_the_root():
    readme = (ROOT / "README.md").read_text()
    shown = [command.name for command in commands() if not command.hidden]
    assert [name for name in shown if f"lineup {name}" not in readme] == []


@pytest.mark.parametrize("service", names("lineup.commands"))
def test_every_task_of_a_service_is_explained_beside_it(service):
    readme = (ROOT / "services" / service / "README.md").read_text()
    group = find("lineup.commands", service).load()
    shown = [name for name, command in group.commands.items() if not command.hidden]
    assert [name for name in shown if f"lineup {service} {name}" not in readme] == []


def test_every_command_a_document_names_is_there():
    context = click.Context(main)
    known = set(main.list_commands(context))
    texts = [path.read_text() for path in tracked() if path.suffix == ".md"]
    named_verbs = chain.from_iterable(map(VERB.findall, texts))
    assert {verb for verb, _ in named_verbs} - known == set()


def test_continuous_integration_runs_what_the_readme_says():
    assert "./lineup test" in (ROOT / "README.md").read_text()
    assert "./lineup test" in (ROOT / ".ci" / "run").read_text()
