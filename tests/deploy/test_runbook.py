"""Every command that the runbook and the page of operations name is there."""

import os
import re
from pathlib import Path

import click
import pytest

from lineup.command.main import main

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
PAGES = [*sorted((DEPLOY / "runbook").glob("*.md")), DEPLOY / "README.md"]
SPOKEN = re.compile(
    r"(?:^\s*|-- |\./|exec [a-z]+ )lineup ([a-z][a-z-]*(?: [a-z][a-z-]+)?)",
    re.MULTILINE,
)
"""What is said to the program, and not the name of a namespace."""
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def commands_of(page):
    """What stands in code: indented lines, and words in backticks."""
    text = page.read_text()
    code = re.findall(r"`([^`\n]+)`", text)
    code += [line for line in text.splitlines() if line.startswith("    ")]
    return {command for part in code for command in SPOKEN.findall(part)}


def exists(words):
    """Whether the first word is a command, and the second one of its own if it has any."""
    context = click.Context(main)
    first, _, second = words.partition(" ")
    command = main.get_command(context, first)
    if isinstance(command, click.Group) and second:
        return command.get_command(context, second) is not None
    return command is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_is_there(page):
    assert [words for words in commands_of(page) if not exists(words)] == []


def test_looking_for_a_command_changes_nothing():
    before = dict(os.environ)
    assert exists("billing check-ledger")
    assert dict(os.environ) == before


def test_commands_are_found_at_all():
    assert "messages resend" in commands_of(DEPLOY / "runbook/set-aside-messages.md")
    assert not exists("no-such-verb")
    assert not exists("billing no-such-task")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page):
    links = LINK.findall(page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_list_names_every_page():
    listed = (DEPLOY / "runbook/README.md").read_text()
    pages = {page.stem for page in PAGES if page.stem != "README"}
    assert {page for page in pages if f"({page}.md)" not in listed} == set()
