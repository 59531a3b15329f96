"""Schemas of changes: what PATCH and PUT take, made of the same contract.

PATCH is JSON merge patch (RFC 7396): nothing is required, what is not sent stays, and
null sets back what has something to be set back to. PUT demands the whole: every field
but secrets, which nobody is shown.
"""

import dataclasses
from collections.abc import Set as AbstractSet
from functools import cache
from types import NoneType
from typing import Any, get_args

import marshmallow as ma
from marshmallow import fields
from msgspec import UnsetType

from gateway.api.descriptions import description_metadata
from gateway.api.schemas import ContractSchema, _required, described
from lineup.contracts.changes import UNSET, hidden_of, merges_of, resets_of
from lineup.values.checking import fields_of


class ChangeSchema(ContractSchema):
    """A change at the edge, its nulls turned into what they set back to."""

    @ma.post_load
    def build(self, values: dict[str, Any], **options: Any) -> Any:
        """The change itself, or its parts where some come from elsewhere."""
        resets = resets_of(self.contract)
        resolved = {
            name: resets.get(name) if value is None else value
            for name, value in values.items()
        }
        return super().build(resolved, **options)


@cache
def patch_schema(
    contract: type, without: AbstractSet[str] = frozenset()
) -> type[ma.Schema]:
    """The schema of a PATCH; of a dictionary, single entries are changed."""
    merging = merges_of(contract)
    left_out = without | set(merging.values())
    schema_fields = _schema_fields(contract, left_out, patch_schema)
    for name, into in merging.items():
        schema_fields[name].data_key = into
    return _schema(contract, "Patch", schema_fields)


@cache
def put_schema(
    contract: type, without: AbstractSet[str] = frozenset()
) -> type[ma.Schema]:
    """The schema of a PUT: the whole but secrets."""
    schema_fields = _schema_fields(
        contract, without | merges_of(contract).keys(), put_schema
    )
    for name in _changing(contract) & schema_fields.keys():
        schema_fields[name].required = not schema_fields[name].load_only
    return _schema(contract, "Whole", schema_fields)


def _schema(
    contract: type, suffix: str, schema_fields: dict[str, Any]
) -> type[ma.Schema]:
    name = contract.__name__ + suffix
    return type(name, (ChangeSchema,), {**schema_fields, "contract": contract})


def _schema_fields(
    contract: type, without: AbstractSet[str], nested: Any
) -> dict[str, Any]:
    return {
        name: _schema_field(contract, name, hint, nested)
        for name, hint in fields_of(contract).items()
        if name not in without
    }


def _schema_field(
    contract: type, name: str, hint: Any, nested: Any
) -> fields.Field[Any]:
    """The field of one of a contract's, which may be a change itself."""
    if name not in _changing(contract):
        return described(contract, name, hint, required=name in _required(contract))
    (kind,) = set(get_args(hint)) - {UnsetType, NoneType}
    is_change = isinstance(kind, type) and bool(_changing(kind))
    options: dict[str, Any] = {
        "allow_none": name in resets_of(contract),
        "load_only": name in hidden_of(contract),
    }
    if is_change:
        metadata = description_metadata(contract, name)
        return fields.Nested(nested(kind), metadata=metadata, **options)
    return described(contract, name, kind, **options)


def _changing(contract: Any) -> set[str]:
    """The fields that need not be given; none where it is no change."""
    if not dataclasses.is_dataclass(contract):
        return set()
    every = dataclasses.fields(contract)
    return {field.name for field in every if field.default is UNSET}
