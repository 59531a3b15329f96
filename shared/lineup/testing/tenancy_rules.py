"""What the tables of a service mean for who may see rows, and what gives one away."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SHORTEST_WORD = 6
"""Shorter texts are anybody's."""

COMMON = re.compile(r"[a-z_]+|\d{4}-\d\d-\d\dT.*|\\x[0-9a-f]*|/.*")
"""What says nothing of its row: states, moments, digests; ids count in paths, too."""

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a service's tables mean, as far as their columns do not say it."""

    shown_below: frozenset[str] = frozenset()
    """Tables whose rows those below may read: a partner's catalogue."""
    named_below: Mapping[str, str] = field(default_factory=dict)
    """Columns that those below may read, by table: what the company above is called."""
    public: frozenset[str] = frozenset()
    """Tables of the installation's own that everybody may read."""
    counted: frozenset[str] = frozenset()
    """Tables without an owner that everybody writes: counters of wrong passwords."""
    sides: frozenset[str] = frozenset()
    """Columns that say where a row lies, too: a request between two has two sides."""
    told: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Tables of others that a verb tells of by what it is for, such as a directory."""
    written: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Tables in which a verb leaves rows with others, by what it is for."""
    written_above: frozenset[str] = frozenset()
    """Tables in which those below write, too: where their money goes."""
    handles: frozenset[str] = frozenset()
    """Columns by which rows name another beside its id, such as a guide's import."""
    tables_of: Mapping[str, str] = field(default_factory=dict)
    """Which table a field names, where its name does not say."""
    known: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """Values of fields that chance would never find."""


@dataclass(frozen=True)
class Owned:
    """A row, where it lies in the tree, and what would give it away."""

    table: str
    scope: str
    words: frozenset[str]
    sides: tuple[str, ...] = ()
    """Where it lies, too."""


def words_of(row: Row) -> frozenset[str]:
    """The ids and texts of a row by which it would be known."""
    return frozenset(
        value
        for name, value in row.items()
        if isinstance(value, str) and name != "time_zone"
        if len(value) >= SHORTEST_WORD and not COMMON.fullmatch(value)
    )
