"""Rules of single values: each gives the value as it is kept, or notes a fault.

The rules are those of the contracts' types; here they are asked about one value.
"""

from typing import Any

from accounts.findings import Findings
from lineup.values import types
from lineup.values.bad_value import BadValueError
from lineup.values.checking import rule_of
from lineup.values.people import international, is_country
from lineup.values.rules import Text

__all__ = ["international", "is_country"]

NAME_CHARACTERS = 100
LINE_CHARACTERS = 300
PHONE_CHARACTERS = 40


def name(findings: Findings, field: str, text: str) -> str:
    """A name that must be given: printable text, up to 100 characters."""
    return _kept(types.Name, findings, field, text)


def line(
    findings: Findings, field: str, text: str, limit: int = LINE_CHARACTERS
) -> str:
    """One line of printable text that may be empty, without spaces around it."""
    return _by(Text(longest=limit, is_trimmed=True), findings, field, text)


def short_line(findings: Findings, field: str, text: str) -> str:
    """A line no longer than a name, or none."""
    return line(findings, field, text, NAME_CHARACTERS)


def phone(findings: Findings, field: str, text: str) -> str:
    """A telephone number as it was written, or none."""
    return _kept(types.Phone, findings, field, text)


def email(findings: Findings, field: str, text: str) -> str:
    """A mail address in its normal form, or none."""
    return _kept(types.OptionalMailAddress, findings, field, text)


def mobile(findings: Findings, field: str, text: str) -> str:
    """A mobile number in E.164, or none; it must be given with +."""
    return _kept(types.Mobile, findings, field, text)


def country(findings: Findings, field: str, text: str) -> str:
    """An ISO 3166 two-letter country code in capitals, or none."""
    return _kept(types.Country, findings, field, text)


def currency(findings: Findings, field: str, text: str) -> str:
    """An ISO 4217 currency code in capitals."""
    return _kept(types.Currency, findings, field, text)


def time_zone(findings: Findings, field: str, text: str) -> str:
    """A name of the IANA time zone database."""
    return _kept(types.TimeZone, findings, field, text)


def public_url(findings: Findings, field: str, text: str) -> str:
    """An http address without path, query or trailing slash, or none."""
    return _kept(types.PublicUrl, findings, field, text)


def mac(findings: Findings, field: str, text: str) -> str:
    """A MAC address as AA:BB:CC:DD:EE:FF however it was written, or none."""
    return _kept(types.Mac, findings, field, text)


def _kept(hint: Any, findings: Findings, field: str, text: str) -> str:
    return _by(rule_of(hint)[1], findings, field, text)


def _by(rule: Any, findings: Findings, field: str, text: str) -> str:
    try:
        kept: str = rule.checked(text)
    except BadValueError as error:
        findings.add(field, error.code, error.message)
        return text
    return kept
