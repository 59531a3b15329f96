"""What documents of the repository name is there."""

import re
from pathlib import Path

import pytest

from lineup_local import verb_table

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/*.md"),
    *ROOT.glob("*/*/README.md"),
    *ROOT.glob("*/README.md"),
]
LINK = re.compile(r"\]\((?!https?:|#|/)([^)#\s]+)[^)]*\)")
PATH = re.compile(r"`((?:services|shared|tests|docs|deploy|gateway)/[\w./-]+)`")
CODE = re.compile(r"`([^`]+)`")


def named(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_leads_somewhere(document):
    links = LINK.findall(document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_path_of_the_guide_for_contributors_is_there():
    tops = ROOT, ROOT / "services/gateway"
    paths = PATH.findall((ROOT / "CONTRIBUTING.md").read_text())

    assert len(paths) > 15
    assert [
        path for path in paths if not any((top / path).exists() for top in tops)
    ] == []


def code_of_the_glossary():
    """What the last column says each word is called in code."""
    rows = re.findall(
        r"^\| .* \| (.*) \|$", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE
    )
    return {name.lstrip("@") for row in rows for name in CODE.findall(row)}


def test_every_name_of_the_glossary_is_in_the_code():
    modules = [
        path
        for top in ("shared/lineup", "services")
        for path in (ROOT / top).rglob("*.py")
        if "tests" not in path.parts
    ]
    known = {"py"}
    for path in modules:
        known |= {path.stem, *re.findall(r"\w+", path.read_text())}

    names = code_of_the_glossary()
    assert len(names) > 50
    assert {
        name for name in names if not known.issuperset(re.findall(r"\w+", name))
    } == set()


def test_the_table_of_verbs_is_that_of_the_declarations():
    assert verb_table.PAGE.read_text() == verb_table.page(), "./lineup verbs --write"
