"""Schemas of contracts: marshmallow's from the same dataclasses the bus carries.

A field is written once, in `lineup.contracts`. What is asked is checked against its
types and comes out as the dataclass; what is answered goes in as the dataclass.
"""

import dataclasses
import enum
import types
import typing
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, ClassVar
from uuid import UUID

import marshmallow as ma
from marshmallow import fields

from gateway.api.descriptions import A_MOMENT, AN_ID, description_metadata, example_of
from gateway.api.external_ids import IdField
from gateway.api.fields import (
    BoundedList,
    Instant,
    MoneySchema,
    WholeField,
    in_an_address,
    ruled,
)
from lineup.contracts.paging import MAX_LIMIT, Page, Paging
from lineup.money import Money
from lineup.values import rules
from lineup.values.checking import DEFAULTS, fields_of, is_union, rule_of

INTERNAL = frozenset({"scope"})
"""Fields of contracts that nobody outside has a use for."""

PAGING = tuple(field.name for field in dataclasses.fields(Paging))

PLAIN: Mapping[type, type[fields.Field[Any]]] = {
    str: fields.String,
    int: WholeField,
    bool: fields.Boolean,
    UUID: IdField,
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
    def build(self, values: dict[str, Any], **_: Any) -> Any:
        """The contract itself, or its parts where some come from elsewhere."""
        if self.is_complete():
            return self.contract(**values)
        return values

    @classmethod
    def is_complete(cls) -> bool:
        """Whether every required field of the contract is in this schema."""
        return _required(cls.contract) <= set(cls._declared_fields)


@cache
def request_schema(
    contract: type, without: frozenset[str] = frozenset()
) -> type[ma.Schema]:
    """The schema of a request's body, less what the path already says."""
    suffix = "Body" if without else ""
    return _schema(contract, contract.__name__ + suffix, without)


@cache
def query_schema(
    contract: type, without: frozenset[str], *, is_dated: bool = False
) -> type[ma.Schema]:
    """The schema of a request in the address; `paging` becomes limit and after.

    `is_dated`: it is about rows that say when they last changed.
    """
    kind = PagedSchema if "paging" in fields_of(contract) else ContractSchema
    texts = {
        name: described(
            contract, name, Annotated[str, in_an_address(rule)], required=is_required
        )
        for name, rule, is_required in _texts(contract)
        if name not in without
    }
    bare = _schema(
        contract, f"{contract.__name__}Query", without | {"paging", *texts}, kind
    )
    for part in bare._declared_fields.values():  # noqa: SLF001 - of our own making
        part.allow_none = False
    return type(bare.__name__, (bare,), texts | _sorting(contract, is_dated=is_dated))


@cache
def reply_schema(contract: Any) -> type[ma.Schema]:
    """The schema of an answer, or of a page of answers."""
    if typing.get_origin(contract) is not Page:
        return _schema(contract, contract.__name__, INTERNAL)
    (item,) = typing.get_args(contract)
    rows = fields.List(
        fields.Nested(reply_schema(item)),
        required=True,
        metadata=description_metadata(Page, "items"),
    )
    return type(
        f"PageOf{item.__name__}",
        (ma.Schema,),
        {
            "items": rows,
            **{
                name: described(Page, name, hint, required=True)
                for name, hint in fields_of(Page).items()
                if name != "items"
            },
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
        field: described(contract, field, hint, required=field in required)
        for field, hint in fields_of(contract).items()
        if field not in without
    }
    return type(name, (kind,), {**parts, "contract": contract})


def dated_schema(contract: Any, without: frozenset[str]) -> type[ma.Schema]:
    """The schema of a request about rows that say when they last changed."""
    return query_schema(contract, without, is_dated=True)


def _sorting(contract: type, *, is_dated: bool) -> dict[str, Any]:
    """What a list says it can be sorted by; nothing where it is no list."""
    if "paging" not in fields_of(contract):
        return {}
    sorts = getattr(contract, "SORTS", ())
    if sorts is None:
        return {}
    names = ("created_at", *(["updated_at"] if is_dated else []), *sorts)
    field = paging_field(
        "order",
        "Field to sort by; a leading minus sorts in descending order.",
        "-created_at",
        enum=[*names, *(f"-{name}" for name in names)],
    )
    if not is_dated:
        return {"order": field}
    words = "Only rows changed at this time or later."
    return {
        "order": field,
        "updated_since": paging_field("updated_since", words, A_MOMENT),
    }


def _texts(contract: type) -> Iterator[tuple[str, rules.Text, bool]]:
    """The texts of a contract, what they go by, and whether they must be given."""
    for name, hint in fields_of(contract).items():
        plain, rule = rule_of(hint)
        if plain is str and isinstance(rule, rules.Text):
            yield name, rule, name in _required(contract)


def _required(contract: type) -> set[str]:
    missing = dataclasses.MISSING
    return {
        field.name
        for field in dataclasses.fields(contract)
        if field.default is missing and field.default_factory is missing
    }


def described(
    contract: type, name: str, hint: Any, **options: Any
) -> fields.Field[Any]:
    """The field of a contract's, with its words and an example."""
    metadata = description_metadata(contract, name)
    if (example := example_of(contract, name, hint)) is not None:
        metadata["example"] = example
    return _field(hint, **options, metadata=metadata)


def _field(hint: Any, **options: Any) -> fields.Field[Any]:
    """The field that checks a type hint; TypeError for one nobody thought of."""
    plain, rule = rule_of(hint)
    if is_union(plain):
        return _optional(plain, **options)
    return _plain(plain, **(_put(_options(rule), options) if rule else options))


def _options(rule: rules.Rule) -> dict[str, Any]:
    """The options of a rule; one that only guards against excess is not told of."""
    options = ruled(rule)
    is_default = any(rule is default for default in DEFAULTS.values())
    return {**options, "metadata": {}} if is_default else options


def _plain(hint: Any, **options: Any) -> fields.Field[Any]:
    if typing.get_origin(hint) in {list, dict}:
        return _collection(hint, **options)
    if hint is Money:
        return fields.Nested(MoneySchema, **options)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return fields.Nested(reply_schema(hint), **options)
    if issubclass(hint, enum.Enum):
        return fields.Enum(hint, by_value=fields.String, **options)
    return PLAIN[hint](**options)


def _optional(hint: Any, **options: Any) -> fields.Field[Any]:
    kinds = [kind for kind in typing.get_args(hint) if kind is not types.NoneType]
    if len(kinds) != 1:
        raise TypeError(f"A union at the edge: {hint}.")
    return _field(kinds[0], allow_none=True, **options)


def _collection(hint: Any, **options: Any) -> fields.Field[Any]:
    *_, inner = typing.get_args(hint)
    if typing.get_origin(hint) is dict:
        return fields.Dict(fields.String(), _field(inner), **options)
    return BoundedList(_field(inner), **options)


def _put(arguments: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """Options of a field beside those of its rule; both may describe it."""
    metadata = {**arguments["metadata"], **options.get("metadata", {})}
    return {**arguments, **options, "metadata": metadata}


def paging_field(
    name: str,
    words: str,
    example: Any,
    enum: list[str] | None = None,
    **options: Any,
) -> fields.Field[Any]:
    """The field of one part of the paging; `enum` are all values it takes."""
    metadata = {"description": words, "example": example}
    if enum is not None:
        metadata["enum"] = enum
    field = _field(fields_of(Paging)[name], metadata=metadata, **options)
    field.allow_none = False
    return field


class PagedSchema(ContractSchema):
    """A request about a list; what says which page is its paging."""

    limit = paging_field(
        "limit", f"Rows per page, at most {MAX_LIMIT}.", 50, load_default=50
    )
    after = paging_field("after", "`next_after` of the page before.", AN_ID)
    before = paging_field("before", "`previous_before` of the page behind.", AN_ID)
    count_up_to = paging_field(
        "count_up_to",
        "Count rows up to this number.",
        1000,
        load_default=0,
    )

    @ma.post_load
    def build(self, values: dict[str, Any], **options: Any) -> Any:
        """The request with its paging."""
        page = {name: values.pop(name) for name in PAGING if name in values}
        return super().build({**values, "paging": Paging(**page)}, **options)
