"""Who a customer is: strictly read from a form, leniently from a shop's order."""

from accounts import values
from accounts.findings import Findings
from lineup.contracts.accounts import Person
from lineup.contracts.billing import Buyer


def checked_person(findings: Findings, person: Person) -> Person:
    """The person as it is kept; each field at fault is noted (CU-03, CU-05, CU-17).

    Names must be given; mail, mobile (E.164) and country (ISO 3166) may be empty.
    """
    return Person(
        first_name=values.name(findings, "person.first_name", person.first_name),
        last_name=values.name(findings, "person.last_name", person.last_name),
        email=values.email(findings, "person.email", person.email),
        phone=values.line(
            findings, "person.phone", person.phone, values.PHONE_CHARACTERS
        ),
        mobile=values.mobile(findings, "person.mobile", person.mobile),
        address=values.line(findings, "person.address", person.address),
        city=values.line(findings, "person.city", person.city),
        country=values.country(findings, "person.country", person.country),
    )


def person_of(buyer: Buyer) -> Person:
    """A shop's buyer as a person (WS-08).

    A paid order is never refused for a name too long or a telephone number nobody
    can call: what cannot be kept is shortened or left out.
    """
    country = buyer.country.strip().upper()
    country = country if values.is_country(country) else ""
    return Person(
        first_name=shortened(buyer.first_name, values.NAME_CHARACTERS),
        last_name=shortened(buyer.last_name, values.NAME_CHARACTERS),
        email=values.email(Findings(), "email", buyer.email).strip(),
        phone=shortened(buyer.phone, values.PHONE_CHARACTERS),
        mobile=values.international(buyer.phone, country),
        address=shortened(buyer.address, values.LINE_CHARACTERS),
        city=shortened(buyer.city, values.LINE_CHARACTERS),
        country=country,
    )


def shortened(text: str, limit: int) -> str:
    """Printable text of up to `limit` characters, made of any text."""
    printable = "".join(mark if mark.isprintable() else " " for mark in text)
    return printable.strip()[:limit].rstrip()
