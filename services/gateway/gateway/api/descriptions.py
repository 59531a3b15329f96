"""What the specification says of each field: its words, and an example of a value.

The words stand below the field in its contract; for those whose name says it all they
stand in the glossary, once for all contracts.
"""

import ast
import dataclasses
import enum
import inspect
import re
import sys
import textwrap
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from typing import Any
from uuid import UUID

from msgspec import UnsetType

from gateway.api.examples import EXAMPLES
from gateway.api.glossary import GLOSSARY
from lineup.values.checking import is_union, rule_of

NOTHING = re.compile(r"\bNone\b")
A_MOMENT = "2026-03-02T09:30:00+00:00"
AN_ID = "019d0000-0000-7000-8000-000000000001"
PLAIN_EXAMPLES: Mapping[Any, Any] = {
    UUID: AN_ID,
    datetime: A_MOMENT,
    date: "2026-03-02",
    bool: True,
    int: 1,
}


def one_line(text: str) -> str:
    """Words for callers: on one line, in JSON's terms."""
    return " ".join(NOTHING.sub("null", text).split())


def description_metadata(contract: type, name: str) -> dict[str, Any]:
    """What the specification says of a contract's field, as a field's metadata."""
    words = description_of(contract, name)
    return {"description": words} if words else {}


def description_of(contract: type, name: str) -> str:
    """The words below a field, else those of its name; empty without any."""
    for kind in contract.__mro__:
        if name in (descriptions := _below_fields(kind)):
            return descriptions[name]
    special = GLOSSARY.get(f"{contract.__name__}.{name}") or GLOSSARY.get(name)
    if special:
        return special
    if name.endswith("_id"):
        return f"ID of the {name.removesuffix('_id').replace('_', ' ')}."
    return ""


def example_of(contract: type, name: str, hint: Any) -> Any:
    """A value that a contract's field may have; None where its parts have examples."""
    special = EXAMPLES.get(f"{contract.__name__}.{name}")
    return _example(name, hint) if special is None else special


def _example(name: str, hint: Any) -> Any:
    plain, rule = rule_of(hint)
    if is_union(plain):
        kinds = set(typing.get_args(plain)) - {types.NoneType, UnsetType}
        return _example(name, kinds.pop()) if len(kinds) == 1 else None
    descriptions = rule.schema().get("example") if rule else None
    if descriptions is not None:
        return descriptions
    return _plain_example(name, plain)


def _plain_example(name: str, plain: Any) -> Any:
    if typing.get_origin(plain) is list:
        inner = _example(name.removesuffix("s"), typing.get_args(plain)[0])
        return None if inner is None else [inner]
    if typing.get_origin(plain) is dict:
        return EXAMPLES.get(name)
    if plain is str or plain in PLAIN_EXAMPLES:
        usual = PLAIN_EXAMPLES.get(plain, "text")
        named = EXAMPLES.get(name, usual)
        return named if type(named) is type(usual) else usual
    if isinstance(plain, type) and issubclass(plain, enum.Enum):
        return next(iter(plain)).value
    return None


@cache
def _below_fields(contract: type) -> Mapping[str, str]:
    """The words right below the fields of a class, as its source has them."""
    if not dataclasses.is_dataclass(contract):
        return {}
    module = sys.modules[contract.__module__]
    return _documented(module).get(contract.__qualname__, {})


@cache
def _documented(module: Any) -> Mapping[str, Mapping[str, str]]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(module)))
    return {
        node.name: dict(_pairs(node.body))
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }


def _pairs(body: list[ast.stmt]) -> typing.Iterator[tuple[str, str]]:
    for field, beneath in pairwise(body):
        if not isinstance(field, ast.AnnAssign) or not isinstance(beneath, ast.Expr):
            continue
        if isinstance(field.target, ast.Name) and isinstance(
            beneath.value, ast.Constant
        ):
            yield field.target.id, one_line(str(beneath.value.value))
