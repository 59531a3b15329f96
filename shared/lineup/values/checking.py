"""Requests checked by the types of their fields: every fault at once, by its path."""

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, TypeVar

from msgspec import UNSET, UnsetType

from lineup.money import Money
from lineup.validation import ValidationErrors
from lineup.values import rules
from lineup.values.bad_value import BadValueError
from lineup.values.rules import Rule

Q = TypeVar("Q")
Check = Callable[[Any, str, ValidationErrors], Any]
"""Takes a value, its path and the errors so far; gives the value as it is kept."""

NOTHING_SAID = (types.NoneType, UnsetType)
DEFAULTS: Mapping[Any, Rule] = {
    str: rules.Text(),
    int: rules.Whole(),
    datetime: rules.Moment(),
    date: rules.Day(),
    Money: rules.Amount(),
    list: rules.Items(),
    tuple: rules.Items(),
    dict: rules.Entries(),
}
"""What types are bounded by that say nothing more."""


def checked(request: Q) -> Q:
    """The request with its values as they are kept; Invalid names each wrong one."""
    contract: Any = type(request)
    check = check_of(contract)
    if check is None:
        return request
    errors = ValidationErrors()
    kept: Q = check(request, "", errors)
    errors.refuse()
    return kept


def fields_of(contract: Any) -> dict[str, Any]:
    """The type hints of a contract's fields, with what they are annotated with."""
    hints = typing.get_type_hints(contract, include_extras=True)
    return {field.name: hints[field.name] for field in dataclasses.fields(contract)}


def rule_of(hint: Any) -> tuple[Any, Rule | None]:
    """A type without its annotations, and the rule it goes by."""
    plain, named = hint, None
    while typing.get_origin(plain) is Annotated:
        plain, *marks = typing.get_args(plain)
        named = named or next(filter(_is_rule, marks), None)
    kind = typing.get_origin(plain) or plain
    return plain, named or DEFAULTS.get(kind)


def is_union(hint: Any) -> bool:
    """Whether a type leaves a choice, such as `str | None`."""
    return typing.get_origin(hint) in {types.UnionType, typing.Union}


@cache
def check_of(hint: Any) -> Check | None:
    """How a value of a type is checked; None when there is nothing to check."""
    plain, rule = rule_of(hint)
    if is_union(plain):
        return _optional(plain)
    inner = _inside(plain)
    if rule is None:
        return inner
    return _both(rule, inner) if inner else _by(rule)


def _is_rule(marks: Any) -> bool:
    return hasattr(marks, "checked") and hasattr(marks, "schema")


def _inside(plain: Any) -> Check | None:
    """How the parts of a value are checked: of a contract, a list or a mapping."""
    kind = typing.get_origin(plain) or plain
    if kind in {list, tuple}:
        return _each(check_of(typing.get_args(plain)[0]))
    if kind is dict:
        return _values(check_of(typing.get_args(plain)[1]))
    if plain in DEFAULTS or not isinstance(plain, type):
        return None
    if issubclass(plain, enum.Enum) or not dataclasses.is_dataclass(plain):
        return None
    return _record(plain)


def _by(rule: Rule) -> Check:
    def check(value: Any, path: str, errors: ValidationErrors) -> Any:
        try:
            return rule.checked(value)
        except BadValueError as wrong:
            errors.add(path, wrong.code, wrong.message)
            return value

    return check


def _both(rule: Rule, inner: Check) -> Check:
    outer = _by(rule)

    def check(value: Any, path: str, errors: ValidationErrors) -> Any:
        kept = outer(value, path, errors)
        return kept if errors.has(path) else inner(kept, path, errors)

    return check


def _optional(union: Any) -> Check | None:
    (kind,) = (one for one in typing.get_args(union) if one not in NOTHING_SAID)
    inner = check_of(kind)
    if inner is None:
        return None

    def check(value: Any, path: str, errors: ValidationErrors) -> Any:
        said_nothing = value is None or value is UNSET
        return value if said_nothing else inner(value, path, errors)

    return check


def _each(inner: Check | None) -> Check | None:
    if inner is None:
        return None

    def check(value: Any, path: str, errors: ValidationErrors) -> Any:
        kept = [inner(one, f"{path}.{at}", errors) for at, one in enumerate(value)]
        return type(value)(kept)

    return check


def _values(inner: Check | None) -> Check | None:
    if inner is None:
        return None

    def check(value: Any, path: str, errors: ValidationErrors) -> Any:
        return {key: inner(one, path, errors) for key, one in value.items()}

    return check


def _record(contract: type) -> Check | None:
    checks = {name: check_of(hint) for name, hint in fields_of(contract).items()}
    parts = [(name, check) for name, check in checks.items() if check is not None]
    if not parts:
        return None

    def check(value: Any, path: str, errors: ValidationErrors) -> Any:
        changed: dict[str, Any] = {}
        for name, part in parts:
            before = getattr(value, name)
            after = part(before, f"{path}.{name}" if path else name, errors)
            if after is not before:
                changed[name] = after
        return dataclasses.replace(value, **changed) if changed else value

    return check
