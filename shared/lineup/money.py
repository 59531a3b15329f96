"""Money is whole minor units with an asset. No float ever touches it."""

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal  # noqa: TID251 - the one place

from lineup.errors import Conflict, Invalid

CREDIT = "CREDIT"
"""The platform's own unit, Credits, with which postpaid sellers pay."""
EXPONENTS = {
    CREDIT: 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0,
    "PYG": 0, "RWF": 0, "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
}  # fmt: skip
"""Decimal places by ISO 4217 where they are not two."""


AMOUNT = re.compile(r"-?[0-9]{1,19}(?:\.[0-9]{1,6})?")
"""ASCII digits with a point: no exponent, no infinity, no digits of elsewhere."""


class CurrencyMismatch(Conflict):
    """The amounts are in different currencies."""

    code = "currency_mismatch"


class BadAmount(Invalid):
    """This is not a valid amount in this currency."""

    code = "bad_amount"


def exponent_of(asset: str) -> int:
    """How many decimal places one unit of `asset` has (ISO 4217)."""
    return EXPONENTS.get(asset, 2)


@dataclass(frozen=True, order=False)
class Money:
    """An amount in whole minor units of one asset."""

    amount_minor: int
    asset: str

    @classmethod
    def zero(cls, asset: str) -> "Money":
        """Nothing, in that asset."""
        return cls(0, asset)

    @classmethod
    def parse(cls, text: str, asset: str) -> "Money":
        """Read "14.99"; excess non-zero digits are an error, never rounded away."""
        if not AMOUNT.fullmatch(text):
            raise BadAmount(f"{text[:40]!r} is not an amount.")
        scaled = Decimal(text).scaleb(exponent_of(asset))
        if scaled != scaled.to_integral_value():
            raise BadAmount(f"{text!r} is not an amount of {asset}.")
        if not -(2**63) <= scaled < 2**63:
            raise BadAmount(f"{text!r} is more than can be booked.")
        return cls(int(scaled), asset)

    @classmethod
    def of(cls, text: str) -> "Money":
        """Read "9.00 EUR"."""
        amount, asset = text.split()
        return cls.parse(amount, asset)

    def decimal(self) -> str:
        """The amount as text with its currency's places: "14.99"."""
        return str(Decimal(self.amount_minor).scaleb(-exponent_of(self.asset)))

    def share(self, part: timedelta, *, of: timedelta) -> "Money":
        """The amount × part ÷ whole, rounded down to the minor unit."""
        microsecond = timedelta(microseconds=1)
        minor = self.amount_minor * (part // microsecond) // (of // microsecond)
        return Money(minor, self.asset)

    def part(self, part: timedelta, *, of: timedelta) -> "Money":
        """The amount × part ÷ whole, rounded half up: what a part of it costs."""
        microsecond = timedelta(microseconds=1)
        taken, whole = part // microsecond, of // microsecond
        minor = (2 * self.amount_minor * taken + whole) // (2 * whole)
        return Money(minor, self.asset)

    def _same(self, other: "Money") -> int:
        if other.asset != self.asset:
            raise CurrencyMismatch
        return other.amount_minor

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + self._same(other), self.asset)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - self._same(other), self.asset)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.asset)

    def __mul__(self, times: int) -> "Money":
        return Money(self.amount_minor * times, self.asset)

    def __lt__(self, other: "Money") -> bool:
        return self.amount_minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount_minor <= self._same(other)

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    def __str__(self) -> str:
        return f"{self.decimal()} {self.asset}"
