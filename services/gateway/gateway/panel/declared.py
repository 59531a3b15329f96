"""What a request declares of its fields, and what was entered in the types it gives.

Forms get their fields, bounds and first values of it, and fill requests by it. A part
of a request, such as the person of a new customer, counts with its own fields.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

from lineup.contracts.changes import UNSET, resets_of
from lineup.money import Money
from lineup.values.checking import NOTHING_SAID, fields_of, is_union, rule_of
from lineup.values.rules import Rule, Secret

C = TypeVar("C")


class Declared(NamedTuple):
    """The type of a field without what is said around it, and the rule it goes by."""

    kind: Any
    rule: Rule | None
    is_secret: bool = False
    may_be_none: bool = False
    default: Any = None

    @property
    def part(self) -> Any:
        """The contract that it is, where it is one."""
        is_part = dataclasses.is_dataclass(self.kind) and self.kind is not Money
        return self.kind if is_part else None

    def entered(self, data: Any) -> Any:
        """What was entered, in this type; what was left empty is nothing of it."""
        if data in (None, "", []):
            return None if self.may_be_none and not self.is_list else self.kind()
        return msgspec.convert(data, self.kind)

    @property
    def is_list(self) -> bool:
        """Whether it holds several."""
        return typing.get_origin(self.kind) is list


@cache
def declared(hint: Any) -> Declared:
    """What a type hint says: `Given[Name | None]` is a text of at most 100."""
    plain, rule = rule_of(hint)
    if isinstance(rule, Secret):
        return Declared(plain, rule.entered(), is_secret=True)
    if not is_union(plain):
        return Declared(plain, rule)
    kinds = typing.get_args(plain)
    (kind,) = (one for one in kinds if one not in NOTHING_SAID)
    return declared(kind)._replace(may_be_none=types.NoneType in kinds)


@cache
def declared_fields(contract: Any) -> Mapping[str, Declared]:
    """The fields of a request and of its parts, by name."""
    found: dict[str, Declared] = {}
    for name, one in _own_fields(contract).items():
        if one.part:
            for inner, said in declared_fields(one.part).items():
                may_be_none = said.may_be_none or one.may_be_none
                found[inner] = said._replace(may_be_none=may_be_none)
        else:
            found[name] = one
    return found


def filled(contract: type[C], entered: Mapping[str, Any], **fixed: Any) -> C:
    """A request of what was entered, and of the values fixed beside it.

    A field that was not there to be entered is left out, as is a part without any.
    """
    said, kind = dict(fixed), cast(Any, contract)
    for name, one in _own_fields(kind).items():
        if name in fixed:
            continue
        if name in entered:
            said[name] = one.entered(entered[name])
        elif one.part and entered.keys() & declared_fields(one.part).keys():
            said[name] = filled(one.part, entered)
    return contract(**said)


@cache
def _own_fields(contract: Any) -> Mapping[str, Declared]:
    defaults = {one.name: one.default for one in dataclasses.fields(contract)}
    known = defaults | resets_of(contract)
    nothing = (dataclasses.MISSING, UNSET)
    return {
        name: declared(hint)._replace(
            default=None if known[name] in nothing else known[name]
        )
        for name, hint in fields_of(contract).items()
    }
