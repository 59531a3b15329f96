"""Schemas of contracts: marshmallow's from the same dataclasses the bus carries.

A field is written once, in `lineup.contracts`. What is asked is checked against its
types and comes out as the dataclass; what is answered goes in as the dataclass.
"""

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

import marshmallow as ma
from marshmallow import fields, validate

from gateway.api.fields import (
    DICT_LENGTH,
    LIST_LENGTH,
    Instant,
    MoneySchema,
    ShortText,
    Text,
    Whole,
)
from lineup.contracts.paging import MAX_LIMIT, Page, Paging
from lineup.money import Money

INTERNAL = frozenset({"scope"})
"""Fields of contracts that nobody outside has a use for."""

PAGING = tuple(field.name for field in dataclasses.fields(Paging))
MOST_COUNTED = 10_000

PLAIN: Mapping[type, type[fields.Field[Any]]] = {
    str: Text,
    int: Whole,
    bool: fields.Boolean,
    UUID: fields.UUID,
    datetime: Instant,
    date: fields.Date,
}


class ContractSchema(ma.Schema):
    """A contract at the edge; `without` names what comes from elsewhere (the path)."""

    contract: ClassVar[type]

    class Meta:
        """What is not known is refused."""

        unknown = ma.RAISE

    @ma.post_load
    def build(self, given: dict[str, Any], **_: Any) -> Any:
        """The contract itself, or its parts where some come from elsewhere."""
        if self.is_complete():
            return self.contract(**given)
        return given

    @classmethod
    def is_complete(cls) -> bool:
        """Whether every required field of the contract is in this schema."""
        return _required(cls.contract) <= set(cls._declared_fields)


class PagedSchema(ContractSchema):
    """A question about a list; what says which page is its paging."""

    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(1, MAX_LIMIT),
        metadata={"description": f"Rows a page, {MAX_LIMIT} at most."},
    )
    after = fields.UUID(
        metadata={"description": "`next_after` of the page before."},
    )
    before = fields.UUID(
        metadata={"description": "`previous_before` of the page behind."},
    )
    order = ShortText(
        load_default="",
        metadata={"description": "What to sort by; a minus in front turns it round."},
    )
    count_up_to = fields.Integer(
        load_default=0,
        validate=validate.Range(0, MOST_COUNTED),
        metadata={"description": "Count the rows of all pages, as far as this."},
    )

    @ma.post_load
    def build(self, given: dict[str, Any], **options: Any) -> Any:
        """The question with its paging."""
        page = {name: given.pop(name) for name in PAGING if name in given}
        return super().build({**given, "paging": Paging(**page)}, **options)


@cache
def request_schema(
    contract: type, without: frozenset[str] = frozenset()
) -> type[ma.Schema]:
    """The schema of a question's body, less what the path already says."""
    suffix = "Body" if without else ""
    return _schema(contract, contract.__name__ + suffix, without)


@cache
def query_schema(contract: type, without: frozenset[str]) -> type[ma.Schema]:
    """The schema of a question in the address; `paging` becomes limit and after."""
    kind = PagedSchema if "paging" in _hints(contract) else ContractSchema
    required = _required(contract)
    texts = {
        name: ShortText(required=name in required)
        for name, hint in _hints(contract).items()
        if hint is str and name not in without
    }
    bare = _schema(
        contract, f"{contract.__name__}Query", without | {"paging", *texts}, kind
    )
    return type(bare.__name__, (bare,), texts)


@cache
def reply_schema(contract: Any) -> type[ma.Schema]:
    """The schema of an answer, or of a page of answers."""
    if typing.get_origin(contract) is not Page:
        return _schema(contract, contract.__name__, INTERNAL)
    (item,) = typing.get_args(contract)
    rows = fields.List(fields.Nested(reply_schema(item)), required=True)
    return type(
        f"PageOf{item.__name__}",
        (ma.Schema,),
        {
            "items": rows,
            "next_after": fields.UUID(allow_none=True, required=True),
            "previous_before": fields.UUID(allow_none=True, required=True),
            "total": fields.Integer(allow_none=True, required=True),
        },
    )


def _schema(
    contract: type,
    name: str,
    without: AbstractSet[str],
    kind: type[ContractSchema] = ContractSchema,
) -> type[ma.Schema]:
    required = _required(contract)
    parts: dict[str, Any] = {
        field: _field(hint, required=field in required)
        for field, hint in _hints(contract).items()
        if field not in without
    }
    return type(name, (kind,), {**parts, "contract": contract})


def _hints(contract: type) -> dict[str, Any]:
    hints = typing.get_type_hints(contract)
    names = {field.name for field in dataclasses.fields(contract)}
    return {name: hint for name, hint in hints.items() if name in names}


def _required(contract: type) -> set[str]:
    missing = dataclasses.MISSING
    return {
        field.name
        for field in dataclasses.fields(contract)
        if field.default is missing and field.default_factory is missing
    }


def _field(hint: Any, **options: Any) -> fields.Field[Any]:
    """The field that checks a type hint; TypeError for one nobody thought of."""
    if isinstance(hint, types.UnionType):
        return _optional(hint, **options)
    if typing.get_origin(hint) in {list, dict}:
        return _collection(hint, **options)
    if hint is Money:
        return fields.Nested(MoneySchema, **options)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return fields.Nested(reply_schema(hint), **options)
    if issubclass(hint, enum.Enum):
        return fields.Enum(hint, by_value=True, **options)
    return PLAIN[hint](**options)


def _optional(hint: Any, **options: Any) -> fields.Field[Any]:
    kinds = [kind for kind in typing.get_args(hint) if kind is not types.NoneType]
    if len(kinds) != 1:
        raise TypeError(f"A union at the edge: {hint}.")
    return _field(kinds[0], allow_none=True, **options)


def _collection(hint: Any, **options: Any) -> fields.Field[Any]:
    *_, inner = typing.get_args(hint)
    if typing.get_origin(hint) is dict:
        limit = validate.Length(max=DICT_LENGTH)
        return fields.Dict(Text(), _field(inner), validate=limit, **options)
    limit = validate.Length(max=LIST_LENGTH)
    return fields.List(_field(inner), validate=limit, **options)
