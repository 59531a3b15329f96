"""How values stand in the audit log: as short text, and never a secret."""

import enum
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from lineup.contracts.audit import CHANGED
from lineup.logs import SECRET
from lineup.money import Money
from lineup.secrets import secrets_of

LONGEST = 300
MOST_ENTRIES = 5
"""Of a list that are named; of a longer one only how many there are."""
ADDRESS = re.compile(r"(\w+://)(?:[^\s/@]*@)?([^\s/?#\"'|]+)[^\s\"'|]*")
"""Addresses of streams, lists and guides hold names and passwords anywhere."""
MORE_SECRET = re.compile(r"hash$|digests?$|^pin$|^headers$|^player_lines$")
BOOKKEEPING = re.compile(
    r"^(id|partner_id|version|search|scope|created_at|updated_at|worked_at|last_step)$|_(key|words)$"
)
"""Columns that follow from others, and say nothing to whoever reads the log."""


def is_secret(owner: type, name: str, value: Any = "") -> bool:
    """Whether a field of a request or a row is a secret: by its type, or its name, or
    because its request says so (`UNLOGGED`).
    """
    if name in _secrets_of(owner) or name in getattr(owner, "UNLOGGED", ()):
        return True
    is_called_so = SECRET.search(name) or MORE_SECRET.search(name)
    return bool(is_called_so) and not isinstance(value, bool)


@cache
def _secrets_of(owner: type) -> frozenset[str]:
    try:
        return secrets_of(owner)
    except NameError:  # a row refers to another one by a name known to mappers only
        return frozenset()


def shown(owner: type, name: str, value: Any) -> str | None:
    """A value as text; None for nothing, `changed` for a secret."""
    if value is None or value == "":
        return None
    if is_secret(owner, name, value) or isinstance(value, bytes):
        return CHANGED
    text = _text_of(value)
    short = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return "".join(mark if mark.isprintable() else " " for mark in short)


def _text_of(value: Any) -> str:
    if isinstance(value, str):
        plain = value.value if isinstance(value, enum.Enum) else value
        return ADDRESS.sub(r"\1\2/…", plain)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, (int, UUID, Money)):
        return str(value)
    if isinstance(value, Collection) and not isinstance(value, Mapping):
        return _list(value)
    return _text_of(msgspec.json.encode(value, enc_hook=str).decode())


def _list(values: Collection[Any]) -> str:
    if len(values) > MOST_ENTRIES:
        return f"{len(values)} entries"
    return ", ".join(map(_text_of, values))


def request_texts(request: Any) -> dict[str, str]:
    """What a request says, by field, those of its parts with a dot: "person.email"."""
    if not is_dataclass(request):
        return {}
    return {name: text for name, text in _texts_of(request, "") if text}


def _texts_of(request: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for field in fields(request):
        value, name = getattr(request, field.name), f"{prefix}{field.name}"
        if value is UNSET or value == field.default:
            continue
        if is_secret(type(request), field.name, value):
            yield name, value and CHANGED
        elif is_dataclass(value) and not isinstance(value, Money):
            yield from _texts_of(value, f"{name}.")
        else:
            yield name, shown(type(request), field.name, value)
