"""Names are plain: the industry's words, and one meaning of each in a process."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SERVICES = ("accounts", "billing", "playlists", "notifications", "gateway")
INNER = {"Meta"}
"""Classes that belong to the class around them."""
PRIVATE = {
    "door",
    "doors",
    "findings",
    "ground",
    "hang",
    "means",
    "office",
    "patience",
    "shelf",
    "silent",
    "teach",
    "upstairs",
    "waker",
    "wiring",
}
"""Words of this house alone, for things that have a name elsewhere."""


def modules(*tops):
    for top in tops:
        for path in sorted((ROOT / top).rglob("*.py")):
            if not {"versions", "testing", "tests"} & set(path.parts):
                yield path


def definitions(path):
    """Every class and function that a module has, and the module itself."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name


def words_of(name):
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


@pytest.mark.parametrize("service", SERVICES)
def test_no_class_of_a_process_has_the_name_of_another(service):
    homes = defaultdict(set)
    for path in modules("shared/lineup", f"services/{service}/{service}"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and node.name not in INNER:
                homes[node.name].add(str(path.relative_to(ROOT)))

    assert len(homes) > 100
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


def test_names_are_words_that_others_use():
    found = defaultdict(set)
    for path in modules("shared/lineup", *(f"services/{s}/{s}" for s in SERVICES)):
        for name in definitions(path):
            for word in words_of(name) & PRIVATE:
                found[word].add(f"{path.relative_to(ROOT)}: {name}")

    assert dict(found) == {}
