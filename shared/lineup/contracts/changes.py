"""Changes: requests that say only what shall be otherwise (JSON merge patch, RFC 7396).

A field that is not given is UNSET: it does not travel, and what it names stays as it
is. A service applies what is given, and only that, to a row it has locked, so that
two changes of different fields never undo one another.
"""

from dataclasses import field as field_of
from dataclasses import fields, replace
from typing import Any, TypeAlias, TypeVar

from msgspec import UNSET, UnsetType

__all__ = [
    "UNSET",
    "Given",
    "either",
    "hidden_of",
    "merged",
    "merges_into",
    "merges_of",
    "reset",
    "resets_of",
    "resets_to",
    "set_fields",
]

T = TypeVar("T")

Given: TypeAlias = T | UnsetType
"""A field of a change: a value, or UNSET where nothing is said of it."""

RESET, HIDDEN, MERGES = "reset", "hidden", "merges"


def resets_to(value: Any, *, is_shown: bool = True) -> Any:
    """A field of a change that `null` sets back to `value`, at the REST API's edge.

    Without it a field cannot be null. What is not shown, a secret, is no part of what
    whoever replaces the whole has to know.
    """
    return field_of(default=UNSET, metadata={RESET: value, HIDDEN: not is_shown})


def merges_into(name: str) -> Any:
    """A field of a change that changes some entries of the dictionary `name`."""
    return field_of(default=UNSET, metadata={MERGES: name})


def resets_of(change: type) -> dict[str, Any]:
    """What `null` means, by the names of the fields that may be null."""
    return {
        field.name: field.metadata[RESET]
        for field in fields(change)
        if RESET in field.metadata
    }


def hidden_of(change: type) -> set[str]:
    """The fields that are never shown."""
    return {field.name for field in fields(change) if field.metadata.get(HIDDEN)}


def merges_of(change: type) -> dict[str, str]:
    """The fields that change entries of others, and those others."""
    return {
        field.name: field.metadata[MERGES]
        for field in fields(change)
        if MERGES in field.metadata
    }


def reset(change: type[T]) -> T:
    """The change that sets everything back."""
    return change(**resets_of(change))


def set_fields(change: Any) -> dict[str, Any]:
    """What a change says, by field."""
    values = {field.name: getattr(change, field.name) for field in fields(change)}
    return {name: value for name, value in values.items() if value is not UNSET}


def either(value: Given[T], present: T) -> T:
    """A value where it is given, else the present one."""
    return present if value is UNSET else value


def merged(present: T, change: Any) -> T:
    """What is there, with what a change says in its place."""
    return replace(present, **set_fields(change))  # type: ignore[type-var]
