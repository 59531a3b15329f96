"""Rules of single values: each gives the value as it is kept, or notes a fault.

The rules are those of the contracts' types; here they are asked about one value.
"""

from typing import Any

from lineup.validation import ValidationErrors
from lineup.values import types
from lineup.values.bad_value import BadValueError
from lineup.values.checking import rule_of
from lineup.values.people import international, is_country
from lineup.values.rules import Text

__all__ = ["international", "is_country"]

NAME_CHARACTERS = 100
LINE_CHARACTERS = 300
PHONE_CHARACTERS = 40


def name(errors: ValidationErrors, field: str, text: str) -> str:
    """A name that must be given: printable text, up to 100 characters."""
    return _kept(types.Name, errors, field, text)


def line(
    errors: ValidationErrors, field: str, text: str, limit: int = LINE_CHARACTERS
) -> str:
    """One line of printable text that may be empty, without spaces around it."""
    return _by(Text(longest=limit, is_trimmed=True), errors, field, text)


def short_line(errors: ValidationErrors, field: str, text: str) -> str:
    """A line no longer than a name, or none."""
    return line(errors, field, text, NAME_CHARACTERS)


def phone(errors: ValidationErrors, field: str, text: str) -> str:
    """A telephone number as it was written, or none."""
    return _kept(types.Phone, errors, field, text)


def email(errors: ValidationErrors, field: str, text: str) -> str:
    """A mail address in its normal form, or none."""
    return _kept(types.OptionalMailAddress, errors, field, text)


def mobile(errors: ValidationErrors, field: str, text: str) -> str:
    """A mobile number in E.164, or none; it must be given with +."""
    return _kept(types.Mobile, errors, field, text)


def country(errors: ValidationErrors, field: str, text: str) -> str:
    """An ISO 3166 two-letter country code in capitals, or none."""
    return _kept(types.Country, errors, field, text)


def currency(errors: ValidationErrors, field: str, text: str) -> str:
    """An ISO 4217 currency code in capitals."""
    return _kept(types.Currency, errors, field, text)


def time_zone(errors: ValidationErrors, field: str, text: str) -> str:
    """A name of the IANA time zone database."""
    return _kept(types.TimeZone, errors, field, text)


def public_url(errors: ValidationErrors, field: str, text: str) -> str:
    """An http address without path, query or trailing slash, or none."""
    return _kept(types.PublicUrl, errors, field, text)


def service_id(errors: ValidationErrors, field: str, text: str) -> str:
    """What tells a partner's logins from those of others, or none."""
    return _kept(types.ServiceId, errors, field, text)


def mac(errors: ValidationErrors, field: str, text: str) -> str:
    """A MAC address as AA:BB:CC:DD:EE:FF however it was written, or none."""
    return _kept(types.Mac, errors, field, text)


def _kept(hint: Any, errors: ValidationErrors, field: str, text: str) -> str:
    return _by(rule_of(hint)[1], errors, field, text)


def _by(rule: Any, errors: ValidationErrors, field: str, text: str) -> str:
    try:
        kept: str = rule.checked(text)
    except BadValueError as error:
        errors.add(field, error.code, error.message)
        return text
    return kept
