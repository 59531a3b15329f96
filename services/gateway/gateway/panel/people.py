"""What can be entered about a person, by its sellers and by itself."""

from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

import pycountry
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from gateway.panel.entries import entry
from gateway.panel.filters import Options
from gateway.panel.forms import LineupForm
from gateway.panel.zones import zone_choices
from gateway.players import may_see_passwords
from lineup.contracts.accounts.customers import CustomerView, UpdateCustomer

NOTHING = "None"
AUTOMATIC = SelectChoice("", "Automatic")


@cache
def countries() -> Options:
    """Countries by name, as the ISO 3166 list has them."""
    named = [(one.alpha_2, one.name) for one in pycountry.countries]
    return sorted(named, key=lambda country: country[1])


def country_name(code: str) -> str:
    """What a country is called; its code where the list does not know it."""
    return dict(countries()).get(code, code)


def with_nothing(
    options: Sequence[tuple[str, str]], words: str = NOTHING
) -> list[SelectChoice]:
    """Options of a select, with one for nothing in front."""
    return [SelectChoice("", words), *(SelectChoice(*one) for one in options)]


class PersonFields(LineupForm):
    """Who a customer is, what its players go by, what it agrees to."""

    asks: ClassVar[type] = UpdateCustomer
    first_name = entry("First name")
    last_name = entry("Last name")
    email = entry("Email")
    phone = entry("Phone")
    mobile = entry("Mobile", "In international format, such as +31612345678.")
    address = entry("Address")
    city = entry("City")
    country = entry("Country", kind=SelectField)
    pin = entry("PIN", "Four digits that unlock restricted content.")
    inactivity_seconds = entry(
        "Idle timeout (seconds)",
        "The player returns to its menu after this time without input. 0 means never.",
    )
    time_zone = entry("Time zone", kind=SelectField)
    shows_adult = entry("Show adult channels")
    takes_messages = entry("Show messages on screen")
    takes_ads = entry("Accepts marketing messages")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not may_see_passwords():
            del self.pin
        self.country.choices = with_nothing(countries())
        present = self.time_zone.object_data or ""
        self.time_zone.choices = [AUTOMATIC, *zone_choices(present)]

    def change(self, customer_id: UUID) -> UpdateCustomer:
        """The change to be made; an empty PIN is none, one that is not seen stays."""
        pin = {"pin": self.pin.data or ""} if "pin" in self else {}
        return self.to(UpdateCustomer, customer_id=customer_id, **pin)


def person_data(customer: CustomerView, pin: str) -> dict[str, Any]:
    """What the form of a customer begins with."""
    return {**vars(customer.person), **vars(customer.settings), "pin": pin}
