"""Taxes that prices include, in hundredths of a percent; each line is rounded once."""

from collections.abc import Sequence

from lineup.contracts.billing.documents import DocumentLine, TaxSum
from lineup.money import Money

WHOLE = 100 * 100
"""One hundred percent."""


def parse_percent(text: str) -> int:
    """Read "19" or "5.5" as hundredths of a percent."""
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def percent_text(rate: int) -> str:
    """A rate as it is written: "19" or "5.5"."""
    whole, part = divmod(rate, 100)
    return f"{whole}.{part:02}".rstrip("0").rstrip(".")


def net_of(gross: Money, rate: int) -> Money:
    """The part of a price that is no tax, rounded half up to the minor unit."""
    divisor = WHOLE + rate
    doubled = 2 * abs(gross.amount_minor) * WHOLE + divisor
    net = doubled // (2 * divisor)
    return Money(net if gross.amount_minor >= 0 else -net, gross.asset)


def tax_sums(lines: Sequence[DocumentLine], tax_name: str) -> list[TaxSum]:
    """What lines add up to by tax rate, the lowest rate first."""
    sums: dict[str, TaxSum] = {}
    for line in sorted(lines, key=lambda line: parse_percent(line.tax_percent)):
        nothing = Money.zero(line.gross.asset)
        before = sums.get(line.tax_percent)
        net, tax = (before.net, before.tax) if before else (nothing, nothing)
        sums[line.tax_percent] = TaxSum(
            tax_name=tax_name,
            tax_percent=line.tax_percent,
            net=net + line.net,
            tax=tax + line.tax,
        )
    return list(sums.values())
