"""Rules of single values: each gives the value as it is kept, or notes a fault."""

import re
import zoneinfo
from functools import cache
from urllib.parse import urlsplit

import phonenumbers
import pycountry
from email_validator import EmailNotValidError, validate_email

from accounts.findings import Findings

NAME_CHARACTERS = 100
LINE_CHARACTERS = 300
PHONE_CHARACTERS = 40
MAC_FORMS = re.compile(
    r"[0-9A-F]{2}([-: ])(?:[0-9A-F]{2}\1){4}[0-9A-F]{2}\Z"
    r"|(?:[0-9A-F]{4}\.){2}[0-9A-F]{4}\Z|[0-9A-F]{12}\Z",
    re.IGNORECASE,
)
"""AA-BB-CC-DD-EE-FF (or with colons or spaces), AABB.CCDD.EEFF, AABBCCDDEEFF."""


def name(findings: Findings, field: str, text: str) -> str:
    """A name that must be given: printable text, up to 100 characters (CU-19)."""
    kept = line(findings, field, text, NAME_CHARACTERS)
    if not kept and not findings.has(field):
        findings.add(field, "required", "This must be given.")
    return kept


def line(
    findings: Findings, field: str, text: str, limit: int = LINE_CHARACTERS
) -> str:
    """One line of printable text that may be empty, without spaces around it."""
    kept = text.strip()
    if len(kept) > limit:
        findings.add(field, "too_long", f"At most {limit} characters.")
    elif not kept.isprintable():
        findings.add(field, "unprintable", "Only printable characters in one line.")
    return kept


def email(findings: Findings, field: str, text: str) -> str:
    """A mail address in its normal form, or none."""
    if not text.strip():
        return ""
    try:
        return validate_email(
            text.strip(), check_deliverability=False, globally_deliverable=False
        ).normalized
    except EmailNotValidError:
        findings.add(field, "email_invalid", "This is not a mail address.")
        return text


def mobile(findings: Findings, field: str, text: str) -> str:
    """A mobile number in E.164, or none; it must be given with + (CU-05)."""
    if not text.strip():
        return ""
    number = international(text)
    if not number:
        findings.add(
            field, "mobile_invalid", "Give the number in international form: +31…"
        )
    return number


def international(text: str, country: str = "") -> str:
    """A number in E.164, read as one of `country` where it has no +; "" if none."""
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def country(findings: Findings, field: str, text: str) -> str:
    """An ISO 3166 two-letter country code in capitals, or none (CU-05)."""
    code = text.strip().upper()
    if code and not is_country(code):
        findings.add(field, "country_unknown", "Choose a country from the list.")
    return code


def is_country(code: str) -> bool:
    """Whether this is an ISO 3166 two-letter code."""
    return pycountry.countries.get(alpha_2=code) is not None


def currency(findings: Findings, field: str, text: str) -> str:
    """An ISO 4217 currency code in capitals."""
    code = text.strip().upper()
    if pycountry.currencies.get(alpha_3=code) is None:
        findings.add(field, "currency_unknown", "Give a currency code such as EUR.")
    return code


def time_zone(findings: Findings, field: str, text: str) -> str:
    """A name of the IANA time zone database."""
    if text not in _time_zones():
        findings.add(field, "time_zone_unknown", "Give a zone such as Europe/Paris.")
    return text


@cache
def _time_zones() -> set[str]:
    return zoneinfo.available_timezones()


def public_url(findings: Findings, field: str, text: str) -> str:
    """An http address without path, query or trailing slash, or none."""
    kept = text.strip().rstrip("/")
    if kept and not _is_address(kept):
        findings.add(
            field, "public_url_invalid", "Give an address such as https://tv.example."
        )
    return kept


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        is_named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    is_web = parts.scheme in {"http", "https"}
    return is_web and is_named and text == f"{parts.scheme}://{parts.netloc}"


def mac(findings: Findings, field: str, text: str) -> str:
    """A MAC address as AA:BB:CC:DD:EE:FF however it was written, or none (CU-31)."""
    digits = text.strip()
    if not digits:
        return ""
    if not MAC_FORMS.match(digits):
        findings.add(field, "mac_invalid", "Write it like 00:1A:79:12:34:56.")
        return digits
    plain = re.sub(r"[-:. ]", "", digits).upper()
    return ":".join(plain[at : at + 2] for at in range(0, len(plain), 2))
