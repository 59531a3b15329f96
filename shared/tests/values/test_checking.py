"""Requests are checked by the types of their fields, at both ends of every call."""

import dataclasses
import enum
import importlib
import inspect
import pkgutil
import typing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated
from uuid import UUID

import msgspec
import pytest

import lineup.contracts
from lineup import wire
from lineup.contracts.paging import Paging
from lineup.errors import Invalid
from lineup.money import Money
from lineup.validation import ValidationErrors
from lineup.values import checked, rules, tidy_line
from lineup.values.checking import NOTHING_SAID, check_of, fields_of, is_union, rule_of
from lineup.values.types import MailAddress, Name, OptionalMailAddress, TimeZone

MONEY = Money(1, "EUR")
NAMES = Annotated[list[Name], rules.Items(most=3)]


@dataclass(frozen=True, kw_only=True)
class Inner:
    name: Name = "a"
    number: int = 1


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Every kind of field that a request may have."""

    text: str = ""
    name: Name = "a"
    email: OptionalMailAddress = ""
    zone: TimeZone = ""
    amount: Money = MONEY
    at: datetime | None = None
    day: date | None = None
    names: NAMES = field(default_factory=list)
    others: list[Inner] = field(default_factory=list)
    inner: Inner | None = None
    optional: Name | None = None
    headers: dict[str, str] = field(default_factory=dict)
    is_on: bool = True


def faults(request):
    with pytest.raises(Invalid) as refused:
        checked(request)
    return refused.value.details["codes"]


@pytest.mark.parametrize(
    ("entered", "codes"),
    [
        ({"text": "x" * 4001}, {"text": ["too_long"]}),
        ({"text": "a\nb"}, {"text": ["unprintable"]}),
        ({"text": "\ud800"}, {"text": ["unprintable"]}),
        ({"text": "\u2028"}, {"text": ["unprintable"]}),
        ({"text": "\x9f"}, {"text": ["unprintable"]}),
        ({"text": "\uffff"}, {"text": ["unprintable"]}),
        ({"name": "  "}, {"name": ["required"]}),
        ({"name": "x" * 101}, {"name": ["too_long"]}),
        ({"email": "x@example"}, {"email": ["email_invalid"]}),
        ({"email": "a@b.example\r\n"}, {"email": ["email_invalid"]}),
        ({"zone": "../../etc/passwd"}, {"zone": ["time_zone_unknown"]}),
        ({"zone": "Mars/Base"}, {"zone": ["time_zone_unknown"]}),
        ({"amount": Money(10**12, "EUR")}, {"amount": ["out_of_range"]}),
        ({"amount": Money(-(10**12), "EUR")}, {"amount": ["out_of_range"]}),
        ({"amount": Money(1, "€")}, {"amount": ["currency_unknown"]}),
        ({"at": datetime(1, 1, 1, tzinfo=UTC)}, {"at": ["moment_invalid"]}),
        ({"at": datetime(9999, 12, 31, tzinfo=UTC)}, {"at": ["moment_invalid"]}),
        ({"at": datetime(2026, 1, 1)}, {"at": ["moment_invalid"]}),  # noqa: DTZ001
        ({"day": date(9999, 12, 31)}, {"day": ["moment_invalid"]}),
        ({"names": ["a"] * 4}, {"names": ["too_many"]}),
        ({"names": ["a", ""]}, {"names.1": ["required"]}),
        (
            {"others": [Inner(), Inner(number=2**31)]},
            {"others.1.number": ["out_of_range"]},
        ),
        ({"inner": Inner(name="")}, {"inner.name": ["required"]}),
        ({"optional": ""}, {"optional": ["required"]}),
        ({"headers": {"a": "b\r\nc"}}, {"headers": ["unprintable"]}),
        ({"headers": {"a\r\n": "b"}}, {"headers": ["unprintable"]}),
        ({"headers": {str(n): "" for n in range(51)}}, {"headers": ["too_many"]}),
    ],
    ids=repr,
)
def test_each_value_that_cannot_be_is_named_with_its_code(entered, codes):
    assert faults(Sample(**entered)) == codes


def test_all_faults_are_told_at_once():
    request = Sample(name="", email="x@example", inner=Inner(number=10**30))

    with pytest.raises(Invalid) as refused:
        checked(request)

    assert refused.value.code == "invalid"
    assert refused.value.fields == {
        "name": ["This field is required."],
        "email": ["Enter a valid email address."],
        "inner.number": ["From -2147483647 to 2147483647."],
    }


def test_one_fault_gives_the_refusal_its_code():
    with pytest.raises(Invalid) as refused:
        checked(Sample(email="x@example"))

    assert refused.value.code == "email_invalid"


def test_values_come_out_as_they_are_kept():
    east = timezone(timedelta(hours=2))
    request = Sample(
        name=" Anna ",
        email=" A@B.Example ",
        at=datetime(2026, 1, 1, 1, tzinfo=east),
        others=[Inner(name=" b ")],
    )

    kept = checked(request)

    assert kept.name == "Anna"
    assert kept.email == "A@b.example"
    assert kept.at == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert kept.at.tzinfo is UTC
    assert kept.others == [Inner(name="b")]
    assert checked(kept) == kept


def test_letters_of_all_people_are_text():
    for name in ("Zoë", "Ægir", "محمد‌رضا", "李小龍", "🏳️‍🌈 TV"):
        assert checked(Sample(name=name)).name == name


def test_text_is_made_one_line():
    assert tidy_line(" a\r\nb\u2028c\ud800 ", 10) == "a  b c"
    assert tidy_line("x" * 100, 3) == "xxx"


class TestOnTheWire:
    def test_nobody_sends_what_cannot_be(self):
        with pytest.raises(Invalid):
            wire.encode_request(Sample(text="\ud800"))

    def test_what_comes_in_is_checked(self):
        body = b'{"args":[],"kwargs":{"request":{"name":" a ","email":"x@example"}}}'

        with pytest.raises(Invalid) as refused:
            wire.decode_request(body, Sample)

        assert refused.value.fields == {"email": ["Enter a valid email address."]}

    def test_what_is_kept_is_given_on(self):
        body = wire.encode_request(Sample(name=" Anna "))

        assert wire.decode_request(body, Sample).name == "Anna"

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[",
            b"{}",
            b"\xff",
            b'{"args":[],"kwargs":{"request":{"text":"\xff"}}}',
            b'{"args":[],"kwargs":{"request":{"text":"\\ud800"}}}',
            b'{"args":[],"kwargs":{"request":{"other":' + b"[" * 100_000 + b"}}}",
            b'{"args":[],"kwargs":{"request":{"inner":{"number":'
            + b"9" * 5000
            + b"}}}}",
            b'{"args":[],"kwargs":{"request":{"inner":{"number":1e999}}}}',
        ],
        ids=lambda body: repr(body[:60]),
    )
    def test_what_cannot_be_read_is_a_refusal(self, body):
        with pytest.raises(Invalid):
            wire.decode_request(body, Sample)


# The contracts

BUILTIN = {str, int, datetime, date, Money, list, tuple, dict}
FREE = {bool, UUID, bytes, msgspec.Raw}


def contracts():
    """Every dataclass of the contracts."""
    for module in pkgutil.walk_packages(
        lineup.contracts.__path__, f"{lineup.contracts.__name__}."
    ):
        for _, found in inspect.getmembers(
            importlib.import_module(module.name), dataclasses.is_dataclass
        ):
            if found.__module__ == module.name and found.__name__ != "Page":
                yield found


def test_no_field_of_any_contract_is_without_bounds():
    unbounded = [
        f"{contract.__name__}.{name}"
        for contract in contracts()
        for name, hint in fields_of(contract).items()
        if not is_bounded(hint)
    ]

    assert unbounded == []
    assert sum(1 for _ in contracts()) > 150


def is_bounded(hint):
    plain, rule = rule_of(hint)
    if is_union(plain):
        return all(
            is_bounded(one) for one in typing.get_args(plain) if one not in NOTHING_SAID
        )
    kind = typing.get_origin(plain) or plain
    if kind in {list, tuple, dict}:
        inner = [one for one in typing.get_args(plain) if one is not ...]
        return rule is not None and all(map(is_bounded, inner))
    if kind in BUILTIN:
        return rule is not None
    if kind in FREE or issubclass(kind, enum.Enum):
        return True
    return dataclasses.is_dataclass(kind)


LINES = "a\r\nb"
ENDLESS = "x" * 1_000_000
HOSTILE = {
    str: [ENDLESS, "\x00", LINES, "\u2028", "\ud800", "\x1b[31m", "\uffff"],
    int: [2**31, -(2**31), 2**63, 10**30],
    datetime: [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)],
    date: [date.min, date.max],
    Money: [Money(2**63, "EUR"), Money(-(2**63), "EUR"), Money(1, "EUR\r\n")],
    list: [[None] * 10_001],
    dict: [{str(n): "x" for n in range(100)}, {"a\r\n": "b"}, {"a": "b\r\nc"}],
}


def ruled(hint):
    """A hint without what says nothing, and its rule."""
    plain, rule = rule_of(hint)
    if is_union(plain):
        (plain,) = (one for one in typing.get_args(plain) if one not in NOTHING_SAID)
        plain, rule = rule_of(plain)
    return typing.get_origin(plain) or plain, rule


def hostile_to(hint):
    """What a field must refuse; several lines are none of it where they are meant."""
    kind, rule = ruled(hint)
    has_lines = getattr(rule, "has_lines", False)
    return [one for one in HOSTILE.get(kind, []) if not (has_lines and one == LINES)]


@pytest.mark.parametrize("contract", list(contracts()), ids=lambda one: one.__name__)
def test_no_field_of_any_contract_takes_a_hostile_value(contract):
    for name, hint in fields_of(contract).items():
        for value in hostile_to(hint):
            errors = _errors_of(contract, name, value)

            assert {error.field for error in errors} == {name}, (name, value)
            assert all(error.code and error.message for error in errors)


def _errors_of(contract, name, value):
    errors = ValidationErrors()
    check_of(fields_of(contract)[name])(value, name, errors)
    return errors.errors


def test_the_defaults_of_contracts_can_be_kept():
    for contract in contracts():
        for one in dataclasses.fields(contract):
            if one.default not in (dataclasses.MISSING, None, msgspec.UNSET):
                assert _errors_of_default(contract, one.name, one.default) == []


def _errors_of_default(contract, name, value):
    check = check_of(fields_of(contract)[name])
    return [] if check is None else _errors_of(contract, name, value)


def test_a_page_is_bounded():
    assert faults(Paging(limit=201)) == {"limit": ["out_of_range"]}
    assert faults(Paging(count_up_to=10_001)) == {"count_up_to": ["out_of_range"]}
    assert msgspec.to_builtins(checked(Paging())) == msgspec.to_builtins(Paging())


@dataclass(frozen=True, kw_only=True)
class Mailed:
    to: MailAddress


def test_a_mail_address_that_must_be_given():
    assert faults(Mailed(to="")) == {"to": ["required"]}
