"""Rendering: a template and its values become a subject and two texts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

MASK = "••••••••"
"""What stands for a secret in the delivery log."""


@dataclass(frozen=True)
class MessageText:
    """One message as it is sent, and as the log may show it."""

    subject: str
    body: str
    masked: str


def render(template: str, values: Mapping[str, Any]) -> MessageText:
    """Render a template twice: with its secrets and with dots in their place.

    Raises jinja2's UndefinedError for a value the template names and nobody gave:
    a bug of ours, never a gap in a mail.
    """
    subject, body = _rendered(SHOWN, template, values)
    _, masked = _rendered(MASKED, template, values)
    return MessageText(subject=subject, body=body, masked=masked)


def environment(secret: Callable[[str], str]) -> Environment:
    """Where templates run: a sandbox that changes nothing and gives away nothing."""
    sandbox = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(_text_of),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    sandbox.filters["secret"] = secret
    return sandbox


def _rendered(
    sandbox: Environment, template: str, values: Mapping[str, Any]
) -> tuple[str, str]:
    text = sandbox.get_template(template).render(values)
    head, body = text.split("\n\n", 1)
    return " ".join(head.removeprefix("Subject:").split()), body


def _text_of(template: str) -> str:
    return (files(__package__) / "texts" / f"{template}.txt").read_text("utf-8")


SHOWN, MASKED = environment(str), environment(lambda _: MASK)
"""Kept, because each compiles a template once: that takes longer than all else here."""
