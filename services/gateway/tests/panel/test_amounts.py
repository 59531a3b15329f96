"""What people write for an amount is read as what it plainly is, or refused."""

import pytest

from gateway.panel.amounts import read_amount
from lineup.context import Role
from lineup.money import BadAmount, Money

ID = "019d0000-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("9", "9.00 EUR"),
        ("9.99", "9.99 EUR"),
        ("9,99", "9.99 EUR"),
        (" 9,9 ", "9.90 EUR"),
        ("0,500", "0.50 EUR"),
        ("1234,56", "1234.56 EUR"),
        ("1.234,56", "1234.56 EUR"),
        ("1,234.56", "1234.56 EUR"),
        ("1.234.567", "1234567.00 EUR"),
        ("1,234,567", "1234567.00 EUR"),
        ("1.234.567,8", "1234567.80 EUR"),
        ("1 234,56", "1234.56 EUR"),
        ("1\u00a0234", "1234.00 EUR"),
        ("1\u202f234,5", "1234.50 EUR"),
        ("1'234.50", "1234.50 EUR"),
        ("1,234", "1234 JPY"),
        ("1.234", "1.234 KWD"),
        ("0,125", "0.125 KWD"),
    ],
)
def test_what_is_plain_is_read(text, amount):
    assert read_amount(text, amount.split()[1]) == Money.of(amount)


@pytest.mark.parametrize(
    ("text", "asset"),
    [
        ("1,234", "EUR"),
        ("1.234", "EUR"),
        ("12.000", "EUR"),
        ("1,234", "KWD"),
    ],
)
def test_what_may_be_two_amounts_is_refused_with_both(text, asset):
    with pytest.raises(BadAmount, match="ambiguous"):
        read_amount(text, asset)


@pytest.mark.parametrize(
    "text",
    ["", "x", "-9", "+9", "1e3", "9,", ",99", "9.999,9.9", "1,23,456", "12 34", "1.234.56", "1,234,56", "9 EUR", "٩", "1,2,3", "9.9999", "1" * 30, "NaN", "1 234 5"],
)  # fmt: skip
def test_what_is_none_is_refused(text):
    with pytest.raises(BadAmount) as refused:
        read_amount(text, "EUR")
    assert list(refused.value.fields) == ["amount"]


@pytest.mark.parametrize(
    ("entered", "booked"), [("9,99", "9.99 EUR"), ("1.234,5", "1234.50 EUR")]
)
def test_a_comma_is_taken_where_money_is_entered(
    browser, form_of, services, entered, booked
):
    client, address = browser(Role.PARTNER), f"/customers/{ID}/top-up"
    answer = client.post(
        address,
        data=form_of(client.get(address).get_data(as_text=True)) | {"amount": entered},
    )

    assert answer.status_code == 303
    [(_, rpc_request)] = services.calls_of("billing.top_up")
    assert rpc_request.amount == Money.of(booked)


def test_what_is_unclear_is_told_at_its_field(browser, form_of, services):
    client, address = browser(Role.PARTNER), f"/customers/{ID}/top-up"
    answer = client.post(
        address,
        data=form_of(client.get(address).get_data(as_text=True)) | {"amount": "1,234"},
    )

    assert answer.status_code == 422
    assert "Enter 1234.00 or 1.23" in answer.get_data(as_text=True)
    assert services.calls_of("billing.top_up") == []
