"""Any request that a verb could be asked by, made of the types of its fields.

A field whose type or name nobody knows values for is an error, so that no verb is left
out of what is tried with these.
"""

import dataclasses
import enum
import typing
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from lineup.money import Money
from lineup.values import rules
from lineup.values.checking import NOTHING_SAID, fields_of, is_union, rule_of

Ids = Mapping[str, Sequence[UUID]]
"""What there is to name, by the name of a field: `user_id`, `users`."""

LEAST, MOST = datetime(2026, 1, 1), datetime(2026, 12, 31)  # noqa: DTZ001 - in UTC
WORDS = ("North", "Living room 2", "x", "%", "EUR")
FEW = 3
FAR = 400


class NoValues(Exception):  # noqa: N818 - reads as a sentence
    """Nobody has said which values a field may have."""


def requests(
    contract: Any, ids: Ids, known: Mapping[str, Sequence[Any]]
) -> st.SearchStrategy[Any]:
    """Requests of a type: ids of what there is, `known` values by the name of a field,
    and whatever else its types allow.
    """
    return _Values(ids, known).of(contract, contract.__name__)


def required(contract: Any) -> set[str]:
    """The fields that must be given."""
    return {
        field.name
        for field in dataclasses.fields(contract)
        if field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    }


@dataclasses.dataclass(frozen=True)
class _Values:
    ids: Ids
    known: Mapping[str, Sequence[Any]]

    def of(self, hint: Any, name: str) -> st.SearchStrategy[Any]:
        """Values of a type, for a field of a name."""
        plain, rule = rule_of(hint)
        kind = typing.get_origin(plain) or plain
        if is_union(plain):
            return self._optional(plain, name)
        if kind is UUID:
            return self._ids(name)
        if kind in {list, tuple}:
            inner = self.of(typing.get_args(plain)[0], name)
            return st.lists(inner, max_size=FEW).map(kind)
        if kind is dict:
            return st.just({})
        if dataclasses.is_dataclass(kind) and kind is not Money:
            return self._record(kind)
        return _plain(kind, rule, name, self.known.get(name, ()))

    def _record(self, contract: Any) -> st.SearchStrategy[Any]:
        made = {name: self.of(hint, name) for name, hint in fields_of(contract).items()}
        needed = required(contract)
        wanted = {name: one for name, one in made.items() if name in needed}
        more = {name: one for name, one in made.items() if name not in needed}
        given = st.fixed_dictionaries(wanted) | st.fixed_dictionaries(
            wanted, optional=more
        )
        return given.map(lambda values: contract(**values))

    def _optional(self, union: Any, name: str) -> st.SearchStrategy[Any]:
        kinds = typing.get_args(union)
        said = [self.of(one, name) for one in kinds if one not in NOTHING_SAID]
        none = [st.none()] if type(None) in kinds else []
        unset = [st.just(UNSET)] if UnsetType in kinds else []
        return st.one_of(*said, *none, *unset)

    def _ids(self, name: str) -> st.SearchStrategy[UUID]:
        singular = name.removesuffix("s")
        found = self.ids.get(name) or self.ids.get(singular)
        if not found:
            raise NoValues(
                f"There is nothing that {name} could name: say its table, and have"
                " rows of it in the world that is tried."
            )
        return st.sampled_from(found)


def _plain(
    kind: Any, rule: Any, name: str, known: Sequence[Any]
) -> st.SearchStrategy[Any]:
    if known:
        return st.sampled_from(list(known))
    if isinstance(rule, rules.OneOf):
        choices = st.sampled_from(rule.choices)
        return choices.map(kind) if issubclass(kind, enum.Enum) else choices
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return st.sampled_from(list(kind))
    if kind not in OF_KIND:
        raise NoValues(f"No values of {kind} are known, which {name} is.")
    return OF_KIND[kind](rule)


def _whole(rule: rules.Whole | None) -> st.SearchStrategy[int]:
    rule = rule or rules.Whole()
    least = max(rule.least, -FAR)
    return st.integers(least, min(rule.most, least + 2 * FAR))


def _text(rule: Any) -> st.SearchStrategy[str]:
    if isinstance(rule, rules.Text) and rule.example:
        return st.sampled_from([rule.example, *([] if rule.shortest else [""])])
    if isinstance(rule, rules.Text) and rule.shortest:
        return st.sampled_from(WORDS)
    return st.sampled_from(["", *WORDS])


OF_KIND: Mapping[Any, Callable[[Any], st.SearchStrategy[Any]]] = {
    bool: lambda _: st.booleans(),
    int: _whole,
    str: _text,
    Money: lambda _: st.integers(1, 5000).map(lambda minor: Money(minor, "EUR")),
    datetime: lambda _: st.datetimes(LEAST, MOST, timezones=st.just(UTC)),
    date: lambda _: st.dates(LEAST.date(), MOST.date()),
}
"""Values of the types that bear a rule."""
