"""Topics: texts for people, read from Markdown and rendered once.

A file begins with lines `Title:`, `For:` (staff, customer, platform or everybody),
`Group:` and `Icon:`, then a blank line, then the text. Its name is the topic's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import mistune
from markupsafe import Markup

from lineup.context import Role

STAFF, CUSTOMER, EVERYBODY, PLATFORM = "staff", "customer", "everybody", "platform"
PLATFORM_ROLES = frozenset({Role.OPERATOR, Role.SUPPORT})


@dataclass(frozen=True)
class Topic:
    """One text."""

    name: str
    title: str
    audience: str
    group: str
    icon: str
    html: Markup
    words: str
    """The text itself, to be searched."""

    def is_for(self, role: Role) -> bool:
        """Whether a role reads it."""
        if self.audience == PLATFORM:
            return role in PLATFORM_ROLES
        own = CUSTOMER if role is Role.CUSTOMER else STAFF
        return self.audience in {own, EVERYBODY}

    def mentions(self, text: str) -> bool:
        """Whether all words of a text are in it."""
        header = f"{self.title} {self.words}".casefold()
        return all(word in header for word in text.casefold().split())


class Renderer(mistune.HTMLRenderer):
    """HTML in the panel's look; whatever HTML a text holds is shown as text."""

    def table(self, text: str) -> str:
        """A table that scrolls by itself on a narrow screen."""
        table = f'<table class="table table-sm">{text}</table>'
        return f'<div class="table-responsive" tabindex="0">{table}</div>'


@cache
def topics() -> Mapping[str, Topic]:
    """Every topic by its name."""
    return {topic.name: topic for topic in _read()}


def topics_for(role: Role, text: str = "") -> dict[str, list[Topic]]:
    """What a role reads, by group; with `text`, only what mentions it."""
    groups: dict[str, list[Topic]] = {name: [] for name in GROUPS}
    for topic in topics().values():
        if topic.is_for(role) and topic.mentions(text):
            groups[topic.group].append(topic)
    return {name: sorted(found, key=_title) for name, found in groups.items() if found}


GROUPS = (
    "First steps",
    "Watching",
    "Paying",
    "Daily work",
    "People",
    "Sales",
    "Content",
    "Messages",
    "Your account",
    "More",
)


def _title(topic: Topic) -> str:
    return topic.title


def _read() -> Iterator[Topic]:
    render = mistune.create_markdown(
        renderer=Renderer(escape=True), plugins=["table", "def_list"]
    )
    for file in (files(__package__) / "topics").iterdir():
        name, is_text, _ = file.name.partition(".md")
        if is_text:
            yield _topic(name, file.read_text("utf-8"), render)


def _topic(name: str, text: str, render: Any) -> Topic:
    head, body = text.split("\n\n", 1)
    header = dict(line.split(": ", 1) for line in head.splitlines())
    return Topic(
        name=name,
        title=header["Title"],
        audience=header["For"],
        group=header["Group"],
        icon=header["Icon"],
        html=Markup(render(body)),  # noqa: S704 - our own text, its HTML escaped
        words=body,
    )
