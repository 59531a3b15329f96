"""The table of verbs: what each service can be asked, by whom, and where over HTTP."""

import re
from collections.abc import Iterator

from lineup.access import MEANING
from lineup.context import Role
from lineup.verbs import Verb, verbs_of
from lineup_local.environment import WITH_DATABASE
from lineup_local.settings import CHECKOUT

PAGE = CHECKOUT / "docs" / "verbs.md"
INTRODUCTION = """\
# What services can be asked

Every verb with who may ask it and the permission that it needs, always in its own part
of the tree only, and where programs reach it in the REST API (below `/api/v1`). A verb
that changes something acts once for an idempotency key. `./lineup verbs --write` makes
this page from the declarations in `shared/lineup/contracts`.
"""
HEAD = "| verb | changes | who | needs | REST | what |\n|---|---|---|---|---|---|"
PERMISSIONS = """\
## Permissions

Where a login has a permission set, it may do only what the set says. Partners and the
operator have all permissions; so has staff that was given no set.

| permission | may |
|---|---|
"""
ORDER = tuple(role for role in Role if role is not Role.SYSTEM)


def page() -> str:
    """The whole page."""
    meanings = (f"| `{one}` | {words} |\n" for one, words in MEANING.items())
    permissions = PERMISSIONS + "".join(meanings)
    return "\n".join([INTRODUCTION, permissions, *map(_of_service, WITH_DATABASE)])


def _of_service(service: str) -> str:
    rows = "\n".join(map(_row, verbs_of(service)))
    return f"## {service.title()}\n\n{HEAD}\n{rows}\n"


def _row(verb: Verb) -> str:
    changes = "✓" if verb.kind == "write" else ""
    needs = f"`{verb.access.needs}`" if verb.access.needs else ""
    cells = (f"`{verb.name}`", changes, _who(verb), needs, _routes(verb), _what(verb))
    return f"| {' | '.join(cells)} |"


def _who(verb: Verb) -> str:
    if not verb.allowed:
        return "everybody, before sign-in"
    if verb.allowed >= set(ORDER):
        return "everybody"
    return ", ".join(role for role in ORDER if role in verb.allowed)


def _routes(verb: Verb) -> str:
    return "<br>".join(_addresses(verb))


def _addresses(verb: Verb) -> Iterator[str]:
    if verb.route is not None:
        methods, rule = verb.route.address.split(" ")
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)
        for method in methods.split("|"):
            yield f"`{method} {path}`"


def _what(verb: Verb) -> str:
    """The first sentence of what is said of it, on one line."""
    first = (verb.request.__doc__ or "").split("\n\n")[0]
    return " ".join(first.split()).replace("|", "\\|")
