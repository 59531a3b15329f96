"""Who a customer is: strictly read from a form, leniently from a shop's order."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from accounts import values
from lineup.contracts.accounts.customers import Person, PersonChange
from lineup.contracts.billing.orders import Buyer
from lineup.contracts.changes import set_fields
from lineup.validation import ValidationErrors
from lineup.values import find_mail_address, tidy_line

CHECKS: Mapping[str, Callable[[ValidationErrors, str, str], str]] = {
    "first_name": values.name,
    "last_name": values.name,
    "email": values.email,
    "phone": values.phone,
    "mobile": values.mobile,
    "address": values.line,
    "city": values.line,
    "country": values.country,
}


def checked_person(errors: ValidationErrors, person: Person) -> Person:
    """The person as it is kept; each field at fault is noted.

    Names must be given; mail, mobile (E.164) and country (ISO 3166) may be empty.
    """
    return changed_person(errors, person, person)


def changed_person(
    errors: ValidationErrors, present: Person, change: Person | PersonChange
) -> Person:
    """The person with what a change says, as it is kept; the rest is not looked at.

    A shop's buyer may have been kept without a name: its mail can be changed even so.
    """
    return replace(
        present,
        **{
            name: CHECKS[name](errors, f"person.{name}", text)
            for name, text in set_fields(change).items()
        },
    )


def person_of(buyer: Buyer) -> Person:
    """A shop's buyer as a person.

    A paid order is never refused for a name too long or a telephone number nobody
    can call: what cannot be kept is shortened or left out.
    """
    country = buyer.country.strip().upper()
    country = country if values.is_country(country) else ""
    return Person(
        first_name=shortened(buyer.first_name, values.NAME_CHARACTERS),
        last_name=shortened(buyer.last_name, values.NAME_CHARACTERS),
        email=find_mail_address(buyer.email) or "",
        phone=shortened(buyer.phone, values.PHONE_CHARACTERS),
        mobile=values.international(buyer.phone, country),
        address=shortened(buyer.address, values.LINE_CHARACTERS),
        city=shortened(buyer.city, values.LINE_CHARACTERS),
        country=country,
    )


def shortened(text: str, limit: int) -> str:
    """Printable text of up to `limit` characters, made of any text."""
    return tidy_line(text, limit)
