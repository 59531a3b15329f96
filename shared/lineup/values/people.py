"""What is said of people and companies: numbers, countries, zones, names to sign in by.

Each function takes text that is not empty and gives the form in which it is kept.
"""

import re
import zoneinfo
from functools import cache

from lineup.validation import FieldCode
from lineup.values.bad_value import BadValueError

USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]*", re.ASCII)
PLAYER_CHARACTERS = "[A-Za-z0-9._@-]"
"""Of user names and passwords for players, which write them into addresses."""
LEAST_PASSWORD = 4
LEAST_USERNAME, MOST_USERNAME = 3, 64
MAC_FORMS = re.compile(
    r"[0-9A-F]{2}([-: ])(?:[0-9A-F]{2}\1){4}[0-9A-F]{2}\Z"
    r"|(?:[0-9A-F]{4}\.){2}[0-9A-F]{4}\Z|[0-9A-F]{12}\Z",
    re.IGNORECASE,
)
"""AA-BB-CC-DD-EE-FF (or with colons or spaces), AABB.CCDD.EEFF, AABBCCDDEEFF."""


def username(text: str) -> str:
    """3 to 64 lower-case letters, digits and . _ @ + - after a letter or digit.

    Capitals are refused, not silently changed.
    """
    if not LEAST_USERNAME <= len(text) <= MOST_USERNAME:
        limits = f"{LEAST_USERNAME} to {MOST_USERNAME} characters."
        raise BadValueError(FieldCode.USERNAME_LENGTH, limits)
    if text != text.lower():
        raise BadValueError(
            FieldCode.USERNAME_CAPITALS, "Capital letters are not allowed."
        )
    if not USERNAME.fullmatch(text):
        allowed = "Only a-z, 0-9 and . _ @ + - are allowed."
        raise BadValueError(FieldCode.USERNAME_CHARACTERS, allowed)
    return text


def new_password(text: str) -> str:
    """A password of at least 4 characters; whose it is may ask for more."""
    if len(text) < LEAST_PASSWORD:
        few = f"At least {LEAST_PASSWORD} characters."
        raise BadValueError(FieldCode.PASSWORD_SHORT, few)
    return text


def mobile(text: str) -> str:
    """A mobile number in E.164; it must be given with +."""
    number = international(text)
    if not number:
        how = "Give the number in international form: +31…"
        raise BadValueError(FieldCode.MOBILE_INVALID, how)
    return number


def international(text: str, country: str = "") -> str:
    """A number in E.164, read as one of `country` where it has no +; "" if none."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def country(text: str) -> str:
    """An ISO 3166 two-letter country code in capitals."""
    code = text.upper()
    if not is_country(code):
        raise BadValueError(
            FieldCode.COUNTRY_UNKNOWN, "Choose a country from the list."
        )
    return code


def is_country(code: str) -> bool:
    """Whether this is an ISO 3166 two-letter code."""
    import pycountry

    return pycountry.countries.get(alpha_2=code) is not None


def currency(text: str) -> str:
    """An ISO 4217 currency code in capitals."""
    import pycountry

    code = text.upper()
    if pycountry.currencies.get(alpha_3=code) is None:
        raise BadValueError(
            FieldCode.CURRENCY_UNKNOWN, "Enter a currency code such as EUR."
        )
    return code


@cache
def time_zones() -> frozenset[str]:
    """The names of the IANA time zone database."""
    return frozenset(zoneinfo.available_timezones())


def time_zone(text: str) -> str:
    """A name of the IANA time zone database."""
    if text not in time_zones():
        raise BadValueError(
            FieldCode.TIME_ZONE_UNKNOWN, "Enter a time zone such as Europe/Paris."
        )
    return text


def mac(text: str) -> str:
    """A MAC address as AA:BB:CC:DD:EE:FF however it was written."""
    if not MAC_FORMS.match(text):
        raise BadValueError(
            FieldCode.MAC_INVALID, "Enter a MAC address such as 00:1A:79:12:34:56."
        )
    plain = re.sub(r"[-:. ]", "", text).upper()
    return ":".join(plain[at : at + 2] for at in range(0, len(plain), 2))
