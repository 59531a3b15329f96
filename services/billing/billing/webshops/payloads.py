"""Reading payloads: bytes to typed values, oddities to Unusable."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from billing.webshops.messages import USERNAME_KEY, Unusable
from lineup.money import BadAmount, Money

T = TypeVar("T")

NUL = rb"\u0000"
AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,8})?")
MAX_QUANTITY = 200
"""Pieces of one line; more is a mistake or mischief."""


def decode(body: bytes, wanted: type[T]) -> T:
    """The body as that type, with numbers in text read as numbers (PHP sends both).

    PostgreSQL keeps no NUL in a text, so a body with one is not usable.
    """
    if NUL in body:
        raise Unusable("bad_payload", "it holds a NUL")
    try:
        return msgspec.json.decode(body, type=wanted, strict=False)
    except msgspec.MsgspecError as error:
        raise Unusable("bad_payload", str(error)) from None


def amount(text: str, currency: str) -> Money:
    """An amount as shops write it; excess non-zero digits are refused."""
    if not AMOUNT.fullmatch(text or "0"):
        raise Unusable("bad_amount", text[:40])
    try:
        return Money.parse(text or "0", currency)
    except BadAmount as error:
        raise Unusable("bad_amount", error.message) from None


def total_of(texts: Iterable[str], currency: str) -> Money:
    """The sum of amounts as shops write them."""
    return sum((amount(text, currency) for text in texts), Money.zero(currency))


def pieces(quantity: int) -> int:
    """A line's quantity within reason; none or less orders nothing."""
    if quantity > MAX_QUANTITY:
        raise Unusable("quantity_too_large", str(quantity))
    return max(quantity, 0)


def username_in(pairs: Iterable[tuple[str, Any]]) -> str:
    """The user that a list of named values names; shops write the name as they like."""
    named: Mapping[str, Any] = {key.strip().lower(): value for key, value in pairs}
    value = named.get(USERNAME_KEY, "")
    return value.strip() if isinstance(value, str) else ""
