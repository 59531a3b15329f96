"""Builds a request for any endpoint from its type, with given ids where ids are asked."""

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from lineup.contracts.accounts.tree import AccountKind
from lineup.money import Money

PLAIN = {
    str: "sample",
    int: 1,
    bool: True,
    Money: Money.of("1.00 EUR"),
}
SPECIAL = {
    "percent": "21",
    "tax_percent": "21",
    "prefix": "NTV-",
    "email": "someone@example.org",
    "sender_address": "someone@example.org",
    "receiver": "someone@example.org",
    "country": "NL",
    "phone": "",
    "mobile": "",
    "security": "none",
    "address": "https://example.org/x",
    "upload": "",
    "time_zone": "UTC",
    "currency": "EUR",
    "public_url": "",
    "from_at": datetime(2026, 3, 2, 10, tzinfo=UTC),
    "until_at": datetime(2026, 3, 2, 14, tzinfo=UTC),
    "ends_at": datetime(2099, 1, 1, tzinfo=UTC),
    "months": 1,
    "days": 0,
    "mac": "00:1A:79:AA:BB:CD",
    "csv": "4711,00:1A:79:AA:BB:CE",
    "serials": ["A1"],
    "password": "long-enough-password",
}
MADE_BY_PARTNERS = AccountKind.DEALER


def sample(contract: Any, ids: Mapping[str, UUID]) -> Any:
    """A request of `contract` whose `<thing>_id` fields name `ids["<thing>_id"]`."""
    hints = typing.get_type_hints(contract)
    return contract(
        **{
            field.name: _value(field.name, hints[field.name], ids)
            for field in dataclasses.fields(contract)
            if _is_wanted(field, hints[field.name])
        }
    )


def names_of_ids(contract: Any) -> set[str]:
    """Which ids a request names, in lists too."""
    hints = typing.get_type_hints(contract)
    return {
        field.name.removesuffix("s")
        for field in dataclasses.fields(contract)
        if _asks_for_id(hints[field.name])
    }


def _is_wanted(field: Any, hint: Any) -> bool:
    required = (
        field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    )
    return required or _asks_for_id(hint) or field.name == "months"


def _asks_for_id(hint: Any) -> bool:
    inside = typing.get_args(hint)
    return hint is UUID or UUID in inside


def _value(name: str, hint: Any, ids: Mapping[str, UUID]) -> Any:
    if _asks_for_id(hint):
        found = ids.get(name.removesuffix("s"), uuid4())
        return [found] if typing.get_origin(hint) is list else found
    if name in SPECIAL:
        return SPECIAL[name]
    if hint is AccountKind:
        return MADE_BY_PARTNERS
    return _plain(hint, ids)


def _plain(hint: Any, ids: Mapping[str, UUID]) -> Any:
    if hint in PLAIN:
        return PLAIN[hint]
    if typing.get_origin(hint) in {types.UnionType, typing.Union}:
        return None
    if typing.get_origin(hint) in {list, dict}:
        return typing.get_origin(hint)()
    if issubclass(hint, enum.Enum):
        return next(iter(hint))
    return sample(hint, ids)
