"""Taxes that prices include sum exactly, line by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.documents.tax import net_of, parse_percent, percent_text, tax_sums
from lineup.contracts.billing.documents import DocumentLine
from lineup.money import Money

RATES = st.integers(0, 9999)
AMOUNTS = st.integers(-(10**12), 10**12)


def a_line(gross_minor, rate):
    gross = Money(gross_minor, "EUR")
    net = net_of(gross, rate)
    return DocumentLine(
        description="Family",
        quantity=1,
        net=net,
        tax_percent=percent_text(rate),
        tax=gross - net,
        gross=gross,
    )


@pytest.mark.feature("PR-21")
@pytest.mark.parametrize(
    ("gross", "percent", "net"),
    [
        ("119.00 EUR", "19", "100.00 EUR"),
        ("9.00 EUR", "19", "7.56 EUR"),
        ("9.00 EUR", "0", "9.00 EUR"),
        ("10.00 EUR", "5.5", "9.48 EUR"),
        ("0.01 EUR", "99.99", "0.01 EUR"),
        ("-9.00 EUR", "19", "-7.56 EUR"),
        ("1000 JPY", "10", "909 JPY"),
        ("1.000 KWD", "5", "0.952 KWD"),
    ],
)
def test_the_net_price_is_rounded_half_up_to_the_minor_unit(gross, percent, net):
    assert net_of(Money.of(gross), parse_percent(percent)) == Money.of(net)


@pytest.mark.feature("PR-21")
@given(AMOUNTS, RATES)
def test_the_net_price_taxed_is_the_price(gross_minor, rate):
    net = net_of(Money(gross_minor, "EUR"), rate).amount_minor

    assert abs(net) <= abs(gross_minor)
    assert abs(net * (10_000 + rate) - gross_minor * 10_000) * 2 <= 10_000 + rate


@given(RATES)
def test_a_rate_reads_as_it_is_written(rate):
    assert parse_percent(percent_text(rate)) == rate


@pytest.mark.feature("PR-21")
@given(st.lists(st.tuples(AMOUNTS, st.sampled_from([0, 550, 700, 1900])), min_size=1))
def test_sums_by_rate_are_those_of_the_lines(said):
    lines = [a_line(gross, rate) for gross, rate in said]
    sums = tax_sums(lines, "VAT")

    rates = [parse_percent(one.tax_percent) for one in sums]
    assert rates == sorted(set(rates))
    for found, meant in (
        ([one.net for one in sums], [line.net for line in lines]),
        ([one.tax for one in sums], [line.tax for line in lines]),
    ):
        assert sum(one.amount_minor for one in found) == sum(
            one.amount_minor for one in meant
        )
    for line in lines:
        assert line.net + line.tax == line.gross
